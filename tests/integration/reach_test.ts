/** How calls get to their providers, over real sockets. */
import { connect, type FarcallNode, startNode } from "@farcall/farcall";
import { assertEquals, assertRejects } from "@std/assert";
import { TcpFaultProxy } from "../faults/tcp_fault_proxy.ts";

/** A node that waits until it has heard of `work`. */
async function caller(cluster: string, peer: FarcallNode): Promise<FarcallNode> {
  const node = await startNode({ listen: "ws://127.0.0.1:0", cluster, peers: [peer.url] });
  for await (const _ of node.offers({ function: "work" })) break;
  return node;
}

Deno.test("a provider whose address never answers is called along links, long before a dial is given up", async () => {
  await using silent = await TcpFaultProxy.start();
  silent.cut("silent");
  await using hub = await startNode({ listen: "ws://127.0.0.1:0", cluster: "hub" });
  const url = `ws://127.0.0.1:${silent.port}`;
  await using hidden = await startNode({
    ...{ listen: "ws://127.0.0.1:0", url, cluster: "hidden", peers: [hub.url] },
  });
  hidden.register("work", ([number]) => Number(number) + 1);
  await using node = await caller("callers", hub);
  await using client = await connect(node.url);

  const before = await client.explain("work", { reach: "direct" });
  assertEquals(before.offers.map(({ path }) => path), ["dial"]);
  // A dial takes 10 s to be given up, so that only a call which does not wait for it ends in time.
  assertEquals(await client.call("work", [1], { timeout: 5_000 }), 2);
  assertEquals(silent.heldCount, 1, "it is dialled all the same");
  const after = await client.explain("work");
  assertEquals(after.offers.map(({ path, reason }) => [path, reason]), [["relay", "taken"]]);
  assertEquals(await client.request((r) => r.call("work", [2]), { timeout: 5_000 }), 3);
  await assertRejects(() => client.call("work", [1], { reach: "direct", timeout: 300 }));
});

Deno.test("calls and requests of a client go along links where it wants that, and its node dials nobody", async () => {
  await using hub = await startNode({ listen: "ws://127.0.0.1:0", cluster: "hub" });
  await using provider = await startNode({
    ...{ listen: "ws://127.0.0.1:0", cluster: "hidden", peers: [hub.url] },
  });
  provider.register("work", ([number]) => Number(number) + 1);
  await using node = await caller("callers", hub);
  await using client = await connect(node.url);

  const connections = node.counts().connections;
  assertEquals(await client.call("work", [1], { reach: "relay" }), 2);
  assertEquals(await client.request((r) => r.call("work", [2]), { reach: "relay" }), 3);
  assertEquals(node.counts().connections, connections);
  const paths = async (reach?: "direct" | "relay"): Promise<string[]> => {
    const { offers } = await client.explain("work", reach === undefined ? {} : { reach });
    return offers.map(({ path }) => path);
  };
  assertEquals(await paths("relay"), ["relay"]);
  assertEquals(await paths(), ["dial"]);
  assertEquals(await client.call("work", [1], { reach: "direct" }), 2);
  assertEquals(node.counts().connections, connections + 1);
  assertEquals(await paths(), ["link"]);
});

Deno.test("a word that is no reach is refused where it is said", async () => {
  await using node = await startNode({ listen: "ws://127.0.0.1:0" });
  // @ts-expect-error: it is none of the three.
  const options: { reach: "auto" } = { reach: "sideways" };
  await assertRejects(() => node.call("work", [], options), TypeError, "auto, direct, relay");
  await assertRejects(() => node.request((r) => r.call("work"), options), TypeError, "sideways");
  await assertRejects(() => node.explain("work", options), TypeError, "sideways");
});
