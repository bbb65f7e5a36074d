/** Nodes of one cluster on real sockets: told of one node, linked with all. */
import { assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { type FarcallNode, startNode } from "@farcall/farcall";

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
