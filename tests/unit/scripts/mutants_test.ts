import { assert, assertEquals, assertThrows } from "@std/assert";
import { ALL_MUTANTS, SUITE } from "../../../scripts/mutants/all_mutants.ts";
import { planted } from "../../../scripts/mutants/mutant.ts";
import { failedTest, runsUntilFailure } from "../../../scripts/mutants/workshop.ts";

const ROOT = new URL("../../../", import.meta.url);

/** The bugs that the source has moved away from, with the reason. */
async function unplantable(): Promise<string[]> {
  const reasons: string[] = [];
  for (const { name, edits } of ALL_MUTANTS) {
    const texts = new Map<string, string>();
    for (const edit of edits) {
      try {
        const before = texts.get(edit.file) ?? await Deno.readTextFile(new URL(edit.file, ROOT));
        texts.set(edit.file, planted(before, edit));
      } catch (error) {
        reasons.push(`"${name}" in scripts/mutants/ needs another text: ${error}`);
      }
    }
  }
  return reasons;
}

Deno.test("every planted bug still applies to the source", async () => {
  assert(ALL_MUTANTS.length >= 20);
  assertEquals(await unplantable(), []);
});

Deno.test("every planted bug has a name of its own, and tests that exist", async () => {
  const names = ALL_MUTANTS.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  const paths = [...SUITE, ...ALL_MUTANTS.flatMap(({ tests }) => tests)];
  for (const path of new Set(paths)) await Deno.stat(new URL(path, ROOT));
});

Deno.test("planted refuses a text that stands in the file never or twice", () => {
  const edit = { file: "a.ts", find: "x", put: "y" };
  assertEquals(planted("1x2", edit), "1y2");
  assertThrows(() => planted("12", edit), Error, "0 times");
  assertThrows(() => planted("xx", edit), Error, "2 times");
});

Deno.test("failedTest and runsUntilFailure read what deno test says", () => {
  const output = `HopRouter lists … FAILED (12ms)

 ERRORS 

HopRouter lists exactly what is in reach (I1) => ./tests/property/a_test.ts:9:6
error: Error: Property failed after 17 tests
`;
  assertEquals(failedTest(output), "HopRouter lists exactly what is in reach (I1)");
  assertEquals(runsUntilFailure(output), 17);
  assertEquals(failedTest("error: Module not found"), undefined);
  assertEquals(runsUntilFailure("error: AssertionError"), 1);
});
