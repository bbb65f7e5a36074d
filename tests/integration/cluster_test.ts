/** Nodes of one cluster on real sockets: told of one node, linked with all. */
import { assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { type FarcallNode, type PeerReader, startNode } from "@farcall/farcall";

const WITHIN_MS = 20_000;

function start(peers: string[], peering?: "configured"): Promise<FarcallNode> {
  return startNode({
    listen: "ws://127.0.0.1:0",
    cluster: "mesh",
    peers,
    ...(peering === undefined ? {} : { peering }),
  });
}

/** Waits until each node has a link to each other one, and to nobody else. */
async function untilMesh(nodes: readonly FarcallNode[]): Promise<void> {
  const missing = (): string[] =>
    nodes.flatMap((node) => {
      const wanted = nodes.map(({ url }) => url).filter((url) => url !== node.url).sort();
      const links = node.listLinks().map(({ peer }) => peer).sort();
      return String(wanted) === String(links) ? [] : [`${node.url} has [${links}]`];
    });
  const until = Date.now() + WITHIN_MS;
  while (missing().length > 0 && Date.now() < until) await delay(20);
  assertEquals(missing(), []);
}

Deno.test("Five nodes of a cluster that were told of one form a full mesh, and form it again", async () => {
  await using first = await start([]);
  await using second = await start([first.url]);
  await using third = await start([first.url]);
  await using fourth = await start([first.url]);
  const fifth = await start([first.url]);
  await untilMesh([first, second, third, fourth, fifth]);
  await fifth.drain();
  await untilMesh([first, second, third, fourth]);
  // Whoever joins later needs none of those that the others were told of.
  await first.drain();
  await using sixth = await start([fourth.url]);
  await untilMesh([second, third, fourth, sixth]);
});

Deno.test("Nodes with configured peering link themselves to their peers only", async () => {
  await using hub = await start([]);
  await using one = await start([hub.url], "configured");
  await using two = await start([hub.url], "configured");
  await using three = await start([hub.url]);
  await using four = await start([hub.url]);
  const until = Date.now() + WITHIN_MS;
  while ((three.listLinks().length < 2 || hub.listLinks().length < 4) && Date.now() < until) {
    await delay(20);
  }
  assertEquals(three.listLinks().map(({ peer }) => peer).sort(), [hub.url, four.url].sort());
  assertEquals([one, two].map((node) => node.listLinks().map(({ peer }) => peer)), [
    [hub.url],
    [hub.url],
  ]);
});

Deno.test("Nodes find their peers behind a name and in a file, and follow both when they change", async () => {
  const behind = new Set<string>();
  let lines = "";
  const peerReader: PeerReader = {
    resolve: (name) => {
      if (name !== "nodes.lab" || behind.size === 0) throw new Error(`unknown name: ${name}`);
      return Promise.resolve([...behind]);
    },
    readFile: () => Promise.resolve(lines),
  };
  await using hub = await start([]);
  const port = new URL(hub.url).port;
  const failures: unknown[] = [];
  await using named = await startNode({
    listen: "ws://127.0.0.1:0",
    peers: [`dns+ws://nodes.lab:${port}`],
    peering: "configured",
    onError: (error) => failures.push(error),
    edges: { peerReader },
  });
  await using filed = await startNode({
    listen: "ws://127.0.0.1:0",
    peers: ["file:///nodes"],
    peering: "configured",
    edges: { peerReader },
  });
  behind.add("127.0.0.1");
  lines = `# the hub\n${hub.url}\n`;
  const until = Date.now() + WITHIN_MS;
  const isJoined = (): boolean =>
    [hub, named, filed].every((node) => node.listLinks().length === (node === hub ? 2 : 1));
  while (!isJoined() && Date.now() < until) await delay(20);
  assertEquals([named, filed].map((node) => node.listLinks().map(({ peer }) => peer)), [
    [hub.url],
    [hub.url],
  ]);
  assertEquals(failures.length, 1);
});
