/**
 * What the end of a call says of whether its function ran, and what is tried again for it.
 */
import { assert, assertEquals } from "@std/assert";
import { nodeUrl } from "../../../lib/protocol/names.ts";
import type { V1Message } from "../../../lib/protocol/v1_messages.ts";
import { chain, CoreWorld, PENDING } from "./core_world.ts";

/** A hub with two nodes that offer `f`, and what their functions do. */
function twoProviders(run: { one: () => unknown; two: () => unknown }) {
  const world = new CoreWorld();
  const hub = world.node("ws://hub");
  const peers = [nodeUrl("ws://hub")];
  const one = world.node("ws://one", { peers });
  const two = world.node("ws://two", { peers });
  world.settle();
  one.register("f", run.one);
  two.register("f", run.two);
  world.settle();
  return { world, hub, one, two };
}

Deno.test("NodeCore says that a function ran when its node is killed after it told so", () => {
  const world = new CoreWorld();
  const [one, two] = chain(world, 2);
  assert(one !== undefined && two !== undefined);
  one.register("slow", () => PENDING);
  world.settle();
  const early = two.call("slow");
  world.settle();
  assertEquals(world.sent.get("accepted"), undefined, "most functions end before they are told of");
  world.pass(20, 10);
  assertEquals(world.sent.get("accepted"), 1);
  const late = two.call("slow");
  world.settle();
  world.kill(one);
  world.settle();
  assertEquals([two.ended(early), two.ended(late)], ["UNAVAILABLE/yes", "UNAVAILABLE/unknown"]);
});

Deno.test("NodeCore passes on over relays that a function runs", () => {
  const world = new CoreWorld();
  const [one, , three] = chain(world, 3);
  assert(one !== undefined && three !== undefined);
  world.undialable.add("ws://n1");
  one.register("slow", () => PENDING);
  world.settle();
  const call = three.call("slow", [], [], 1_000);
  world.settle();
  world.pass(20, 10);
  assertEquals(world.sent.get("accepted"), 2, "one on each link");
  world.pass(1_000);
  assertEquals(three.ended(call), "DEADLINE_EXCEEDED/yes");
});

Deno.test("NodeCore tells the maker of a request that a command of it runs", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("slow", () => PENDING);
  const said: V1Message[] = [];
  const connection = 77;
  world.send = (_, to, message) => void (to === connection && said.push(message as V1Message));
  const opened = { dialect: "farcall.v1", dial: undefined, remote: "peer" } as const;
  node.step({ type: "opened", connection, ...opened });
  const commands = [{ name: "a", fun: "slow", args: [], kwargs: {}, resources: [], refs: [] }];
  const request = { type: "request", id: 5, commands, timeoutMs: 9_000 } as unknown as V1Message;
  const messages = [{ type: "hello", role: "client" } as const, request];
  node.step({ type: "received", connection, messages });
  world.pass(20, 10);
  assertEquals(said.at(-1), { type: "accepted", id: 5 });
});

Deno.test("NodeCore never runs a frame that comes twice a second time, before or after its end", () => {
  const world = new CoreWorld();
  const [one, two] = chain(world, 2);
  assert(one !== undefined && two !== undefined);
  one.register("echo", ([value]) => value);
  world.settle();
  const send = world.send.bind(world);
  const seen: [number, V1Message][] = [];
  world.send = (from, connection, message) => {
    send(from, connection, message);
    if (message.type !== "call") return;
    seen.push([connection, message]);
    send(from, connection, message);
  };
  const call = two.call("echo", ["x"]);
  world.settle();
  for (const [connection, message] of seen) send(two, connection, message);
  world.settle();
  assertEquals([two.ended(call), one.invocations.length], ["x", 1]);
});

