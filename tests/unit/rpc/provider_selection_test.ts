import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../../lib/protocol/seeded_random.ts";
import {
  COOL_DOWN_FAILURES,
  COOL_DOWN_MS,
  COOL_DOWN_MS_MAX,
} from "../../../lib/protocol/limits.ts";
import { type Candidate, ProviderSelection } from "../../../lib/rpc/provider_selection.ts";

function at(distance: number, ...origins: readonly string[]): Candidate[] {
  return origins.map((origin) => ({ origin, distance }));
}

function selection(): ProviderSelection {
  return new ProviderSelection(seededRandom(Uint32Array.of(1, 2, 3, 4)));
}

function fail(selection: ProviderSelection, origin: string, times: number, now: number): void {
  for (let time = 0; time < times; time++) {
    selection.started(origin);
    selection.ended(origin, "failed", now);
  }
}

/** All origins that are picked in many draws at one instant, without load. */
function picks(
  selection: ProviderSelection,
  candidates: readonly Candidate[],
  now: number,
): string[] {
  const seen = new Set<string>();
  for (let draw = 0; draw < 100; draw++) {
    seen.add(selection.pick(candidates, now)?.origin ?? "");
  }
  return [...seen].sort();
}

Deno.test("ProviderSelection picks from the nearest only, and any of them", () => {
  const candidates = [...at(1, "a", "b", "c"), ...at(2, "d")];
  assertEquals(picks(selection(), candidates, 0), ["a", "b", "c"]);
});

Deno.test("ProviderSelection picks nothing from nothing", () => {
  assertEquals(selection().pick([], 0), undefined);
  assertEquals(selection().pick(at(0, "a"), 0, new Set(["a"])), undefined);
});

Deno.test("ProviderSelection passes over excluded providers, to farther ones if need be", () => {
  const candidates = [...at(1, "a"), ...at(3, "b")];
  assertEquals(selection().pick(candidates, 0, new Set(["a"]))?.origin, "b");
});

Deno.test("ProviderSelection picks the less loaded of two", () => {
  const two = selection();
  two.started("a");
  assertEquals(picks(two, at(1, "a", "b"), 0), ["b"]);
  two.ended("a", "ok", 0);
  assertEquals(picks(two, at(1, "a", "b"), 0), ["a", "b"]);
});

Deno.test("ProviderSelection never picks the most loaded of three", () => {
  const three = selection();
  three.started("a");
  three.started("a");
  three.started("b");
  assertEquals(picks(three, at(1, "a", "b", "c"), 0), ["b", "c"]);
});

Deno.test("ProviderSelection spreads calls that don't end nearly evenly", () => {
  const even = selection();
  const candidates = at(1, ..."abcdefghij");
  for (let call = 0; call < 10_000; call++) {
    const picked = even.pick(candidates, 0);
    assert(picked !== undefined);
    even.started(picked.origin);
  }
  for (const { origin } of candidates) {
    const load = even.loadOf(origin);
    assert(load > 980 && load < 1_020, `${origin} has ${load}`);
  }
});

Deno.test("ProviderSelection lets a provider rest after failures in a row, and not before", () => {
  const chosen = selection();
  fail(chosen, "a", COOL_DOWN_FAILURES - 1, 0);
  assertEquals(picks(chosen, at(1, "a", "b"), 0), ["a", "b"]);
  fail(chosen, "a", 1, 0);
  assertEquals(picks(chosen, at(1, "a", "b"), 0), ["b"]);
  assertEquals(picks(chosen, [...at(1, "a"), ...at(4, "c")], COOL_DOWN_MS - 1), ["c"]);
});

Deno.test("ProviderSelection starts to count again after a success, and not after a cancellation", () => {
  const chosen = selection();
  fail(chosen, "a", COOL_DOWN_FAILURES - 1, 0);
  chosen.started("a");
  chosen.ended("a", "ok", 0);
  fail(chosen, "a", COOL_DOWN_FAILURES - 1, 0);
  assertEquals(picks(chosen, at(1, "a", "b"), 0), ["a", "b"]);
  chosen.started("a");
  chosen.ended("a", "cancelled", 0);
  fail(chosen, "a", 1, 0);
  assertEquals(picks(chosen, at(1, "a", "b"), 0), ["b"]);
});

Deno.test("ProviderSelection uses resting providers when there are no others, the nearest first", () => {
  const chosen = selection();
  fail(chosen, "a", COOL_DOWN_FAILURES, 0);
  fail(chosen, "b", COOL_DOWN_FAILURES, 0);
  assertEquals(picks(chosen, [...at(1, "a"), ...at(2, "b")], 0), ["a"]);
});

Deno.test("ProviderSelection tries a rested provider with one call, and trusts it after a success", () => {
  const chosen = selection();
  const candidates = [...at(1, "a"), ...at(2, "b")];
  fail(chosen, "a", COOL_DOWN_FAILURES, 0);
  assertEquals(chosen.pick(candidates, COOL_DOWN_MS)?.origin, "a");
  chosen.started("a");
  assertEquals(picks(chosen, candidates, COOL_DOWN_MS), ["b"]);
  chosen.ended("a", "ok", COOL_DOWN_MS + 1);
  assertEquals(picks(chosen, candidates, COOL_DOWN_MS + 1), ["a"]);
});

Deno.test("ProviderSelection doubles the rest after each failed try, up to the longest", () => {
  const chosen = selection();
  const candidates = [...at(1, "a"), ...at(2, "b")];
  fail(chosen, "a", COOL_DOWN_FAILURES, 0);
  let restsUntil = COOL_DOWN_MS;
  for (const restMs of [2_000, 4_000, 8_000, 16_000, COOL_DOWN_MS_MAX, COOL_DOWN_MS_MAX]) {
    assertEquals(chosen.pick(candidates, restsUntil - 1)?.origin, "b");
    assertEquals(chosen.pick(candidates, restsUntil)?.origin, "a");
    fail(chosen, "a", 1, restsUntil);
    restsUntil += restMs;
  }
});

Deno.test("ProviderSelection doesn't lengthen a rest for late failures of earlier calls", () => {
  const chosen = selection();
  fail(chosen, "a", COOL_DOWN_FAILURES, 0);
  fail(chosen, "a", 20, 500);
  assertEquals(
    chosen.pick([...at(1, "a"), ...at(2, "b")], COOL_DOWN_MS)?.origin,
    "a",
  );
});

Deno.test("ProviderSelection remembers nothing of idle and healthy providers", () => {
  const chosen = selection();
  for (const { origin } of at(1, "a", "b", "c")) {
    chosen.started(origin);
    chosen.started(origin);
    chosen.ended(origin, "failed", 0);
    chosen.ended(origin, "ok", 0);
  }
  assertEquals(chosen.size, 0);
});

Deno.test("ProviderSelection remembers a bounded number of failing providers", () => {
  const chosen = selection();
  for (let one = 0; one < 10_000; one++) fail(chosen, `ws://n${one}`, 1, 0);
  assertEquals(chosen.size, 4_096);
});

Deno.test("ProviderSelection passes over who leaves for five seconds, for it may come back", () => {
  const selection = new ProviderSelection(() => 0.5);
  selection.leaves("ws://a", 1_000);
  assertEquals(selection.restOf("ws://a", 5_999), { because: "leaving", until: 6_000 });
  assertEquals(selection.restOf("ws://a", 6_000), undefined);
});
