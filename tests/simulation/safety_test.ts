/**
 * Faults at random, then quiet: each node must list exactly what is in its reach (I1, I2, I3, I5, I6), come to rest (I10),
 * and each call must have ended once and rightly (I8).
 */
import { assert } from "@std/assert";
import { TOPOLOGIES } from "@farcall/farcall/testing";
import { mustKeepAllPromises } from "./pinned_runs.ts";

for (const topology of TOPOLOGIES) {
  Deno.test(`A federation in the shape "${topology}" keeps all promises under random faults`, () => {
    mustKeepAllPromises({ from: 10_000, runs: 30, topology });
  });
}

Deno.test("Federations of any shape keep all promises under random faults", () => {
  const results = mustKeepAllPromises({ from: 1, runs: 200 });
  const calls = results.reduce((sum, one) => sum + one.calls, 0);
  const listings = results.reduce(
    (sum, { listings }) => sum + [...listings.values()].flat().length,
    0,
  );
  // Else nothing was tried.
  assert(calls > 500, `only ${calls} calls`);
  const entries = results.flatMap(({ world }) => world.calls);
  const ends = entries.map(({ outcome, commands }) => {
    const end = outcome === undefined ? "open" : outcome.ok ? "ok" : outcome.error.code;
    return commands.length > 0 ? `request ${end}` : end;
  });
  for (const end of ["ok", "HANDLER_ERROR", "DEADLINE_EXCEEDED", "FUNCTION_NOT_FOUND"]) {
    assert(ends.filter((one) => one === end).length > 10, `hardly any call ended as ${end}`);
  }
  for (const end of ["request ok", "request HANDLER_ERROR", "request FUNCTION_NOT_FOUND"]) {
    assert(ends.filter((one) => one === end).length > 3, `hardly any ${end}`);
  }
  assert(listings > 2_000, `only ${listings} listings`);
});

Deno.test("Offers that travel one link keep all promises", () => {
  mustKeepAllPromises({ from: 20_000, runs: 20, maxHops: 1 });
});

Deno.test("Offers that travel up to sixteen links keep all promises", () => {
  mustKeepAllPromises({ from: 30_000, runs: 20, maxHops: 16 });
});

Deno.test("Federations whose every path holds a few frames keep all promises", () => {
  mustKeepAllPromises({ from: 40_000, runs: 30, faults: { narrowChance: 1 } });
});

Deno.test("Federations whose nodes mostly crash and start anew keep all promises", () => {
  const weights = { crash: 10, powerLoss: 10, restart: 20, restartBehind: 20 };
  mustKeepAllPromises({ from: 50_000, runs: 30, faults: { weights } });
});

Deno.test("Federations whose links mostly flap, without long pauses, keep all promises", () => {
  const weights = { cut: 30, repair: 30, silenceOneWay: 10 };
  mustKeepAllPromises({ from: 60_000, runs: 30, faults: { weights, pauseMsMax: 300 } });
});