Deno.test("NodeCore tries a call elsewhere when a lost node may have run it, if it is idempotent, and not otherwise", () => {
  const { world, hub, one, two } = twoProviders({ one: () => PENDING, two: () => PENDING });
  const calls = [hub.call("f"), hub.call("f", [], [], 30_000, { idempotent: true })];
  const more = Array.from(
    { length: 8 },
    () => hub.call("f", [], [], 30_000, { idempotent: true }),
  );
  world.settle();
  const [dead, left] = one.invocations.length > 0 ? [one, two] : [two, one];
  const before = left.invocations.length;
  const lost = dead.invocations.length;
  assert(lost > 0 && before > 0);
  world.kill(dead);
  world.settle();
  const plain = hub.ended(calls[0] ?? 0);
  const retried = left.invocations.length - before;
  assert(plain === undefined || plain === "UNAVAILABLE/unknown", `${plain}`);
  assertEquals(retried, plain === undefined ? lost : lost - 1);
  for (const { invocation } of left.invocations) left.finish(invocation, "done");
  world.settle();
  assertEquals([...calls.slice(1), ...more].map((call) => hub.ended(call)), Array(9).fill("done"));
});

Deno.test("NodeCore makes no more retries than a tenth of what works, after the first ten", () => {
  const { world, hub, one, two } = twoProviders({ one: () => PENDING, two: () => PENDING });
  const calls = Array.from(
    { length: 60 },
    () => hub.call("f", [], [], 30_000, { idempotent: true }),
  );
  world.settle();
  const lost = one.invocations.length;
  assert(lost > 12, `${lost} there`);
  world.kill(one);
  world.settle();
  const failed = calls.filter((call) => hub.ended(call) === "UNAVAILABLE/unknown");
  assertEquals(failed.length, lost - 10);
  assertEquals(two.invocations.length, 60 - lost + 10);
});

Deno.test("NodeCore asks another provider as well when a hedged call takes long, and cancels the slower", () => {
  const { world, hub, one, two } = twoProviders({ one: () => PENDING, two: () => PENDING });
  const call = hub.call("f", [], [], 30_000, { idempotent: true, hedgeMs: 500 });
  world.settle();
  world.pass(400);
  assertEquals(one.invocations.length + two.invocations.length, 1);
  world.pass(200);
  assertEquals([one.invocations.length, two.invocations.length], [1, 1]);
  two.finish(two.invocations[0]?.invocation ?? 0, "two");
  world.settle();
  assertEquals([hub.ended(call), one.aborted.length], ["two", 1]);
  assertEquals([hub.core.sizes().calls, one.core.sizes().stuck], [0, 1], "it ignores its signal");
  one.finish(one.invocations[0]?.invocation ?? 0, "late");
  assertEquals([one.core.sizes().stuck, one.core.sizes().running], [0, 0]);
});

Deno.test("NodeCore counts a run as stuck from the end of its call to its own", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("stubborn", () => PENDING, { concurrency: 1 });
  const call = node.call("stubborn", [], [], 100);
  world.pass(200);
  assertEquals(node.ended(call), "DEADLINE_EXCEEDED/yes");
  const { running, stuck } = node.core.sizes();
  assertEquals([running, stuck], [1, 1]);
  assertEquals(node.ended(node.call("stubborn")), "RESOURCE_EXHAUSTED/no", "its slot is not free");
  node.finish(node.invocations[0]?.invocation ?? 0, "late");
  assertEquals([node.core.sizes().running, node.core.sizes().stuck], [0, 0]);
});

Deno.test("NodeCore sends a call that waits for a dial over the link that came up meanwhile", () => {
  const world = new CoreWorld();
  world.node("ws://hub");
  const peers = [nodeUrl("ws://hub")];
  const far = world.node("ws://far", { peers });
  const caller = world.node("ws://caller", { peers, reach: "direct" });
  world.settle();
  far.register("where", (_, node) => node.url);
  world.settle();
  world.undialable.add("ws://far");
  let dial = 0;
  const dialled = world.dial.bind(world);
  world.dial = (from, number, order) => {
    if (from === caller && order.url === "ws://far") dial = number;
    else dialled(from, number, order);
  };
  const call = caller.call("where");
  far.step({ type: "join", url: nodeUrl("ws://caller") });
  world.settle();
  assert(dial > 0);
  assertEquals(caller.ended(call), undefined, "it waits for its dial");
  caller.step({ type: "dial_failed", dial, message: "refused" });
  world.settle();
  assertEquals(caller.ended(call), "ws://far");
});
