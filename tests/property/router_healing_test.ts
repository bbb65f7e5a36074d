/**
 * What a late link costs: one exchange of digests, then one delay per hop, no timer, and no content that is held already.
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { RouterWorld } from "./router_world.ts";
import { runOptions } from "./run_options.ts";

const DELAY = 10;

/** Two halves, each connected by a chain and some links more, and what joins them. */
const halves = fc.record({
  seed: fc.nat(),
  left: fc.integer({ min: 1, max: 6 }),
  right: fc.integer({ min: 1, max: 6 }),
  more: fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.boolean()), { maxLength: 8 }),
  bridges: fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 1, maxLength: 3 }),
  hops: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 12, maxLength: 12 }),
});

type Halves = typeof halves extends fc.Arbitrary<infer Value> ? Value : never;

interface Healing {
  readonly world: RouterWorld;
  readonly bridges: readonly (readonly [number, number])[];
  /** Contents and wishes that crossed from one half to the other since the counts were cleared. */
  readonly counts: Map<string, number>;
}

function build({ seed, left, right, more, bridges, hops }: Halves): Healing {
  const counts = new Map<string, number>();
  const world = new RouterWorld({
    seed,
    delay: () => DELAY,
    retentionMs: 1_000_000,
    onFrame: (from, to, messages) => {
      if ((from < left) === (to < left)) return;
      for (const { type } of messages) counts.set(type, (counts.get(type) ?? 0) + 1);
    },
  });
  for (let node = 0; node < left + right; node++) world.addNode();
  for (let node = 1; node < left; node++) world.link(node - 1, node);
  for (let node = 1; node < right; node++) world.link(left + node - 1, left + node);
  for (const [one, other, isLeft] of more) {
    if (isLeft) world.link(one % left, other % left);
    else world.link(left + one % right, left + other % right);
  }
  for (let node = 0; node < left + right; node++) {
    world.register(node, { fun: `f${node}`, maxHops: hops[node] ?? 3 });
  }
  world.settle();
  const pairs = bridges.map(([one, other]) => [one % left, left + other % right] as const);
  return { world, bridges: pairs, counts };
}

Deno.test("HopRouter heals a partition in two delays for the link and one per hop, without a timer (I6)", () => {
  fc.assert(
    fc.property(halves, (drawn) => {
      const { world, bridges } = build(drawn);
      for (const [one, other] of bridges) world.link(one, other);
      const maxHops = Math.max(...drawn.hops);
      // Both ends see the link within a delay; digests cross in one more; then each hop takes one. No router is woken.
      world.pass((2 + maxHops) * DELAY);
      assertEquals(world.differences(), []);
    }),
    runOptions(300),
  );
});

Deno.test("HopRouter sends no content over the one link between two halves when it is back (I6)", () => {
  fc.assert(
    fc.property(halves, (drawn) => {
      const { world, bridges: [bridge], counts } = build(drawn);
      const [one, other] = bridge ?? [0, 0];
      world.link(one, other);
      world.settle();
      world.cut(one, other);
      world.settle();
      assertEquals(world.differences(), []);
      counts.clear();
      world.link(one, other);
      world.settle();
      assertEquals(world.differences(), []);
      assertEquals([counts.get("offers") ?? 0, counts.get("want") ?? 0], [0, 0]);
    }),
    runOptions(300),
  );
});
