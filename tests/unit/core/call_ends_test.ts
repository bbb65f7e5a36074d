import { assert, assertEquals } from "@std/assert";
import { ClientCore } from "../../../lib/core/client_core.ts";
import type { DialOrder, Outcome } from "../../../lib/core/effects.ts";
import type { ClientEvent, WireMessage } from "../../../lib/core/events.ts";
import type { RpcRequest } from "../../../lib/protocol/json_messages.ts";
import { functionName, nodeUrl } from "../../../lib/protocol/names.ts";
import { Payload } from "../../../lib/protocol/payload.ts";
import { chain, type CoreNode, CoreWorld, PENDING } from "./core_world.ts";

/** A world in which one URL is served by somebody of the reference, who never answers. */
class SilentReferenceWorld extends CoreWorld {
  readonly asked: { readonly connection: number; readonly request: RpcRequest }[] = [];
  silentUrl = "";
  #last = 1_000_000;

  override dial(from: CoreNode, dial: number, order: DialOrder): void {
    if (order.url !== this.silentUrl) return super.dial(from, dial, order);
    this.#last += 1;
    const opened = { dialect: "json", dial, remote: order.url } as const;
    this.fly(from, { type: "opened", connection: this.#last, ...opened });
  }

  override send(from: CoreNode, connection: number, message: WireMessage): void {
    if (message.type === "rpc") this.asked.push({ connection, request: message });
    super.send(from, connection, message);
  }
}

Deno.test("NodeCore gives no other call to a json call connection that is closed because its call was given up", () => {
  const world = new SilentReferenceWorld();
  const [one, , three] = chain(world, 3);
  assert(one !== undefined && three !== undefined);
  one.register("slow", () => PENDING);
  world.settle();
  world.silentUrl = one.url;
  const calls = Array.from({ length: 9 }, () => three.call("slow"));
  world.settle();
  assertEquals(world.asked.length, 8, "one waits for a free connection");
  three.step({ type: "cancel", call: calls[0] ?? 0 });
  world.settle();
  assertEquals(three.ended(calls[8] ?? 0), undefined, "the one that waited has its own connection");
  assertEquals(world.asked.length, 9);
});

Deno.test("NodeCore keeps a call connection that is idle but for a call that takes long", () => {
  const world = new CoreWorld();
  const [one, , three] = chain(world, 3);
  assert(one !== undefined && three !== undefined);
  one.register("slow", () => PENDING);
  world.settle();
  const call = three.call("slow", [], [], 300_000);
  world.settle();
  assertEquals(three.core.sizes().connections, 2, "the link and the call connection");
  world.pass(120_000, 1_000);
  assertEquals(three.ended(call), undefined);
  one.finish(one.invocations[0]?.invocation ?? 0, "done");
  world.settle();
  assertEquals(three.ended(call), "done");
  world.pass(55_000, 1_000);
  assertEquals(three.core.sizes().connections, 2, "idle from its last use on");
  world.pass(20_000, 1_000);
  assertEquals(three.core.sizes().connections, 1);
});

Deno.test("NodeCore takes another provider when the nearest has no room or is leaving", () => {
  const world = new CoreWorld();
  const hub = world.node("ws://hub");
  const peers = [nodeUrl("ws://hub")];
  const other = world.node("ws://other", { peers });
  world.settle();
  hub.register("where", () => PENDING, { concurrency: 1 });
  other.register("where", (_, node) => node.url);
  world.settle();
  const first = hub.call("where");
  const second = hub.call("where");
  world.settle();
  assertEquals([hub.ended(first), hub.ended(second)], [undefined, "ws://other"]);
  const far = world.node("ws://far", { peers });
  world.settle();
  const third = far.call("where");
  world.settle();
  assertEquals(far.ended(third), "ws://other", "a provider that refuses is one to try past, too");
  assertEquals(far.core.sizes().calls, 0);
});

Deno.test("NodeCore tells of no room when no provider has any", () => {
  const world = new CoreWorld();
  const [one, two] = chain(world, 2);
  assert(one !== undefined && two !== undefined);
  one.register("slow", () => PENDING, { concurrency: 1 });
  two.register("slow", () => PENDING, { concurrency: 1 });
  world.settle();
  const calls = [two.call("slow"), two.call("slow"), two.call("slow")];
  world.settle();
  assertEquals(calls.map((call) => two.ended(call)), [
    undefined,
    undefined,
    "RESOURCE_EXHAUSTED/no",
  ]);
});

Deno.test("NodeCore runs no command whose time is over when what it needs is there", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("slow", () => PENDING);
  node.register("echo", ([value]) => value);
  const common = { kwargs: {}, resources: [] };
  const commands = [
    { name: "a", fun: functionName("slow"), args: [], ...common },
    { name: "b", fun: functionName("echo"), args: ["a"], ...common },
  ];
  const call = node.request({ commands, wanted: undefined, timeoutMs: 1_000 });
  world.now += 1_000;
  node.finish(node.invocations[0]?.invocation ?? 0, "late");
  world.settle();
  assertEquals(node.ended(call), "DEADLINE_EXCEEDED/yes");
  assertEquals(node.invocations.length, 1);
});

Deno.test("NodeCore that drains lets a function that still runs dial a provider", () => {
  const world = new CoreWorld();
  const [one, two, three] = chain(world, 3);
  assert(one !== undefined && two !== undefined && three !== undefined);
  one.register("where", (_, node) => node.url);
  world.settle();
  const direct = world.node("ws://direct", { peers: [nodeUrl(two.url)], reach: "direct" });
  direct.register("slow", () => PENDING);
  world.settle();
  direct.call("slow");
  direct.step({ type: "drain", timeoutMs: 5_000 });
  const call = direct.call("where");
  world.settle();
  assertEquals(direct.ended(call), "ws://n1");
  assert(!direct.isStopped);
  world.pass(6_000);
  assert(direct.isStopped);
  assertEquals(direct.core.sizes().connections, 0);
});

Deno.test("NodeCore runs no more for one node of the reference than for a client", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("slow", () => PENDING, { concurrency: 4_096 });
  const connection = 1_000_000;
  node.step({ type: "opened", connection, dialect: "json", dial: undefined, remote: "peer" });
  for (let u = 0; u < 1_025; u += 1) {
    const fun = functionName("slow");
    const messages = [{ type: "internal-rpc", u: `${u}`, fun, args: [], kwargs: {} } as const];
    node.step({ type: "received", connection, messages });
  }
  assertEquals([node.core.sizes().calls, node.core.sizes().inbound], [1_024, 1_024]);
});

