import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import {
  appliedDelta,
  blankSet,
  deltaSince,
  editedSet,
  isFinal,
  type OfferSet,
} from "../../../lib/federation/offer_set.ts";
import { offer } from "./router_talk.ts";
import { runOptions } from "../../property/run_options.ts";

/** The versions of a set whose ids follow the script: each step names the ids that are offered from then on. */
function history(script: readonly (readonly number[])[], tombstonesMax: number): OfferSet[] {
  const versions: OfferSet[] = [];
  let set = blankSet(0);
  let nextId = 1;
  const idOf = new Map<number, number>();
  for (const wanted of script) {
    for (const key of idOf.keys()) if (!wanted.includes(key)) idOf.delete(key);
    for (const key of wanted) if (!idOf.has(key)) idOf.set(key, nextId++);
    const entries = [...idOf.values()].sort((one, other) => one - other).map((id) =>
      set.offers.find((entry) => entry.offer.id === id) ?? offer(id, set.seq + 1)
    );
    const next = editedSet(set, entries, tombstonesMax);
    if (next !== set) versions.push(next);
    set = next;
  }
  return versions;
}

Deno.test("editedSet returns the very same set when nothing changed", () => {
  const set = editedSet(blankSet(0), [offer(1, 1)], 4);
  assertStrictEquals(editedSet(set, [offer(1, 1)], 4), set);
});

Deno.test("editedSet never reuses a version of a former life", () => {
  const set = editedSet(blankSet(7), [offer(1, 8)], 4);
  assertEquals(set.seq, 8);
  assertEquals(deltaSince(set, 7).from, 0, "a peer with version 7 of the former life gets all");
});

Deno.test("isFinal holds exactly for a set without offers", () => {
  const set = editedSet(blankSet(0), [offer(1, 1)], 4);
  assertEquals([isFinal(set), isFinal(editedSet(set, [], 4))], [false, true]);
});

Deno.test("deltaSince names only what came and went since", () => {
  const versions = history([[1, 2], [1, 2, 3], [2, 3]], 4);
  const last = versions[2];
  if (last === undefined) throw new Error("Three versions were made");
  const delta = deltaSince(last, 1);
  assertEquals(delta.from, 1);
  assertEquals(delta.add.map((entry) => entry.offer.id), [3]);
  assertEquals(delta.del, [{ id: 1, at: 3 }]);
});

Deno.test("deltaSince gives the whole set below the floor", () => {
  const versions = history([[1, 2, 3], [2, 3], [3]], 1);
  const last = versions[2];
  if (last === undefined) throw new Error("Three versions were made");
  assertEquals([last.floor, last.dels.length], [2, 1]);
  assertEquals(deltaSince(last, 1).from, 0);
  assertEquals(deltaSince(last, 2).from, 2);
});

Deno.test("appliedDelta of any difference since any version gives the set itself", () => {
  const scripts = fc.array(fc.uniqueArray(fc.nat(6), { maxLength: 6 }), { maxLength: 12 });
  const memory = fc.integer({ min: 0, max: 6 });
  fc.assert(
    fc.property(scripts, memory, memory, fc.nat(), fc.nat(), (script, ours, theirs, a, b) => {
      const versions = history(script, ours);
      const older = versions[a % Math.max(1, versions.length)];
      const newest = versions.at(-1);
      if (older === undefined || newest === undefined) return;
      // The peer is at a version that it got in two steps, and the difference may start before it.
      const first = appliedDelta(undefined, deltaSince(older, 0), theirs);
      const middle = versions[Math.max(a % versions.length, b % versions.length)] ?? older;
      const held = middle.seq > first.seq
        ? appliedDelta(first, deltaSince(middle, first.seq), theirs)
        : first;
      if (newest.seq <= held.seq) return;
      const result = appliedDelta(held, deltaSince(newest, older.seq), theirs);
      assertEquals([result.seq, result.offers], [newest.seq, newest.offers]);
      // What the peer made of it serves the next peer as well.
      for (const version of versions.slice(0, -1)) {
        const behind = appliedDelta(undefined, deltaSince(version, 0), theirs);
        const served = appliedDelta(behind, deltaSince(result, version.seq), theirs);
        assertEquals(served.offers, newest.offers);
      }
    }),
    runOptions(2000),
  );
});
