import { assert, assertEquals } from "@std/assert";
import type { WireMessage } from "../../../lib/core/events.ts";
import { functionName, nodeUrl } from "../../../lib/protocol/names.ts";
import { Payload } from "../../../lib/protocol/payload.ts";
import type { RequestCommand } from "../../../lib/protocol/request_command.ts";
import { type CoreNode, CoreWorld, PENDING } from "./core_world.ts";

/** What one node sent to another. */
interface Sent {
  readonly from: string;
  readonly to: string;
  readonly message: WireMessage;
}

interface Places {
  readonly world: CoreWorld;
  /** Runs the request. */
  readonly hub: CoreNode;
  /** Offers `make`. */
  readonly maker: CoreNode;
  /** Offers `use`. */
  readonly user: CoreNode;
  /** Everything that is said, in order. */
  readonly sent: readonly Sent[];
}

const LONG = "x".repeat(100);

/** Hub with a link to each of two others, which have none to each other. */
function places(): Places {
  const world = new CoreWorld();
  const hub = world.node("ws://hub", { handOverUnitsMin: 1 });
  const peers = [nodeUrl(hub.url)];
  const maker = world.node("ws://maker", { peers, handOverUnitsMin: 50 });
  const user = world.node("ws://user", { peers, handOverUnitsMin: 50 });
  maker.register("make", ([given]) => ({ body: given ?? LONG, title: "T" }));
  user.register("use", (args) => args);
  world.settle();
  const sent: Sent[] = [];
  const send = world.send.bind(world);
  world.send = (from, connection, message) => {
    sent.push({ from: from.url, to: from.ends.get(connection)?.node.url ?? "", message });
    send(from, connection, message);
  };
  return { world, hub, maker, user, sent };
}

function command(name: string, fun: string, more: Partial<RequestCommand> = {}): RequestCommand {
  return { name, fun: functionName(fun), args: [], kwargs: {}, resources: [], refs: [], ...more };
}

/** A command that uses `body` of what another gave. */
function using(name: string, of: string, more: Partial<RequestCommand> = {}): RequestCommand {
  const refs = [{ at: ["args", 0], of, path: ["body"] }] as const;
  return command(name, "use", { args: [null, "own"], refs, ...more });
}

function ask(node: CoreNode, ...commands: readonly RequestCommand[]): number {
  return node.request({ commands, wanted: undefined, timeoutMs: 9_000 });
}

/** All nodes hold nothing and wait for nothing. */
function assertIdle(world: CoreWorld): void {
  world.settle();
  for (const node of world.nodes.values()) {
    const { calls, requests, running, own, inbound, queued, kept } = node.core.sizes();
    assertEquals([calls, requests, running, own, inbound, queued, kept], [0, 0, 0, 0, 0, 0, 0]);
  }
}

function has(text: string): (one: Sent) => boolean {
  return ({ message }) => JSON.stringify(message, written).includes(text);
}

function written(_key: string, value: unknown): unknown {
  return typeof value === "object" && value !== null && "text" in value ? value.text : value;
}

Deno.test("a long result goes straight from its node to the next one, and the hub gets a receipt", () => {
  const { world, hub, user, sent } = places();
  const call = ask(hub, command("a", "make"), using("b", "a"));
  world.settle();
  assertEquals(hub.ended(call), { b: [LONG, "own"] });
  assertEquals(user.invocations.length, 1);
  const carriers = sent.filter(has(LONG)).map(({ from, to }) => `${from} ${to}`);
  assertEquals(carriers, ["ws://maker ws://user", "ws://user ws://hub"], "the last is the result");
  assertEquals(sent.filter(({ message }) => message.type === "take").length, 1);
  assertEquals(sent.filter(({ message }) => message.type === "release").length, 1);
  assertIdle(world);
});

