/**
 * A node that leaves: nobody's call fails for it.
 */
import { assert, assertEquals } from "@std/assert";
import { nodeUrl } from "../../../lib/protocol/names.ts";
import { chain, type CoreNode, CoreWorld, PENDING } from "./core_world.ts";

const LEAVE = { type: "drain", timeoutMs: 5_000 } as const;

/** A hub with a near and a far provider of `f`, and somebody else at the hub. */
function scene(near: () => unknown = () => "near") {
  const world = new CoreWorld();
  const hub = world.node("ws://hub");
  const peers = [nodeUrl("ws://hub")];
  const leaving = world.node("ws://leaving", { peers });
  const other = world.node("ws://other", { peers });
  const caller = world.node("ws://caller", { peers });
  world.settle();
  leaving.register("f", near);
  world.settle();
  return { world, hub, leaving, other, caller };
}

Deno.test("NodeCore that leaves serves on until its neighbours have taken its withdrawal", () => {
  const { world, hub, leaving } = scene();
  world.hold(leaving, hub);
  leaving.step(LEAVE);
  world.settle();
  const late = hub.call("f");
  world.settle();
  assertEquals(leaving.invocations.length, 1, "the hub does not know yet");
  assert(!leaving.isStopped);
  world.release(leaving, hub);
  world.settle();
  assertEquals([hub.ended(late), leaving.isStopped], ["near", true]);
  assertEquals(leaving.closeReasons.at(-1), "the node stops");
});

Deno.test("NodeCore that leaves waits for a neighbour that takes nothing for a second, not for ever", () => {
  const { world, hub, leaving } = scene();
  world.hold(leaving, hub);
  leaving.step(LEAVE);
  world.pass(900);
  assert(!leaving.isStopped);
  world.pass(300);
  assert(leaving.isStopped);
});

Deno.test("NodeCore that leaves sends a call that comes too late elsewhere, at no price", () => {
  const { world, hub, leaving, other, caller } = scene(() => PENDING);
  const before = caller.call("f");
  other.register("f", () => "other");
  world.settle();
  // It has a run that keeps it from leaving, and the caller does not hear of its withdrawal.
  const own = leaving.call("f");
  world.hold(hub, caller);
  leaving.step(LEAVE);
  world.settle();
  const calls = Array.from({ length: 40 }, () => caller.call("f"));
  world.settle();
  assert((world.sent.get("error") ?? 0) > 10, "more came too late than a fresh budget pays for");
  assertEquals(calls.map((call) => caller.ended(call)), Array(40).fill("other"));
  for (const { invocation } of leaving.invocations) leaving.finish(invocation, "done");
  world.settle();
  assertEquals([leaving.ended(own), caller.ended(before)], ["done", "done"]);
  assert(leaving.isStopped);
});

Deno.test("NodeCore that gets a goodbye sends what was not taken elsewhere, even what may not run twice", () => {
  const { world, hub, leaving, other } = scene();
  other.register("f", () => "other");
  world.settle();
  world.hold(hub, leaving);
  const calls = Array.from({ length: 20 }, () => hub.call("f"));
  world.settle();
  assert(calls.some((call) => hub.ended(call) === undefined), "some are on their way there");
  // It is told to go at once, and never sees them.
  leaving.step({ type: "drain", timeoutMs: 0 });
  world.settle();
  assertEquals(leaving.invocations.length, 0);
  assertEquals(calls.map((call) => hub.ended(call)), Array(20).fill("other"));
});

Deno.test("NodeCore says of a call that a leaving node had taken that it may have run", () => {
  const { world, hub, leaving } = scene(() => PENDING);
  const call = hub.call("f");
  world.settle();
  assertEquals(leaving.invocations.length, 1);
  leaving.step({ type: "drain", timeoutMs: 0 });
  world.settle();
  assertEquals(hub.ended(call), "UNAVAILABLE/unknown");
});

