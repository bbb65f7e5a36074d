import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { functionName, nodeUrl } from "../../../lib/protocol/names.ts";
import { chain, CoreWorld, PENDING } from "./core_world.ts";

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  assert(item !== undefined);
  return item;
}

Deno.test("NodeCore lists an offer up to maxHops links away and no further", () => {
  const world = new CoreWorld();
  const nodes = chain(world, 5);
  at(nodes, 0).register("echo", ([value]) => value);
  world.settle();
  assertEquals(nodes.map((node) => node.offers()), [
    ["echo@0"],
    ["echo@1"],
    ["echo@2"],
    ["echo@3"],
    [],
  ]);
});

Deno.test("NodeCore calls a function two links away and gets its result", () => {
  const world = new CoreWorld();
  const nodes = chain(world, 3);
  at(nodes, 0).register("echo", ([value]) => value);
  world.settle();
  const caller = at(nodes, 2);
  const call = caller.call("echo", ["hello"]);
  world.settle();
  assertEquals(caller.ended(call), "hello");
});

Deno.test("NodeCore relays a call along the announcement's path when it may not dial", () => {
  const world = new CoreWorld();
  const [one, two, three] = chain(world, 2);
  assert(one !== undefined && two !== undefined && three === undefined);
  const far = world.node("ws://far", { peers: [nodeUrl(two.url)], reach: "relay" });
  one.register("where", (_, node) => node.url);
  world.settle();
  const call = far.call("where");
  world.settle();
  assertEquals(far.ended(call), "ws://n1");
  assertEquals(world.sent.get("call"), 2);
});

Deno.test("NodeCore relays when the origin can't be dialled", () => {
  const world = new CoreWorld();
  const [one, two, three] = chain(world, 3);
  assert(one !== undefined && two !== undefined && three !== undefined);
  one.register("where", (_, node) => node.url);
  world.settle();
  world.nodes.delete("ws://n1");
  world.nodes.set("hidden", one);
  const call = three.call("where");
  world.nodes.set("ws://n1", one);
  world.settle();
  assertEquals(three.ended(call), "ws://n1");
  assertEquals(world.sent.get("call"), 2);
});

Deno.test("NodeCore tells providers apart by all asked resources", () => {
  const world = new CoreWorld();
  const hub = world.node("ws://hub");
  const gpu = world.node("ws://gpu", { peers: [nodeUrl("ws://hub")] });
  const data = world.node("ws://data", { peers: [nodeUrl("ws://hub")] });
  gpu.register("where", (_, node) => node.url, { resources: ["gpu"] });
  data.register("where", (_, node) => node.url, { resources: ["dataset-v2", "gpu"] });
  world.settle();
  const any = hub.call("where", [], ["dataset-v2"]);
  const none = hub.call("where", [], ["tpu"]);
  const unknown = hub.call("nosuch");
  world.settle();
  assertEquals(hub.ended(any), "ws://data");
  assertEquals(hub.ended(none), "NO_PROVIDER/no");
  assertEquals(hub.ended(unknown), "FUNCTION_NOT_FOUND/no");
});

Deno.test("NodeCore ends pending calls and drops offers when the origin is killed", () => {
  const world = new CoreWorld();
  const [one, two, three] = chain(world, 3);
  assert(one !== undefined && two !== undefined && three !== undefined);
  one.register("slow", () => PENDING);
  world.settle();
  const call = three.call("slow");
  world.settle();
  assertEquals(one.invocations.length, 1);
  world.kill(one);
  world.settle();
  assertEquals(three.ended(call), "UNAVAILABLE/unknown");
  assertEquals([two.offers(), three.offers()], [[], []]);
  assert(three.reports.some((report) => report.type === "offer_lost"));
});

Deno.test("NodeCore ends a call at its deadline and aborts the function", () => {
  const world = new CoreWorld();
  const [one, two] = chain(world, 2);
  assert(one !== undefined && two !== undefined);
  one.register("slow", () => PENDING);
  world.settle();
  const call = two.call("slow", [], [], 500);
  world.settle();
  world.pass(600);
  assertEquals(two.ended(call), "DEADLINE_EXCEEDED/yes");
  assertEquals(one.aborted.length, 1);
  assertEquals(one.core.sizes().running, 1, "the slot is held until the function ends");
  one.finish(at(one.invocations, 0).invocation, "late");
  assertEquals(one.core.sizes().running, 0);
  assertEquals([one.core.sizes().calls, two.core.sizes().calls], [0, 0]);
});

