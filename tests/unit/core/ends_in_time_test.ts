/**
 * How soon a call's end is known everywhere: a cancel, a death and a silence reach whoever waits as fast as messages travel.
 */
import { assert, assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import type { NodeEvent } from "../../../lib/core/events.ts";
import { functionName, maxHops, nodeUrl } from "../../../lib/protocol/names.ts";
import { type CoreNode, CoreWorld, PENDING } from "./core_world.ts";

/** What one link takes to deliver, in ms. */
const HOP_MS = 20;
/** Within this time everybody must know of a death, in ms. */
const KILLED_MS_MAX = 100;
/** Within this time everybody must have noticed a silence, in ms. */
const SILENT_MS_MAX = 16_000;

type Untimed = NodeEvent extends infer Event ? Event extends unknown ? Omit<Event, "now"> : never
  : never;

/** A world in which whatever passes a connection takes its time. */
class FarWorld extends CoreWorld {
  #late: { readonly at: number; readonly to: CoreNode; readonly event: Untimed }[] = [];

  override fly(to: CoreNode, event: Untimed): void {
    const isFar = event.type === "received" || event.type === "opened" || event.type === "closed";
    if (isFar) this.#late.push({ at: this.now + HOP_MS, to, event });
    else super.fly(to, event);
  }

  override settle(): void {
    const due = this.#late.filter(({ at }) => at <= this.now);
    this.#late = this.#late.filter(({ at }) => at > this.now);
    for (const { to, event } of due) super.fly(to, event);
    super.settle();
  }

  /** Time that passes until something holds, in ms. */
  until(holds: () => boolean, withinMs: number): number {
    const began = this.now;
    while (!holds() && this.now - began < withinMs) this.pass(1, 1);
    return this.now - began;
  }
}

/** Nodes in a row, each linked to the one before; calls go along the links. */
function row(world: FarWorld, length: number): CoreNode[] {
  const nodes: CoreNode[] = [];
  for (let number = 1; number <= length; number += 1) {
    const peers = number === 1 ? [] : [nodeUrl(`ws://n${number - 1}`)];
    nodes.push(world.node(`ws://n${number}`, { peers, reach: "relay" }));
  }
  world.pass(2_000, 1);
  return nodes;
}

/** Provider, relays and caller, and a call that runs. */
function running(world: FarWorld, length: number): {
  readonly nodes: readonly CoreNode[];
  readonly provider: CoreNode;
  readonly caller: CoreNode;
  readonly call: number;
} {
  const nodes = row(world, length);
  const [provider, caller] = [nodes[0], nodes.at(-1)];
  assert(provider !== undefined && caller !== undefined);
  provider.register("work", () => PENDING);
  world.pass(1_000, 1);
  const call = caller.call("work", [], [], 60_000);
  world.pass(1_000, 1);
  assertEquals(provider.invocations.length, 1);
  return { nodes, provider, caller, call };
}

for (const links of [1, 3]) {
  Deno.test(`a cancel aborts a function ${links} links away after the time of ${links} messages, and not later`, () => {
    const world = new FarWorld();
    const { provider, caller, call } = running(world, links + 1);
    caller.step({ type: "cancel", call });
    assertEquals(world.until(() => provider.aborted.length > 0, 60_000), links * HOP_MS);
    assertEquals(caller.ended(call), "CANCELLED/yes");
  });

  Deno.test(`a call ${links} links away ends ${links} messages after its provider was killed`, () => {
    const world = new FarWorld();
    const { provider, caller, call } = running(world, links + 1);
    world.kill(provider);
    const tookMs = world.until(() => caller.ended(call) !== undefined, 60_000);
    assertEquals(tookMs, links * HOP_MS);
    assertLessOrEqual(tookMs, KILLED_MS_MAX);
    assertEquals(caller.ended(call), "UNAVAILABLE/yes");
  });

  Deno.test(`a function ${links} links away is aborted ${links} messages after its caller was killed`, () => {
    const world = new FarWorld();
    const { provider, caller } = running(world, links + 1);
    world.kill(caller);
    assertEquals(world.until(() => provider.aborted.length > 0, 60_000), links * HOP_MS);
  });
}

Deno.test("a call through a relay that is killed ends at both its ends as soon as they can know", () => {
  const world = new FarWorld();
  const { nodes, provider, caller, call } = running(world, 3);
  const relay = nodes[1];
  assert(relay !== undefined);
  world.kill(relay);
  const isOver = (): boolean => caller.ended(call) !== undefined && provider.aborted.length > 0;
  assertEquals(world.until(isOver, 60_000), HOP_MS);
});

Deno.test("calls over a link that goes silent end within 16 s, at both its ends", () => {
  const world = new FarWorld();
  const { provider, caller, call } = running(world, 2);
  world.hold(provider, caller);
  world.hold(caller, provider);
  const isOver = (): boolean => caller.ended(call) !== undefined && provider.aborted.length > 0;
  const tookMs = world.until(isOver, 60_000);
  assertLessOrEqual(tookMs, SILENT_MS_MAX);
  assertGreater(tookMs, 10_000, "and not before a peer had its time to answer");
  assertEquals(caller.ended(call), "UNAVAILABLE/yes");
});

Deno.test("a call of a function that a client offers ends within 16 s of its silence", () => {
  const world = new FarWorld();
  const node = world.node("ws://n1");
  const opened = { dialect: "farcall.v1", dial: undefined, remote: "client" } as const;
  node.step({ type: "opened", connection: 7_000, ...opened });
  node.step({
    type: "received",
    connection: 7_000,
    messages: [{ type: "hello", role: "client" }, {
      ...{ type: "offer", id: 1, fun: functionName("ask"), resources: [], maxHops: maxHops(3) },
      ...{ scope: "", concurrency: 1, queue: 0 },
    }],
  });
  const call = node.call("ask", [], [], 60_000);
  assertLessOrEqual(world.until(() => node.ended(call) !== undefined, 60_000), SILENT_MS_MAX);
  assertEquals(node.offers(), []);
});
