import { assert, assertEquals } from "@std/assert";
import { incarnation, nodeUrl } from "../../../lib/protocol/names.ts";
import { type CoreNode, CoreWorld } from "./core_world.ts";

/** Two nodes that dial each other at once; `ws://a` is the smaller URL. With a hub they know each other's offers before. */
function facing(hub?: string): { world: CoreWorld; a: CoreNode; b: CoreNode } {
  const world = new CoreWorld();
  if (hub !== undefined) world.node(hub);
  const peers = hub === undefined ? [] : [nodeUrl(hub)];
  const a = world.node("ws://a", { peers, reach: "relay" });
  const b = world.node("ws://b", { peers, reach: "relay" });
  a.register("where", (_, node) => node.url);
  b.register("where_b", (_, node) => node.url);
  if (hub !== undefined) world.settle();
  a.step({ type: "join", url: nodeUrl("ws://b") });
  b.step({ type: "join", url: nodeUrl("ws://a") });
  return { world, a, b };
}

Deno.test("LinkKeeper loses no call when two nodes dial each other at once, whenever it is made", () => {
  // One direction stands still from a step on; calls are made meanwhile; then it goes on.
  for (let step = 0; step < 60; step += 1) {
    for (const slow of ["ws://a", "ws://b"]) {
      const { world, a, b } = facing("ws://hub");
      const [from, to] = slow === "ws://a" ? [a, b] : [b, a];
      for (let count = 0; count < step; count += 1) world.deliverOne();
      world.hold(from, to);
      world.settle();
      const calls = [b.call("where"), a.call("where_b")] as const;
      world.settle();
      world.release(from, to);
      world.settle();
      world.pass(5_000);
      const ends = [b.ended(calls[0]), a.ended(calls[1])];
      assertEquals(ends, ["ws://a", "ws://b"], `step ${step}, slow from ${slow}`);
      assertEquals([a.ends.size, b.ends.size], [2, 2]);
    }
  }
});

Deno.test("LinkKeeper reports one link up for two connections between the same nodes", () => {
  const { world, a, b } = facing();
  world.settle();
  world.pass(5_000);
  for (const node of [a, b]) {
    assertEquals(node.reports.filter(({ type }) => type.startsWith("link_")).length, 1);
  }
});

for (const [knows, other] of [["ws://a", "ws://b"], ["ws://b", "ws://a"]] as const) {
  Deno.test(`LinkKeeper takes a half-open link's successor within 3 s when ${knows} lost it`, () => {
    const { world } = facing();
    world.settle();
    world.pass(20_000);
    const [one, two] = [world.nodes.get(knows), world.nodes.get(other)];
    assert(one !== undefined && two !== undefined);
    world.halfOpen(one, two);
    world.settle();
    world.pass(3_000);
    const call = one.call(knows === "ws://a" ? "where_b" : "where");
    const back = two.call(knows === "ws://a" ? "where" : "where_b");
    world.settle();
    assertEquals([one.ended(call), two.ended(back)], [other, knows]);
    assertEquals([one.core.links().length, two.core.links().length], [1, 1]);
    world.pass(20_000);
    assertEquals(one.core.links().length, 1);
    assert(one.ends.size === 1 && two.ends.size === 1);
  });
}

Deno.test("LinkKeeper learns that a peer is the node itself, and dials it no more", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n", { peers: [nodeUrl("ws://n")] });
  world.settle();
  assertEquals(node.core.links(), []);
  assertEquals(node.closeReasons.filter((reason) => reason === "dialled itself").length > 0, true);
  const before = node.closeReasons.length;
  world.pass(60_000);
  assertEquals(node.closeReasons.length, before, "it was dialled again");
  assertEquals(node.reports.filter(({ type }) => type === "url_conflict"), []);
});

Deno.test("LinkKeeper gives the link to the later of two lives, in whatever order they come", () => {
  for (const [first, second] of [["1", "2"], ["2", "1"]] as const) {
    const world = new CoreWorld();
    const hub = world.node("ws://hub");
    const peers = [nodeUrl("ws://hub")];
    world.node("ws://a", { peers, url: nodeUrl("ws://twin"), incarnation: incarnation(first) });
    world.settle();
    world.node("ws://b", { peers, url: nodeUrl("ws://twin"), incarnation: incarnation(second) });
    world.pass(5_000);
    assertEquals(hub.core.links().length, 1);
    const [twin] = [...world.nodes.values()].filter(({ core }) =>
      core.links().some(({ peer }) => peer === "ws://hub")
    );
    assertEquals(twin?.url, first === "2" ? "ws://a" : "ws://b");
  }
});