Deno.test("NodeCore carries a cancellation to the function", () => {
  const world = new CoreWorld();
  const [one, two] = chain(world, 2);
  assert(one !== undefined && two !== undefined);
  one.register("slow", () => PENDING);
  world.settle();
  const call = two.call("slow");
  world.settle();
  two.step({ type: "cancel", call });
  world.settle();
  assertEquals(two.ended(call), "CANCELLED/unknown");
  assertEquals(one.aborted, [at(one.invocations, 0).invocation]);
});

Deno.test("NodeCore refuses more runs than the function allows", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("slow", () => PENDING, { concurrency: 1 });
  const first = node.call("slow");
  const second = node.call("slow");
  assertEquals(node.ended(first), undefined);
  assertEquals(node.ended(second), "RESOURCE_EXHAUSTED/no");
});

Deno.test("NodeCore runs commands on different nodes that feed each other", () => {
  const world = new CoreWorld();
  const hub = world.node("ws://hub");
  const adder = world.node("ws://adder", { peers: [nodeUrl("ws://hub")] });
  const doubler = world.node("ws://doubler", { peers: [nodeUrl("ws://hub")] });
  adder.register("add", ([a, b]) => Number(a) + Number(b));
  doubler.register("double", ([a]) => 2 * Number(a));
  world.settle();
  const command = (name: string, fun: string, args: (string | number)[]) => ({
    name,
    fun: functionName(fun),
    args,
    kwargs: {},
    resources: [],
  });
  const commands = [
    command("c", "double", ["b"]),
    command("a", "add", [1, 2]),
    command("b", "add", ["a", 10]),
  ];
  const call = hub.request({ commands, wanted: undefined, timeoutMs: 1_000 });
  const all = hub.request({ commands, wanted: ["a", "c"], timeoutMs: 1_000 });
  const cycle = hub.request({
    commands: [command("x", "add", ["x", 1])],
    wanted: undefined,
    timeoutMs: 1_000,
  });
  world.settle();
  assertEquals(hub.ended(call), { c: 26 });
  assertEquals(hub.ended(all), { a: 3, c: 26 });
  assertEquals(hub.ended(cycle), "DEPENDENCY_CYCLE/no");
});

Deno.test("NodeCore keeps one link when both nodes dial each other", () => {
  const world = new CoreWorld();
  const a = world.node("ws://a", { peers: [nodeUrl("ws://b")] });
  const b = world.node("ws://b", { peers: [nodeUrl("ws://a")] });
  a.register("echo", ([value]) => value);
  world.settle();
  world.pass(8_000);
  assertEquals([a.ends.size, b.ends.size], [1, 1]);
  assertEquals(b.offers(), ["echo@1"]);
  assertEquals(b.reports.filter((report) => report.type === "offer_lost"), []);
});

Deno.test("NodeCore does not keep a link to itself", () => {
  const world = new CoreWorld();
  const a = world.node("ws://a", { peers: [nodeUrl("ws://a")] });
  world.settle();
  world.pass(1_000);
  assertEquals(a.core.links(), []);
  assertEquals(a.ends.size, 0);
});

Deno.test("NodeCore dials a lost peer again, and the offers come back", () => {
  const world = new CoreWorld();
  const [one, two] = chain(world, 2);
  assert(one !== undefined && two !== undefined);
  world.kill(one);
  world.pass(2_000);
  assertEquals(two.offers(), []);
  const again = world.node("ws://n1");
  again.register("echo", ([value]) => value);
  world.pass(31_000, 1_000);
  assertEquals(two.offers(), ["echo@1"]);
});

Deno.test("NodeCore declares a silent peer dead after 15 s", () => {
  const world = new CoreWorld();
  const [one, two] = chain(world, 2);
  assert(one !== undefined && two !== undefined);
  one.register("echo", ([value]) => value);
  world.settle();
  world.hold(one, two);
  world.pass(14_000);
  assertEquals(two.offers(), ["echo@1"]);
  world.pass(3_000);
  assertEquals(two.offers(), []);
});

