/**
 * Streamed arguments through node cores: nothing leaves before it is asked for, what is under way is bounded at every node, and
 * each argument has one end.
 */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import {
  STREAM_CREDIT,
  STREAM_CREDIT_PER_LINK,
  STREAMS_PER_LINK_MAX,
} from "../../../lib/protocol/limits.ts";
import { nodeUrl } from "../../../lib/protocol/names.ts";
import { Payload } from "../../../lib/protocol/payload.ts";
import { itemUnits } from "../../../lib/rpc/stream_credit.ts";
import { chain, type CoreNode, CoreWorld, PENDING } from "./core_world.ts";

const STREAMED = { streamed: [0] };

interface Begun {
  readonly world: CoreWorld;
  readonly provider: CoreNode;
  readonly caller: CoreNode;
  readonly all: CoreNode[];
  readonly call: number;
  readonly invocation: number;
  /** The function begins to read, has read so much, or wants no more. */
  want(units: number | undefined): void;
}

/** A call with a streamed argument that runs behind two relays. */
function begun(): Begun {
  const world = new CoreWorld();
  const all = chain(world, 4);
  const [provider, , , caller] = all;
  assert(provider !== undefined && caller !== undefined);
  world.undialable.add(provider.url);
  provider.register("sum", () => PENDING);
  world.settle();
  const call = caller.call("sum", [0], [], 30_000, STREAMED);
  world.settle();
  const invocation = invocationOf(provider);
  const want = (units: number | undefined): void => {
    provider.step({ type: "want", invocation, arg: 0, units });
    world.settle();
  };
  return { world, provider, caller, all, call, invocation, want };
}

function invocationOf(node: CoreNode): number {
  return node.invocations.at(-1)?.invocation ?? -1;
}

function assertIdle(...nodes: CoreNode[]): void {
  for (const { core, url } of nodes) {
    const { calls, own, inbound, running, streams } = core.sizes();
    assertEquals([url, calls, own, inbound, running, streams], [url, 0, 0, 0, 0, 0]);
  }
}

/** What a caller may still give, by what it was asked for and what it gave. */
function fill({ world, caller, call }: Begun, item: string, given: number): number {
  const units = itemUnits(Payload.fromValue(item));
  const allowed = (): number =>
    caller.asked(call, 0).reduce<number>((sum, asked) => sum + (asked === "stop" ? 0 : asked), 0);
  let count = 0;
  while (allowed() - (given + count) * units > 0) {
    caller.give(call, 0, item);
    count += 1;
    world.settle();
  }
  return count;
}

Deno.test("I8: NodeCore passes a streamed argument through two relays once its function reads, with one end", () => {
  const { world, provider, caller, all, call, invocation, want } = begun();
  assertEquals(provider.invocations[0]?.streamed, [0]);
  assertEquals(caller.asked(call, 0), []);
  want(0);
  assertEquals(caller.asked(call, 0), [STREAM_CREDIT]);
  caller.give(call, 0, 1, 2);
  caller.give(call, 0, 3);
  caller.give(call, 0);
  world.settle();
  assertEquals(provider.came(invocation, 0), [1, 2, 3, "end"]);
  provider.finish(invocation, "six");
  world.settle();
  assertEquals(caller.ended(call), "six");
  assertIdle(...all);
});

Deno.test("NodeCore lets a caller give what the function has room for, and more once it has read", () => {
  const all = begun();
  const item = "x".repeat(10_000);
  const units = itemUnits(Payload.fromValue(item));
  all.want(0);
  const first = fill(all, item, 0);
  assertEquals(first, Math.ceil(STREAM_CREDIT / units));
  assertEquals(all.provider.came(all.invocation, 0).length, first);
  all.want(units * first);
  assertEquals(fill(all, item, first), first);
  all.want(units);
  assertEquals(fill(all, item, 2 * first), 1, "a caller that waits is told at once");
});

Deno.test("I8: NodeCore ends a call whose caller gives more than it may, before it is asked, or after the end", () => {
  const wrongs: readonly ((one: Begun) => void)[] = [
    ({ caller, call }) => caller.give(call, 0, 1),
    ({ caller, call }) => caller.give(call, 0),
    (one) => {
      one.want(0);
      fill(one, "x".repeat(10_000), 0);
      one.caller.give(one.call, 0, "too much");
    },
    ({ want, caller, call }) => {
      want(0);
      caller.give(call, 0);
      caller.give(call, 0, 1);
    },
    ({ want, caller, call }) => {
      want(0);
      caller.give(call, 7, 1);
    },
  ];
  for (const wrong of wrongs) {
    const one = begun();
    wrong(one);
    one.world.settle();
    assertEquals(String(one.caller.ended(one.call)).split("/")[0], "PROTOCOL", `${wrong}`);
    assertEquals(one.provider.aborted, [one.invocation]);
    one.provider.finish(one.invocation, "late");
    one.world.settle();
    assertIdle(...one.all);
  }
});

Deno.test("NodeCore tells a caller that no more is wanted, and drops what was under way", () => {
  const { world, provider, caller, all, call, invocation, want } = begun();
  want(0);
  const relay = all[1];
  assert(relay !== undefined);
  world.hold(caller, all[2] ?? caller);
  caller.give(call, 0, 1);
  want(undefined);
  world.release(caller, all[2] ?? caller);
  world.settle();
  assertEquals(caller.asked(call, 0), [STREAM_CREDIT, "stop"]);
  assertEquals(provider.came(invocation, 0), []);
  provider.finish(invocation, "enough");
  world.settle();
  assertEquals(caller.ended(call), "enough");
  assertIdle(...all);
});