Deno.test("a short result goes through the hub: asking for it would take longer", () => {
  const { world, hub, sent } = places();
  const call = ask(hub, command("a", "make", { args: ["short"] }), using("b", "a"));
  world.settle();
  assertEquals(hub.ended(call), { b: ["short", "own"] });
  assertEquals(sent.filter(({ message }) => message.type === "take").length, 0);
  assertIdle(world);
});

Deno.test("a result that several commands use is asked for by each, and kept until the last has ended", () => {
  const { world, hub, maker, user } = places();
  user.register("slow", () => PENDING);
  world.settle();
  const more = { fun: functionName("slow") };
  const call = ask(hub, command("a", "make"), using("b", "a"), using("c", "a", more));
  world.settle();
  assertEquals(maker.core.sizes().kept, 1);
  user.finish(user.invocations.at(-1)?.invocation ?? 0, "late");
  world.settle();
  assertEquals(hub.ended(call), { b: [LONG, "own"], c: "late" });
  assertIdle(world);
});

Deno.test("a result that the caller wants comes to the hub, too", () => {
  const { world, hub, sent } = places();
  const commands = [command("a", "make"), using("b", "a")];
  const call = hub.request({ commands, wanted: ["a", "b"], timeoutMs: 9_000 });
  world.settle();
  assertEquals(hub.ended(call), { a: { body: LONG, title: "T" }, b: [LONG, "own"] });
  assertEquals(sent.filter(({ message }) => message.type === "take").length, 0);
});

Deno.test("what can't be handed over is got and sent along by the hub", () => {
  const { world, hub, maker, user, sent } = places();
  // Links hold, but nobody can dial it.
  world.undialable.add(maker.url);
  const call = ask(hub, command("a", "make"), using("b", "a"));
  world.settle();
  assertEquals(hub.ended(call), { b: [LONG, "own"] });
  assertEquals(user.invocations.length, 1, "and it runs once");
  const takes = sent.filter(({ message }) => message.type === "take");
  assertEquals(takes.map(({ from, to }) => `${from} ${to}`), ["ws://hub ws://maker"]);
  assertIdle(world);
});

Deno.test("a command that could not get what it needs is not tried at other nodes that can't, either", () => {
  const { world, hub, maker, user, sent } = places();
  const other = world.node("ws://other", { peers: [nodeUrl(hub.url)], handOverUnitsMin: 50 });
  other.register("use", (args) => args);
  world.settle();
  world.undialable.add(maker.url);
  const call = ask(hub, command("a", "make"), using("b", "a"));
  world.settle();
  assertEquals(hub.ended(call), { b: [LONG, "own"] });
  const calls = sent.filter(({ from, message }) => from === hub.url && message.type === "call");
  assertEquals(calls.length, 3, "one to make it, one that is refused, one with the result in it");
  assertEquals(user.invocations.length + other.invocations.length, 1);
});

Deno.test("a command that uses two results gets both before it runs", () => {
  const { world, hub, user, sent } = places();
  const refs = [
    { at: ["args", 0], of: "a", path: ["body"] },
    { at: ["args", 1], of: "c", path: ["body"] },
    { at: ["kwargs", "again"], of: "a", path: ["body"] },
  ] as const;
  const call = ask(
    hub,
    command("a", "make"),
    command("c", "make", { args: [`${LONG}c`] }),
    using("b", "a", { refs, kwargs: { again: null } }),
  );
  world.settle();
  assertEquals(hub.ended(call), { b: [LONG, `${LONG}c`] });
  assertEquals(user.invocations[0]?.kwargs?.value, { again: LONG });
  const takes = sent.filter(({ message }) => message.type === "take");
  assertEquals(takes.length, 2, "what is needed twice is asked for once");
  assertIdle(world);
});

Deno.test("a request that is cancelled while a result is on its way leaves nothing behind", () => {
  const { world, hub, maker, user } = places();
  const call = ask(hub, command("a", "make"), using("b", "a"));
  world.hold(maker, user);
  world.settle();
  assertEquals(hub.ended(call), undefined);
  hub.step({ type: "cancel", call });
  world.settle();
  assertEquals(hub.ended(call), "CANCELLED/yes");
  const { calls } = user.core.sizes();
  assertEquals([calls, user.invocations.length], [0, 0]);
  world.release(maker, user);
  assertIdle(world);
});