Deno.test("NodeCore drains: takes no more calls, lets running ones end, then says goodbye", () => {
  const world = new CoreWorld();
  const [one, two] = chain(world, 2);
  assert(one !== undefined && two !== undefined);
  one.register("slow", () => PENDING);
  world.settle();
  const running = two.call("slow");
  world.settle();
  one.step({ type: "drain", timeoutMs: 10_000 });
  world.settle();
  assertEquals(two.offers(), [], "the offers are withdrawn at once");
  assert(!one.isStopped);
  one.finish(at(one.invocations, 0).invocation, "done");
  world.settle();
  assertEquals(two.ended(running), "done");
  assert(one.isStopped);
  assertEquals(two.core.links(), []);
});

Deno.test("NodeCore takes another provider while the link to the nearest is congested", () => {
  const world = new CoreWorld();
  const hub = world.node("ws://hub");
  const near = world.node("ws://near", { peers: [nodeUrl("ws://hub")] });
  const middle = world.node("ws://middle", { peers: [nodeUrl("ws://hub")] });
  const far = world.node("ws://far", { peers: [nodeUrl("ws://middle")] });
  near.register("where", (_, node) => node.url);
  far.register("where", (_, node) => node.url);
  world.settle();
  const link = [...hub.ends].find(([, other]) => other.node === near);
  assert(link !== undefined);
  hub.step({ type: "congested", connection: link[0] });
  const away = hub.call("where");
  world.settle();
  assertEquals(hub.ended(away), "ws://far");
  world.kill(far);
  world.settle();
  const still = hub.call("where");
  world.settle();
  assertEquals(hub.ended(still), "ws://near", "the only one is asked all the same");
  assertEquals(middle.offers(), ["where@2"]);
});

Deno.test("NodeCore closes a link that breaks the protocol and keeps the others", () => {
  const world = new CoreWorld();
  const [one, two, three] = chain(world, 3);
  assert(one !== undefined && two !== undefined && three !== undefined);
  one.register("echo", ([value]) => value);
  world.settle();
  const end = [...two.ends].find(([, other]) => other.node === three);
  assert(end !== undefined);
  const want = { type: "want", handle: 99, have: 0 } as const;
  two.step({ type: "received", connection: end[0], messages: [want] });
  world.settle();
  assertEquals(two.offers(), ["echo@1"]);
  assertStringIncludes(two.closeReasons.join(), "99");
});

Deno.test("NodeCore, slow link: the four-node picture reaches everybody", () => {
  const world = new CoreWorld();
  const x = world.node("ws://x");
  const y = world.node("ws://y", { peers: [nodeUrl("ws://x")] });
  const u = world.node("ws://u", { peers: [nodeUrl("ws://x")] });
  const b = world.node("ws://b", { peers: [nodeUrl("ws://x"), nodeUrl("ws://u")] });
  world.settle();
  world.hold(u, x);
  u.register("f", () => 1, { maxHops: 2 });
  world.settle();
  assertEquals([b.offers(), x.offers(), y.offers()], [["f@1"], ["f@2"], []]);
  world.release(u, x);
  world.settle();
  assertEquals([b.offers(), x.offers(), y.offers()], [["f@1"], ["f@1"], ["f@2"]]);
});

Deno.test("NodeCore, slow link: the five-node picture reaches everybody", () => {
  const world = new CoreWorld();
  const a = world.node("ws://a");
  const u = world.node("ws://u", { peers: [nodeUrl("ws://a")] });
  const b = world.node("ws://b", { peers: [nodeUrl("ws://a")] });
  const x = world.node("ws://x", { peers: [nodeUrl("ws://a"), nodeUrl("ws://b")] });
  const y = world.node("ws://y", { peers: [nodeUrl("ws://x")] });
  world.settle();
  world.hold(a, x);
  u.register("f", () => 1);
  world.settle();
  assertEquals([x.offers(), y.offers()], [["f@3"], []]);
  world.release(a, x);
  world.settle();
  assertEquals([a, b, x, y].map((node) => node.offers()), [["f@1"], ["f@2"], ["f@2"], ["f@3"]]);
});
