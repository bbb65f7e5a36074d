/**
 * What one expects first of such a system, over real sockets: the tests that the project was asked for with.
 *
 * @module
 */

import { connect, FarcallError, type FarcallNode, startNode } from "@farcall/farcall";
import { assertEquals, assertRejects } from "@std/assert";

function node(cluster: string, peers: FarcallNode[] = []): Promise<FarcallNode> {
  return startNode({
    listen: "ws://127.0.0.1:0",
    cluster,
    peers: peers.map((peer) => peer.url),
  });
}

/** Waits until the node lists the function at a distance. */
async function hears(at: FarcallNode, name: string, distance: number): Promise<void> {
  const signal = AbortSignal.timeout(5_000);
  for await (const { offer, type } of at.offers({ function: name, signal })) {
    if (type !== "lost" && offer.distance === distance) return;
  }
  throw new Error(`${name} was not heard of at distance ${distance}`);
}

Deno.test("calls are routed between two servers by the resources they need", async () => {
  await using one = await node("east");
  await using two = await node("west", [one]);
  one.register("process", ([text]) => `gpu: ${text}`, { resources: ["gpu"] });
  two.register("process", ([text]) => `data: ${text}`, { resources: ["dataset-v2"] });
  await Promise.all([hears(one, "process", 1), hears(two, "process", 1)]);
  for (const url of [one.url, two.url]) {
    await using client = await connect(url);
    const ask = (resources: string[]) => client.call("process", ["x"], { resources });
    assertEquals(await ask(["gpu"]), "gpu: x");
    assertEquals(await ask(["dataset-v2"]), "data: x");
    const error = await assertRejects(() => ask(["gpu", "dataset-v2"]), FarcallError);
    assertEquals([error.code, error.ran], ["NO_PROVIDER", "no"]);
  }
});

Deno.test("several functions live on several servers and are all called from any", async () => {
  await using one = await node("east");
  await using two = await node("west", [one]);
  await using three = await node("north", [two]);
  one.register("add", ([a, b]) => Number(a) + Number(b));
  one.register("upper", ([text]) => String(text).toUpperCase());
  two.register("double", ([a]) => 2 * Number(a));
  three.register("join", ([list]) => Array.isArray(list) ? list.join("+") : "");
  await Promise.all([hears(three, "add", 2), hears(three, "upper", 2), hears(one, "join", 2)]);
  for (const url of [one.url, two.url, three.url]) {
    await using client = await connect(url);
    assertEquals(
      await Promise.all([
        client.call("add", [1, 2]),
        client.call("upper", ["x"]),
        client.call("double", [4]),
        client.call("join", [["a", "b"]]),
      ]),
      [3, "X", 8, "a+b"],
    );
  }
});

Deno.test("commands depend on each other across servers", async () => {
  await using one = await node("east");
  await using two = await node("west", [one]);
  one.register("load", () => ({ rows: [1, 2, 3], name: "set" }), { resources: ["dataset-v2"] });
  two.register("total", ([rows]) => Array.isArray(rows) ? rows.reduce((a, b) => a + b, 0) : 0, {
    resources: ["gpu"],
  });
  one.register("report", (_, { kwargs }) => `${kwargs.of}: ${kwargs.total}`);
  await Promise.all([hears(two, "load", 1), hears(one, "total", 1)]);
  await using client = await connect(two.url);
  const report = await client.request((request) => {
    const set = request.call("load", [], { resources: ["dataset-v2"] });
    const total = request.call("total", [set.rows], { resources: ["gpu"] });
    return request.call("report", [], { kwargs: { of: set.name, total } });
  });
  assertEquals(report, "set: 6");
});

Deno.test("the original source is kept over every hop, and the hop limit is exact", async () => {
  await using one = await node("c1");
  await using two = await node("c2", [one]);
  await using three = await node("c3", [two]);
  await using four = await node("c4", [three]);
  await using five = await node("c5", [four]);
  one.register("where", () => one.url);
  five.register("last", () => five.url);
  await Promise.all([hears(four, "where", 3), hears(two, "last", 3)]);
  const seen = [two, three, four].map((at) =>
    at.listOffers().filter((offer) => offer.fun === "where").map((offer) => [
      offer.origin,
      offer.cluster,
      offer.distance,
    ])
  );
  assertEquals(seen, [1, 2, 3].map((distance) => [[one.url, "c1", distance]]));
  assertEquals(five.listOffers().filter((offer) => offer.fun === "where"), []);
  assertEquals(await four.call("where"), one.url);
  await assertRejects(() => five.call("where"), FarcallError, "No node in reach");
});