Deno.test("NodeCore reaches a provider another way when a node on the way to it leaves", () => {
  const world = new CoreWorld();
  const [one, two, three] = chain(world, 3);
  assert(one !== undefined && two !== undefined && three !== undefined);
  world.undialable.add("ws://n1");
  one.register("f", () => "one");
  two.register("slow", () => PENDING);
  world.settle();
  two.call("slow");
  two.step(LEAVE);
  world.settle();
  world.undialable.delete("ws://n1");
  const call = three.call("f");
  world.settle();
  assertEquals(three.ended(call), "one");
});

Deno.test("NodeCore that leaves takes no new connections and keeps those it has until it is done", () => {
  const { world, leaving } = scene(() => PENDING);
  leaving.call("f");
  leaving.step(LEAVE);
  world.settle();
  const { connections } = leaving.core.sizes();
  world.node("ws://late", { peers: [nodeUrl("ws://leaving")] });
  world.settle();
  assertEquals(leaving.core.sizes().connections, connections);
  world.pass(6_000);
  assert(leaving.isStopped);
  assertEquals(leaving.core.sizes().connections, 0);
});

/** Ends the runs of a node one by one. */
function finishAll(world: CoreWorld, node: CoreNode): void {
  for (let done = 0; done < node.invocations.length; done += 1) {
    node.finish(node.invocations[done]?.invocation ?? 0, `run ${done}`);
    world.settle();
  }
}

Deno.test("NodeCore lets calls wait for a free slot, in order, and refuses those beyond the queue", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("f", () => PENDING, { concurrency: 1, queue: 2 });
  const calls = Array.from({ length: 4 }, () => node.call("f"));
  world.settle();
  assertEquals([node.invocations.length, node.core.sizes().slotQueue], [1, 2]);
  assertEquals(node.ended(calls[3] ?? 0), "RESOURCE_EXHAUSTED/no");
  finishAll(world, node);
  assertEquals(calls.slice(0, 3).map((call) => node.ended(call)), ["run 0", "run 1", "run 2"]);
  assertEquals(node.core.sizes().slotQueue, 0);
});

Deno.test("NodeCore lets no call wait for a slot for more than a second", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("f", () => PENDING, { concurrency: 1, queue: 2 });
  node.call("f");
  const waiting = node.call("f");
  world.pass(900);
  assertEquals(node.ended(waiting), undefined);
  world.pass(200);
  assertEquals(node.ended(waiting), "RESOURCE_EXHAUSTED/no");
  const outcome = node.outcomes.get(waiting);
  assert(outcome?.ok === false && outcome.error.retryAfterMs === 1_000);
});

Deno.test("NodeCore gives no slot to a call whose caller gave up while it waited", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("f", () => PENDING, { concurrency: 1, queue: 2 });
  node.call("f");
  const given = node.call("f");
  const next = node.call("f");
  node.step({ type: "cancel", call: given });
  assertEquals(node.ended(given), "CANCELLED/no");
  finishAll(world, node);
  assertEquals([node.invocations.length, node.ended(next)], [2, "run 1"]);
});

Deno.test("NodeCore sends calls that wait for a slot elsewhere when the function is withdrawn or the node leaves", () => {
  for (const way of ["withdraw", "leave"] as const) {
    const world = new CoreWorld();
    const hub = world.node("ws://hub");
    const other = world.node("ws://other", { peers: [nodeUrl("ws://hub")] });
    world.settle();
    const registration = hub.register("f", () => PENDING, { concurrency: 1, queue: 4 });
    const calls = [hub.call("f"), hub.call("f"), hub.call("f")];
    world.settle();
    assertEquals(hub.core.sizes().slotQueue, 2);
    other.register("f", () => "other");
    world.settle();
    if (way === "leave") hub.step(LEAVE);
    else hub.step({ type: "withdraw", registration });
    world.settle();
    assertEquals(calls.slice(1).map((call) => hub.ended(call)), ["other", "other"], way);
  }
});