Deno.test("a command whose node is lost before it ran gets what it needs at the next one", () => {
  const { world, hub, maker, user } = places();
  user.register("slow", () => PENDING);
  const other = world.node("ws://other", { peers: [nodeUrl(hub.url)], handOverUnitsMin: 50 });
  other.register("slow", (args) => args);
  world.settle();
  const more = { fun: functionName("slow"), idempotent: true as const };
  const call = ask(hub, command("a", "make"), using("b", "a", more));
  world.settle();
  if (hub.ended(call) === undefined) {
    world.kill(user);
    world.settle();
  }
  assertEquals(hub.ended(call), { b: [LONG, "own"] });
  assertEquals(maker.invocations.length, 1, "what it needs is not made again");
  assertIdle(world);
});

/** A request whose second command waits for its node's slot while something happens. */
function whileKept(
  { world, hub, user }: Places,
  more: Partial<RequestCommand>,
  happens: () => void,
): unknown {
  user.register("gate", () => PENDING);
  world.settle();
  const gated = using("c", "b", {
    refs: [
      { at: ["args", 0], of: "a", path: ["body"] },
      { at: ["args", 1], of: "b", path: [] },
    ],
  });
  const call = ask(hub, command("a", "make", more), command("b", "gate"), gated);
  world.settle();
  happens();
  world.settle();
  user.finish(user.invocations[0]?.invocation ?? 0, "open");
  world.settle();
  return hub.ended(call);
}

Deno.test("a result that is lost with its node is made again, where it may be", () => {
  const made = places();
  const { world, hub, maker } = made;
  const second = world.node("ws://second", { peers: [nodeUrl(hub.url)], handOverUnitsMin: 50 });
  world.settle();
  const end = whileKept(made, { idempotent: true }, () => {
    assertEquals(maker.core.sizes().kept, 1);
    world.kill(maker);
    second.register("make", () => ({ body: "made again" }));
  });
  assertEquals(end, { c: ["made again", "open"] });
  assertEquals(second.invocations.length, 1);
  assertIdle(world);
});

Deno.test("a result that is lost with its node and may not be made again ends the request truthfully", () => {
  const made = places();
  const { world, hub, maker } = made;
  const second = world.node("ws://second", { peers: [nodeUrl(hub.url)] });
  second.register("other", () => 1);
  world.settle();
  const end = whileKept(made, {}, () => {
    world.kill(maker);
    second.register("make", () => ({ body: "made again" }));
  });
  assertEquals(end, "UNAVAILABLE/yes");
  assertEquals(second.invocations.length, 0);
  assertIdle(world);
});

Deno.test("a result is released when its request fails, is cancelled or out of time", () => {
  for (const how of ["cancel", "deadline", "caller gone"] as const) {
    const made = places();
    const { world, hub, maker, user } = made;
    user.register("gate", () => PENDING);
    const client = world.node("ws://client", { peers: [nodeUrl(hub.url)] });
    world.settle();
    const call = ask(hub, command("a", "make"), using("b", "a", { fun: functionName("gate") }));
    world.settle();
    assertEquals(maker.core.sizes().kept, 1);
    if (how === "cancel") hub.step({ type: "cancel", call });
    else if (how === "deadline") world.pass(9_100);
    else world.kill(hub);
    world.pass(6_000);
    assertEquals(maker.core.sizes().kept, 0, how);
    assert(client.url !== "");
  }
});

Deno.test("a path that leads nowhere is found by the node that keeps the result", () => {
  const { world, hub, user } = places();
  const refs = [{ at: ["args", 0], of: "a", path: ["nothing"] }] as const;
  const call = ask(hub, command("a", "make"), using("b", "a", { refs }));
  world.settle();
  assertEquals(hub.ended(call), "UNKNOWN_REFERENCE/yes");
  assertEquals(user.invocations.length, 0);
  assertIdle(world);
});

