/**
 * What calls may take: time, places in tables, providers one after the other.
 */
import { assert, assertEquals } from "@std/assert";
import { PENDING_CALLS_PER_CLIENT_MAX, RETRIES_MAX } from "../../../lib/protocol/limits.ts";
import { nodeUrl } from "../../../lib/protocol/names.ts";
import { Payload } from "../../../lib/protocol/payload.ts";
import type { V1Message } from "../../../lib/protocol/v1_messages.ts";
import { chain, CoreWorld, PENDING } from "./core_world.ts";

Deno.test("NodeCore tells the next node what is left of the time, not what there was", () => {
  const world = new CoreWorld();
  const [one, two] = chain(world, 2);
  assert(one !== undefined && two !== undefined);
  two.call("late", [], [], 5_000, { waits: true });
  world.pass(300);
  one.register("late", () => PENDING);
  world.settle();
  assertEquals(one.invocations.map(({ timeoutMs }) => timeoutMs), [4_700]);
});

Deno.test("NodeCore gives a function what is left of the time when its call had to wait in line", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("busy", () => PENDING, { concurrency: 1, queue: 1 });
  node.call("busy");
  node.call("busy", [], [], 5_000);
  world.pass(300);
  const [first] = node.invocations;
  assert(first !== undefined && node.invocations.length === 1);
  node.finish(first.invocation, "done");
  assertEquals(node.invocations.at(-1)?.timeoutMs, 4_700);
});

Deno.test("NodeCore refuses a client more calls at once than one client may have", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("slow", () => PENDING, { concurrency: 2 * PENDING_CALLS_PER_CLIENT_MAX });
  const said: V1Message[] = [];
  const connection = 77;
  world.send = (_, to, message) => void (to === connection && said.push(message as V1Message));
  const opened = { dialect: "farcall.v1", dial: undefined, remote: "peer" } as const;
  node.step({ type: "opened", connection, ...opened });
  const call = { type: "call", fun: "slow", resources: [], args: Payload.fromValue([]) };
  const calls = Array.from(
    { length: PENDING_CALLS_PER_CLIENT_MAX + 1 },
    (_, index) => ({ ...call, id: index + 1, timeoutMs: 9_000 }) as unknown as V1Message,
  );
  const messages = [{ type: "hello", role: "client" } as const, ...calls];
  node.step({ type: "received", connection, messages });
  assertEquals(node.invocations.length, PENDING_CALLS_PER_CLIENT_MAX);
  const errors = said.flatMap((one) => one.type === "error" ? [[one.id, one.error.code]] : []);
  assertEquals(errors, [[PENDING_CALLS_PER_CLIENT_MAX + 1, "RESOURCE_EXHAUSTED"]]);
});

Deno.test("NodeCore asks no more providers for a call than the first and two others", () => {
  const world = new CoreWorld();
  const hub = world.node("ws://hub");
  const peers = [nodeUrl("ws://hub")];
  const providers = ["a", "b", "c", "d", "e"].map((name) => world.node(`ws://${name}`, { peers }));
  world.settle();
  for (const provider of providers) {
    provider.register("busy", () => PENDING, { concurrency: 1 });
    provider.call("busy");
  }
  world.settle();
  const call = hub.call("busy");
  world.settle();
  assertEquals(hub.ended(call), "RESOURCE_EXHAUSTED/no");
  assertEquals(world.sent.get("call"), 1 + RETRIES_MAX);
});

Deno.test("NodeCore passes a call on no further than its path may be long", () => {
  const world = new CoreWorld();
  const [one, two] = chain(world, 2);
  assert(one !== undefined && two !== undefined);
  one.register("f", () => "ran");
  world.settle();
  const said: V1Message[] = [];
  const connection = 77;
  const send = world.send.bind(world);
  world.send = (from, to, message) =>
    to === connection ? void said.push(message as V1Message) : send(from, to, message);
  const opened = { dialect: "farcall.v1", dial: undefined, remote: "peer" } as const;
  two.step({ type: "opened", connection, ...opened });
  const call = { type: "call", fun: "f", resources: [], args: Payload.fromValue([]) };
  const asked = [0, 1].map((ttl, index) =>
    ({ ...call, id: index + 1, timeoutMs: 9_000, target: one.url, ttl }) as unknown as V1Message
  );
  const messages = [{ type: "hello", role: "client" } as const, ...asked];
  two.step({ type: "received", connection, messages });
  world.settle();
  const ends = said.flatMap((message) =>
    message.type === "error"
      ? [`${message.id} ${message.error.code}/${message.error.ran}`]
      : message.type === "result"
      ? [`${message.id} ${message.value.value}`]
      : []
  );
  assertEquals(ends, ["1 LOOP/no", "2 ran"]);
});

Deno.test("NodeCore takes an answer only from whom it asked", () => {
  const world = new CoreWorld();
  const hub = world.node("ws://hub");
  const peers = [nodeUrl("ws://hub")];
  const asked = world.node("ws://asked", { peers });
  const liar = world.node("ws://liar", { peers });
  world.settle();
  asked.register("f", () => PENDING);
  world.settle();
  const send = world.send.bind(world);
  const numbers: number[] = [];
  world.send = (from, to, message) => {
    if (message.type === "call") numbers.push(message.id);
    send(from, to, message);
  };
  const call = hub.call("f");
  world.settle();
  const [id] = numbers;
  const [[toHub] = []] = [...liar.ends];
  assert(id !== undefined && toHub !== undefined);
  world.send(liar, toHub, { type: "result", id, value: Payload.fromValue("a lie") });
  world.settle();
  assertEquals(hub.ended(call), undefined);
  const [run] = asked.invocations;
  assert(run !== undefined);
  asked.finish(run.invocation, "the truth");
  world.settle();
  assertEquals(hub.ended(call), "the truth");
});
