import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { FunctionIndex } from "../../../lib/federation/function_index.ts";
import { functionName } from "../../../lib/protocol/names.ts";

const FUNCTIONS = ["f0", "f1", "f2", "f3"].map(functionName);

Deno.test("FunctionIndex agrees with sets of groups over any series of changes", () => {
  const change = fc.record({ group: fc.nat(12), wanted: fc.subarray(FUNCTIONS) });
  fc.assert(fc.property(fc.array(change, { maxLength: 80 }), (changes) => {
    const index = new FunctionIndex();
    const twin = new Map(FUNCTIONS.map((fun) => [fun, new Set<number>()]));
    for (const { group, wanted } of changes) {
      for (const [fun, groups] of twin) {
        if (wanted.includes(fun)) continue;
        index.remove(fun, group);
        groups.delete(group);
      }
      for (const fun of wanted) {
        const groups = twin.get(fun) ?? new Set();
        if (!groups.has(group)) {
          assertEquals([index.add(fun, group), index.add(fun, group)], [true, false]);
        }
        groups.add(group);
      }
      const named = FUNCTIONS.filter((fun) => (twin.get(fun)?.size ?? 0) > 0);
      assertEquals(new Set(index.functions()), new Set(named));
      assertEquals(index.size, named.length);
      for (const [fun, groups] of twin) {
        const found = [...index.groups(fun)];
        assertEquals([found.length, new Set(found)], [groups.size, groups]);
        assertEquals(index.has(fun), groups.size > 0);
      }
    }
  }));
});