Deno.test("results of other nodes that are too long together never run the function", () => {
  const { world, hub, maker, user } = places();
  maker.register("big", () => ({ body: "x".repeat(3_000_000) }));
  world.settle();
  const refs = [
    { at: ["args", 0], of: "a", path: ["body"] },
    { at: ["args", 1], of: "c", path: ["body"] },
  ] as const;
  const call = ask(hub, command("a", "big"), command("c", "big"), using("b", "a", { refs }));
  world.settle();
  assertEquals(hub.ended(call), "PAYLOAD_TOO_LARGE/yes");
  assertEquals(user.invocations.length, 0);
  assertIdle(world);
});

Deno.test("a node that leaves keeps nothing new, and goes when what it keeps is not needed any more", () => {
  const { world, hub, maker, user } = places();
  user.register("gate", () => PENDING);
  world.settle();
  const call = ask(hub, command("a", "make"), using("b", "a", { fun: functionName("gate") }));
  world.settle();
  maker.step({ type: "drain", timeoutMs: 8_000 });
  world.pass(2_000);
  assert(!maker.isStopped, "it is still asked");
  user.finish(user.invocations[0]?.invocation ?? 0, "done");
  world.pass(500);
  assertEquals(hub.ended(call), { b: "done" });
  assert(maker.isStopped);
});

Deno.test("chains of commands hand over from node to node", () => {
  const { world, hub, maker, user, sent } = places();
  const refs = [{ at: ["args", 0], of: "b", path: ["0"] }] as const;
  maker.register("last", ([text]) => String(text).length);
  world.settle();
  const call = ask(
    hub,
    command("a", "make"),
    using("b", "a"),
    command("c", "last", { args: [null], refs }),
  );
  world.settle();
  assertEquals(hub.ended(call), { c: 100 });
  const carriers = sent.filter(has(LONG)).map(({ from, to }) => `${from} ${to}`);
  assertEquals(carriers, ["ws://maker ws://user", "ws://user ws://maker"]);
  assertEquals([maker.invocations.length, user.invocations.length], [2, 1]);
  assertIdle(world);
});

Deno.test("a receipt that nobody asked for is given back and is no result", () => {
  const { world, hub, maker } = places();
  const send = world.send.bind(world);
  const kept = { ticket: "t", units: 9 };
  world.send = (from, connection, message) => {
    const isAnswer = from === maker && message.type === "result";
    send(from, connection, isAnswer ? { ...message, kept } : message);
  };
  const call = hub.call("make", ["x"]);
  world.settle();
  assertEquals(hub.ended(call), "PROTOCOL/yes");
  assertEquals(world.sent.get("release"), 1);
});

Deno.test("clients can neither ask for kept results nor have any kept", () => {
  const { world, maker } = places();
  const said: WireMessage[] = [];
  const connection = 77;
  world.send = (_, to, message) => void (to === connection && said.push(message));
  const opened = { dialect: "farcall.v1", dial: undefined, remote: "peer" } as const;
  maker.step({ type: "opened", connection, ...opened });
  const fun = functionName("make");
  maker.step({
    type: "received",
    connection,
    messages: [
      { type: "hello", role: "client" },
      {
        ...{ type: "call", id: 1, fun, resources: [], timeoutMs: 1_000, keep: true },
        args: Payload.fromValue([LONG]),
      },
    ],
  });
  world.settle();
  assertEquals(said.at(-1)?.type, "result");
  assertEquals(maker.core.sizes().kept, 0);
  const take = { type: "take", id: 2, ticket: "t", path: [] } as const;
  maker.step({ type: "received", connection, messages: [take] });
  assertEquals(maker.closeReasons.length + said.filter(({ type }) => type === "error").length, 0);
});