Deno.test("NodeCore keeps the caller's credit back while the next connection does not take what it is sent", () => {
  const one = begun();
  const { world, all, caller, call, want } = one;
  const item = "x".repeat(10_000);
  want(0);
  const first = fill(one, item, 0);
  const [, relay, next] = all;
  assert(relay !== undefined && next !== undefined);
  const towards = [...next.ends].find(([, { node }]) => node === relay)?.[0] ?? -1;
  next.step({ type: "congested", connection: towards });
  want(first * itemUnits(Payload.fromValue(item)));
  assertEquals(fill(one, item, first), 0);
  next.step({ type: "drained", connection: towards });
  world.settle();
  assertEquals(fill(one, item, first), first);
  caller.step({ type: "cancel", call });
  world.settle();
  assertEquals(caller.ended(call), "CANCELLED/yes");
});

Deno.test("NodeCore keeps what all arguments over one link have under way within the link's credit", () => {
  const { world, provider, caller, call, want } = begun();
  const calls = [call];
  want(0);
  for (let count = 1; count < 99; count += 1) {
    calls.push(caller.call("sum", [0], [], 30_000, STREAMED));
    world.settle();
    provider.step({ type: "want", invocation: invocationOf(provider), arg: 0, units: 0 });
    world.settle();
  }
  const asked = calls.map((one) => Number(caller.asked(one, 0)[0] ?? 0));
  const total = asked.reduce((sum, units) => sum + units, 0);
  assertLess(total, STREAM_CREDIT_PER_LINK + 99 * 4_096 + 1);
  assertGreater(Math.min(...asked), 4_095, "one of them may give nothing");
});

Deno.test("NodeCore counts streamed arguments among the streams of a connection", () => {
  const world = new CoreWorld();
  const [provider, caller] = chain(world, 2);
  assert(provider !== undefined && caller !== undefined);
  provider.register("sum", () => PENDING, { concurrency: 2_000 });
  world.settle();
  const many = { streamed: [0, 1, 2, 3, 4, 5, 6, 7] };
  const count = STREAMS_PER_LINK_MAX / 8;
  const calls = Array.from({ length: count + 1 }, () => caller.call("sum", [0], [], 30_000, many));
  world.settle();
  const refused = calls.flatMap((call) => caller.ended(call) ?? []);
  assertEquals(refused, ["RESOURCE_EXHAUSTED/no"]);
  for (const { invocation } of provider.invocations) provider.finish(invocation, "done");
  world.settle();
  const call = caller.call("sum", [0], [], 30_000, many);
  world.settle();
  assertEquals(caller.ended(call), undefined, "what ended counts no longer");
});

Deno.test("I8: NodeCore tries a call elsewhere until its argument has begun, and not after", () => {
  for (const hasBegun of [false, true]) {
    const world = new CoreWorld();
    const caller = world.node("ws://caller");
    const peers = [nodeUrl(caller.url)];
    const providers = ["ws://a", "ws://b"].map((url) => world.node(url, { peers }));
    for (const one of providers) one.register("sum", () => PENDING);
    world.settle();
    const call = caller.call("sum", [0], [], 30_000, { ...STREAMED, idempotent: true });
    world.settle();
    const first = providers.find(({ invocations }) => invocations.length > 0);
    const second = providers.find((one) => one !== first);
    assert(first !== undefined && second !== undefined);
    if (hasBegun) {
      first.step({ type: "want", invocation: invocationOf(first), arg: 0, units: 0 });
      world.settle();
    }
    world.kill(first);
    world.settle();
    assertEquals(second.invocations.length, hasBegun ? 0 : 1);
    assertEquals(caller.ended(call), hasBegun ? "UNAVAILABLE/yes" : undefined);
    if (hasBegun) continue;
    second.step({ type: "want", invocation: invocationOf(second), arg: 0, units: 0 });
    world.settle();
    caller.give(call, 0, 1);
    caller.give(call, 0);
    world.settle();
    assertEquals(second.came(invocationOf(second), 0), [1, "end"]);
    second.finish(invocationOf(second), "done");
    world.settle();
    assertEquals(caller.ended(call), "done");
    assertIdle(caller, second);
  }
});

Deno.test("I8: NodeCore ends a call with a streamed argument at once when a node on its way is lost", () => {
  const { world, provider, caller, all, call, invocation, want } = begun();
  want(0);
  caller.give(call, 0, 1);
  world.settle();
  const relay = all[1];
  assert(relay !== undefined);
  world.kill(relay);
  world.settle();
  assertEquals([caller.ended(call), provider.aborted], ["UNAVAILABLE/yes", [invocation]]);
  provider.finish(invocation, "late");
  world.settle();
  assertIdle(...all.filter((node) => node !== relay));
});

Deno.test("NodeCore asks no second provider beside the first for a call with a streamed argument", () => {
  const world = new CoreWorld();
  const caller = world.node("ws://caller");
  const peers = [nodeUrl(caller.url)];
  const providers = ["ws://a", "ws://b"].map((url) => world.node(url, { peers }));
  for (const one of providers) one.register("sum", () => PENDING);
  world.settle();
  caller.call("sum", [0], [], 30_000, { ...STREAMED, idempotent: true, hedgeMs: 10 });
  world.pass(1_000);
  assertEquals(providers.reduce((sum, { invocations }) => sum + invocations.length, 0), 1);
});