Deno.test("NodeCore says that a cancelled call did not run when it had not left", () => {
  const world = new SilentReferenceWorld();
  const [one, , three] = chain(world, 3);
  assert(one !== undefined && three !== undefined);
  one.register("slow", () => PENDING);
  world.settle();
  const call = three.call("slow");
  three.step({ type: "cancel", call });
  world.settle();
  assertEquals(three.ended(call), "CANCELLED/no");
  assertEquals(one.invocations.length, 0);
});

Deno.test("NodeCore keeps a replaced link until the calls on it have ended", () => {
  const world = new CoreWorld();
  const a = world.node("ws://a");
  const b = world.node("ws://b", { peers: [nodeUrl("ws://a")] });
  world.settle();
  b.register("slow", () => PENDING);
  world.settle();
  const call = a.call("slow");
  world.settle();
  assertEquals(b.invocations.length, 1);
  // Of two links the one that the smaller URL dialled stays: the call is on the other.
  world.nodes.set("ws://b/alias", b);
  a.step({ type: "join", url: nodeUrl("ws://b/alias") });
  world.settle();
  assertEquals(a.core.sizes().connections, 2);
  world.pass(3_000);
  assertEquals(a.ended(call), undefined);
  b.finish(b.invocations[0]?.invocation ?? 0, "done");
  world.settle();
  assertEquals(a.ended(call), "done");
  world.pass(3_000);
  assertEquals([a.core.sizes().connections, b.core.sizes().connections], [1, 1]);
});

/** A client core alone. */
function lone(urls: string[] = ["ws://a"]) {
  const core = new ClientCore({ urls });
  const sent: { readonly connection: number; readonly message: WireMessage }[] = [];
  const closed: number[] = [];
  const outcomes = new Map<number, Outcome>();
  const state = { now: 1_000_000, dials: 0, wakeAt: Infinity };
  const step = (event: Record<string, unknown> & { type: ClientEvent["type"] }): void => {
    state.wakeAt = core.step({ ...event, now: state.now } as unknown as ClientEvent, {
      send: (connection, message) => void sent.push({ connection, message }),
      dial: (dial) => void (state.dials = dial),
      close: (connection) => void closed.push(connection),
    }, {
      items: () => {},
      wanted: () => {},
      given: () => {},
      invoke: () => {},
      credit: () => {},
      abort: () => {},
      settle: (call, outcome) => void outcomes.set(call, outcome),
      report: () => {},
    });
  };
  const pass = (ms: number): void => {
    const until = state.now + ms;
    while (state.wakeAt <= until) {
      state.now = Math.max(state.now, state.wakeAt);
      step({ type: "tick" });
    }
    state.now = until;
  };
  const call = (number: number): void =>
    step({
      type: "call",
      call: number,
      fun: functionName("f"),
      resources: [],
      args: Payload.fromValue([]),
      kwargs: undefined,
      timeoutMs: 60_000,
    });
  const open = (connection: number, isReady = true): void => {
    step({ type: "opened", connection, dialect: "farcall.v1", dial: state.dials, remote: "test" });
    if (isReady) step({ type: "received", connection, messages: [{ type: "hello" }] });
  };
  step({ type: "boot", seed: new Uint32Array([1, 2, 3, 4]) });
  return { step, pass, call, open, sent, closed, outcomes, state };
}

Deno.test("ClientCore sends nothing more to a node that said goodbye", () => {
  const { step, pass, call, open, sent, closed, outcomes, state } = lone();
  open(1);
  step({ type: "received", connection: 1, messages: [{ type: "goodbye", reason: "stops" }] });
  assertEquals(closed, [1]);
  call(1);
  step({ type: "closed", connection: 1, code: 1000, reason: "" });
  assertEquals(outcomes.size, 0, "the call waits for the next connection");
  pass(200);
  assertEquals(state.dials, 2);
  open(2);
  assertEquals(sent.filter(({ message }) => message.type === "call").map((one) => one.connection), [
    2,
  ]);
});

Deno.test("ClientCore leaves a node that takes a connection and says no hello", () => {
  const { pass, open, closed, state } = lone(["ws://a", "ws://b"]);
  open(1, false);
  pass(6_000);
  assertEquals(closed, [1]);
  assertEquals(state.dials, 2);
});

Deno.test("ClientCore takes no answer to a call that it has not sent", () => {
  const { step, call, open, outcomes } = lone();
  open(1);
  step({ type: "congested", connection: 1 });
  call(7);
  const value = Payload.fromValue("forged");
  step({ type: "received", connection: 1, messages: [{ type: "result", id: 7, value }] });
  assertEquals(outcomes.size, 0);
});
