/**
 * I8 in random federations: whatever happens to links, nodes and functions, each call ends exactly once, its function runs
 * at most once, what the end says of that is true, and no table keeps anything of it.
 *
 * @module
 */

import fc from "fast-check";
import type { Reach } from "../../lib/protocol/reach.ts";
import { CallWorld, type Deed, type Manner } from "./call_world.ts";
import { runOptions } from "./run_options.ts";

const node = fc.nat(4);
const which = fc.nat(7);
const fun = fc.constantFrom("f", "g", "h");
const ms = fc.integer({ min: 1, max: 30_000 });
const reach = fc.constantFrom<Reach>("auto", "auto", "direct", "relay");
const manner = fc.constantFrom<Manner>("return", "throw", "wait", "wait", "never");

function deedOf<Kind extends Deed["kind"], Rest extends object>(
  kind: Kind,
  rest: { [Key in keyof Rest]: fc.Arbitrary<Rest[Key]> },
): fc.Arbitrary<{ kind: Kind } & Rest> {
  return fc.record(rest).map((values) => ({ kind, ...(values as Rest) }));
}

const register = deedOf("register", {
  node,
  fun,
  manner,
  concurrency: fc.integer({ min: 1, max: 3 }),
  queue: fc.nat(2),
  maxHops: fc.integer({ min: 1, max: 5 }),
});
const callManner = fc.record({
  idempotent: fc.boolean(),
  waits: fc.boolean(),
  hedgeMs: fc.nat(2_000),
}, { requiredKeys: [] });
const call = deedOf("call", { node, fun, ms, manner: callManner });
const request = fc.record({
  kind: fc.constantFrom("request" as const, "request" as const, "type" as const),
  node,
  funs: fc.array(fun, { minLength: 1, maxLength: 4 }),
  ms,
  chained: fc.boolean(),
});

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: register },
  { weight: 10, arbitrary: call },
  { weight: 5, arbitrary: request },
  { weight: 1, arbitrary: deedOf("withdraw", { node, which }) },
  { weight: 3, arbitrary: deedOf("cancel", { node, which }) },
  { weight: 3, arbitrary: deedOf("finish", { which, well: fc.boolean() }) },
  { weight: 2, arbitrary: deedOf("hold", { from: node, to: node }) },
  { weight: 2, arbitrary: deedOf("release", { from: node, to: node }) },
  { weight: 2, arbitrary: deedOf("jam", { node, which, off: fc.boolean() }) },
  { weight: 1, arbitrary: deedOf("hide", { node }) },
  { weight: 1, arbitrary: deedOf("show", { node }) },
  { weight: 1, arbitrary: deedOf("kill", { node }) },
  { weight: 2, arbitrary: deedOf("cut", { node, which }) },
  { weight: 1, arbitrary: deedOf("drain", { node, ms }) },
  { weight: 3, arbitrary: deedOf("pass", { ms: fc.integer({ min: 1, max: 20_000 }) }) },
  { weight: 6, arbitrary: fc.constant({ kind: "settle" as const }) },
);

const nodes = fc.array(
  fc.record({ peers: fc.array(node, { minLength: 1, maxLength: 3 }), reach }),
  {
    minLength: 2,
    maxLength: 5,
  },
);

Deno.test("NodeCore ends each call exactly once, says truly whether it ran, and keeps nothing (I8)", () => {
  fc.assert(
    fc.property(
      nodes,
      fc.array(register, { minLength: 4, maxLength: 10, size: "max" }),
      fc.array(deed, { maxLength: 60, size: "max" }),
      (shape, offers, deeds) => {
        const world = new CallWorld(shape);
        for (const offer of offers) world.do(offer);
        world.world.settle();
        for (const one of deeds) world.do(one);
        world.end();
      },
    ),
    runOptions(400),
  );
});
