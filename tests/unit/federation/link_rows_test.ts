import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { LinkRows } from "../../../lib/federation/link_rows.ts";

const SLOTS = 30;
const GROUPS = 40;

Deno.test("LinkRows agree with a Map over any series of writes and closings, however many slots come", () => {
  const change = fc.record({
    type: fc.constantFrom("write", "write", "write", "write", "close", "close all"),
    slot: fc.nat(SLOTS - 1),
    group: fc.nat(GROUPS - 1),
    at: fc.nat(5),
    word: fc.nat(0xffff_ffff),
  });
  fc.assert(fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
    const rows = new LinkRows();
    const twin = new Map<string, number[]>();
    for (const { type, slot, group, at, word } of changes) {
      rows.admit(slot);
      const key = `${slot} ${group}`;
      if (type === "write") {
        rows.write(slot, group, at, word);
        twin.set(key, (twin.get(key) ?? [0, 0, 0, 0, 0, 0]).with(at, word));
      } else if (type === "close") {
        rows.close(slot, group);
        twin.delete(key);
      } else {
        rows.closeAll(slot);
        for (const one of twin.keys()) if (one.startsWith(`${slot} `)) twin.delete(one);
      }
    }
    rows.admit(SLOTS - 1);
    for (let slot = 0; slot < SLOTS; slot++) {
      const spoken: number[] = [];
      for (let group = 0; group < GROUPS; group++) {
        const expected = twin.get(`${slot} ${group}`);
        if (expected !== undefined) spoken.push(group);
        assertEquals(rows.has(slot, group), expected !== undefined);
        const words = [0, 1, 2, 3, 4, 5].map((at) => rows.word(slot, group, at));
        assertEquals(words, expected ?? [0, 0, 0, 0, 0, 0]);
      }
      assertEquals([...rows.groups(slot)], spoken);
    }
  }));
});
