/**
 * A random connected core heals and the rest stays broken for ever: the core must list exactly what is in its reach (I1),
 * come to rest (I10), and answer calls of everything listed (I8).
 */
import { assert } from "@std/assert";
import { TOPOLOGIES } from "@farcall/farcall/testing";
import { mustKeepAllPromises } from "./pinned_runs.ts";

for (const topology of TOPOLOGIES) {
  Deno.test(`A core in the shape "${topology}" heals although the rest stays broken`, () => {
    mustKeepAllPromises({ from: 10_000, runs: 15, topology, mode: "liveness" });
  });
}

Deno.test("Cores of any shape heal although the rest stays broken", () => {
  const results = mustKeepAllPromises({ from: 1, runs: 150, mode: "liveness" });
  const answered = results.flatMap(({ world }) => world.calls).filter((one) => one.outcome?.ok);
  // Else nothing was tried.
  assert(answered.length > 500, `only ${answered.length} answers`);
});

Deno.test("A core is at rest within the time of a few dials after the last fault", () => {
  const results = mustKeepAllPromises({ from: 500, runs: 50, mode: "liveness" });
  const slowest = Math.max(...results.map(({ restMs }) => restMs));
  assert(slowest < 90_000, `${slowest} ms`);
});