Deno.test("LinkKeeper lets a peer that dials another URL of ours know us, so that it does not dial again", () => {
  const world = new CoreWorld();
  const a = world.node("ws://a");
  world.nodes.set("ws://name-of-a", a);
  const b = world.node("ws://b");
  a.step({ type: "join", url: nodeUrl("ws://b") });
  world.settle();
  b.step({ type: "join", url: nodeUrl("ws://name-of-a") });
  world.settle();
  const hellos = world.sent.get("hello");
  assertEquals(hellos, 4);
  world.pass(120_000);
  assertEquals(world.sent.get("hello"), hellos);
});

/** Two nodes with two connections between them, the second of which has just become the link of both. */
function replaced(): { world: CoreWorld; a: CoreNode; b: CoreNode } {
  const world = new CoreWorld();
  const a = world.node("ws://a", { peers: [nodeUrl("ws://b")] });
  const b = world.node("ws://b");
  a.register("where", () => "a");
  b.register("where_b", () => "b");
  world.settle();
  world.nodes.set("ws://name-of-b", b);
  a.step({ type: "join", url: nodeUrl("ws://name-of-b") });
  return { world, a, b };
}

const losses = (node: CoreNode): unknown[] =>
  node.reports.filter(({ type }) => type === "link_down" || type === "offer_lost");

Deno.test("LinkKeeper closes a link that was replaced as soon as the other one has taken over", () => {
  for (const { world, a, b } of [facing(), replaced()]) {
    world.settle();
    world.pass(400, 10);
    assertEquals([a.ends.size, b.ends.size], [1, 1]);
    assertEquals([losses(a), losses(b)], [[], []]);
    assertEquals([a.core.links().length, b.core.links().length], [1, 1]);
  }
});

Deno.test("LinkKeeper keeps a link that was replaced while the peer does not speak over the other one, 5 s at most", () => {
  for (const from of ["ws://a", "ws://b"]) {
    // What one of them says from a step on comes late, whatever it is.
    for (let step = 0; step < 40; step += 1) {
      const { world, a, b } = facing();
      const [one, other] = from === "ws://a" ? [a, b] : [b, a];
      for (let count = 0; count < step; count += 1) world.deliverOne();
      world.hold(one, other);
      world.pass(2_500, 100);
      world.release(one, other);
      world.pass(2_500, 10);
      assertEquals([losses(a), losses(b)], [[], []], `step ${step}, late from ${from}`);
      world.pass(8_000, 100);
      assertEquals([a.ends.size, b.ends.size], [1, 1], `step ${step}, late from ${from}`);
      assertEquals([losses(a), losses(b)], [[], []], `step ${step}, late from ${from}`);
    }
  }
});

Deno.test("LinkKeeper keeps a link that was replaced while one side can't tell its offers over the other one", () => {
  let kept = 0;
  for (const slow of ["ws://a", "ws://b"]) {
    // From a step on one side can announce nothing over the new connection; it still answers.
    for (let step = 0; step < 16; step += 1) {
      const { world, a, b } = replaced();
      const node = slow === "ws://a" ? a : b;
      while (node.core.sizes().connections < 2) world.deliverOne();
      for (let count = 0; count < step; count += 1) world.deliverOne();
      const connection = Math.max(...node.ends.keys());
      node.step({ type: "congested", connection });
      world.pass(3_000, 10);
      if (a.ends.size === 2) kept += 1;
      assertEquals([losses(a), losses(b)], [[], []], `step ${step}, slow is ${slow}`);
      node.step({ type: "drained", connection });
      world.pass(400, 10);
      assertEquals([a.ends.size, b.ends.size], [1, 1]);
      assertEquals([losses(a), losses(b)], [[], []], `step ${step}, slow is ${slow}`);
    }
  }
  assert(kept > 4, `${kept}`);
});

Deno.test("LinkKeeper takes a replaced link back when the other one falls before it has taken over", () => {
  const { world, a, b } = replaced();
  const before = new Set(a.ends.keys());
  while ([...a.ends.keys()].every((number) => before.has(number))) world.deliverOne();
  const heir = [...a.ends.keys()].find((number) => !before.has(number)) ?? 0;
  // Both know the new one, and nothing more was said over it.
  while (a.core.links().length + b.core.links().length < 2 || !world.deliverOne());
  for (let count = 0; count < 4; count += 1) world.deliverOne();
  world.close(a, heir, "reset");
  a.step({ type: "closed", connection: heir, code: 1006, reason: "reset" });
  world.settle();
  assertEquals([losses(a), losses(b)], [[], []]);
  const call = a.call("where_b");
  world.settle();
  assertEquals(a.ended(call), "b");
});

Deno.test("A node that leaves waits for the answer to its own ping, not to one that tried a rival's link", () => {
  const { world, a, b } = facing();
  world.settle();
  world.pass(10_000);
  world.hold(b, a);
  a.step({ type: "drain", timeoutMs: 10_000 });
  world.pass(900, 100);
  assertEquals(a.closeReasons.includes("the node stops"), false, "b may not know yet");
  world.pass(200, 100);
  assertEquals(a.closeReasons.includes("the node stops"), true);
});
