/**
 * Calls that nobody can run: why, what was perhaps meant, and waiting for somebody on purpose.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Explanation } from "../../../lib/core/explain.ts";
import type { CallError } from "../../../lib/protocol/errors.ts";
import { functionName, nodeUrl, resourceName } from "../../../lib/protocol/names.ts";
import { chain, type CoreNode, CoreWorld, PENDING } from "./core_world.ts";

function errorOf(node: CoreNode, call: number): CallError {
  const outcome = node.outcomes.get(call);
  assert(outcome !== undefined && !outcome.ok, "no error");
  return outcome.error;
}

function explained(node: CoreNode, fun: string, resources: string[] = []): Explanation {
  const call = 9_999;
  node.outcomes.delete(call);
  node.step({
    type: "explain",
    call,
    fun: functionName(fun),
    resources: resources.map(resourceName),
    timeoutMs: 1_000,
  });
  const outcome = node.outcomes.get(call);
  assert(outcome?.ok);
  return outcome.value.value as unknown as Explanation;
}

const WAITS = { waits: true };

Deno.test("NodeCore lets a call wait until somebody offers its function", () => {
  const world = new CoreWorld();
  const [one, two] = chain(world, 2);
  assert(one !== undefined && two !== undefined);
  const call = two.call("late", ["x"], [], 5_000, WAITS);
  world.pass(1_000);
  assertEquals([two.ended(call), two.core.sizes().parked], [undefined, 1]);
  one.register("other", () => null);
  world.settle();
  assertEquals(two.ended(call), undefined, "another function is no help");
  one.register("late", ([value]) => value);
  world.settle();
  assertEquals([two.ended(call), two.core.sizes().parked], ["x", 0]);
});

Deno.test("NodeCore lets a call wait for resources, and wakes it for no offer that lacks them", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("embed", () => "cpu");
  const call = node.call("embed", [], ["gpu"], 5_000, WAITS);
  node.register("embed", () => "disk", { resources: ["disk"] });
  world.settle();
  assertEquals(node.ended(call), undefined);
  node.register("embed", () => "gpu", { resources: ["gpu", "disk"] });
  world.settle();
  assertEquals(node.ended(call), "gpu");
});

Deno.test("NodeCore ends a call that waited in vain at its deadline, with what is missing", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("embed", () => "cpu");
  const calls = [
    node.call("embed", [], ["gpu"], 2_000, WAITS),
    node.call("embde", [], [], 2_000, WAITS),
  ];
  world.pass(2_100);
  assertEquals(calls.map((call) => node.ended(call)), [
    "NO_PROVIDER/no",
    "FUNCTION_NOT_FOUND/no",
  ]);
  assertStringIncludes(errorOf(node, calls[0] ?? 0).message, "waited 2000 ms");
  assertEquals(node.core.sizes().parked, 0);
  assertEquals(node.invocations, []);
});

Deno.test("NodeCore lets a call that its only provider has left wait for the next one", () => {
  const world = new CoreWorld();
  const [one, two] = chain(world, 2);
  assert(one !== undefined && two !== undefined);
  one.register("f", (_, node) => node.url);
  world.settle();
  world.kill(one);
  const call = two.call("f", [], [], 5_000, { waits: true, idempotent: true });
  world.settle();
  assertEquals(two.ended(call), undefined, "it went with the lost link, and may run twice");
  const again = world.node("ws://n1");
  again.register("f", () => "again");
  world.pass(2_000);
  assertEquals(two.ended(call), "again");
});

Deno.test("NodeCore looks again at a listed provider that could not be reached, for a call that waits", () => {
  const world = new CoreWorld();
  world.node("ws://hub");
  const peers = [nodeUrl("ws://hub")];
  const far = world.node("ws://far", { peers });
  const caller = world.node("ws://caller", { peers, reach: "direct" });
  world.settle();
  far.register("f", () => "there");
  world.settle();
  world.undialable.add("ws://far");
  const call = caller.call("f", [], [], 300_000, WAITS);
  world.settle();
  assertEquals([caller.ended(call), caller.core.sizes().parked], [undefined, 1]);
  world.undialable.delete("ws://far");
  world.pass(62_000, 1_000);
  assertEquals(caller.ended(call), "there");
});

Deno.test("NodeCore takes no more waiting calls than the limit, and gives a place back when a caller gives up", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  const calls = Array.from({ length: 4_097 }, () => node.call("f", [], [], 60_000, WAITS));
  assertEquals(node.core.sizes().parked, 4_096);
  assertEquals(node.ended(calls.at(-1) ?? 0), "FUNCTION_NOT_FOUND/no");
  node.step({ type: "cancel", call: calls[0] ?? 0 });
  assertEquals([node.ended(calls[0] ?? 0), node.core.sizes().parked], ["CANCELLED/no", 4_095]);
});

Deno.test("NodeCore lets the commands of a request wait for their functions", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  const fun = functionName("late");
  const commands = [{ name: "a", fun, args: [7], kwargs: {}, resources: [] }];
  const call = node.request({ commands, wanted: undefined, timeoutMs: 5_000, waits: true });
  world.pass(500);
  assertEquals(node.ended(call), undefined);
  node.register("late", ([value]) => value);
  world.settle();
  assertEquals(node.ended(call), { a: 7 });
});

Deno.test("NodeCore says what near misses lack, and which name was perhaps meant", () => {
  const world = new CoreWorld();
  const [one, two] = chain(world, 2);
  assert(one !== undefined && two !== undefined);
  one.register("embed", () => null, { resources: ["disk"] });
  world.settle();
  const lacking = errorOf(two, two.call("embed", [], ["gpu", "disk"]));
  assertStringIncludes(lacking.message, "it lacks gpu");
  assertEquals(lacking.details, {
    nearMisses: [
      { origin: "ws://n1", distance: 1, reason: "lacks", why: "it lacks gpu", lacks: ["gpu"] },
    ],
  });
  const misspelt = errorOf(two, two.call("ebmed"));
  assertStringIncludes(misspelt.message, "did you mean embed");
  assertEquals(misspelt.details, { didYouMean: ["embed"] });
  assertEquals(errorOf(two, two.call("something_else")).details, undefined);
});

Deno.test("explain gives the reason for each offer: taken, farther, lacking", () => {
  const world = new CoreWorld();
  const [one, two, three] = chain(world, 3);
  assert(one !== undefined && two !== undefined && three !== undefined);
  one.register("f", () => null, { resources: ["gpu"] });
  two.register("f", () => null, { resources: ["gpu"] });
  three.register("f", () => null);
  world.settle();
  const { code, at, offers } = explained(three, "f", ["gpu"]);
  assertEquals([code, at], [undefined, "ws://n3"]);
  assertEquals(offers.map(({ origin, reason }) => [origin, reason]), [
    ["ws://n3", "lacks"],
    ["ws://n2", "taken"],
    ["ws://n1", "farther"],
  ]);
  assertEquals(explained(three, "f", ["tpu"]).code, "NO_PROVIDER");
  assertEquals(explained(three, "g").code, "FUNCTION_NOT_FOUND");
  assertEquals(explained(three, "g").didYouMean, ["f"]);
});

Deno.test("explain says of a provider that failed again and again for how long it rests", () => {
  const world = new CoreWorld();
  const [one, two] = chain(world, 2);
  assert(one !== undefined && two !== undefined);
  one.register("f", () => PENDING);
  two.register("f", () => PENDING);
  world.settle();
  for (let count = 0; count < 5; count += 1) {
    two.call("f", [], [], 100);
    world.pass(200);
  }
  const { offers } = explained(two, "f");
  assertEquals(offers.map(({ origin, reason }) => [origin, reason]), [
    ["ws://n2", "resting"],
    ["ws://n1", "taken"],
  ]);
});
