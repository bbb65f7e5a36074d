/**
 * `examples/simulate.ts` as its readers run it.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";

async function runExample(): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", new URL("../../examples/simulate.ts", import.meta.url).pathname],
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("examples/simulate.ts tells the same story twice, with no promise broken", async () => {
  const [text, again] = await Promise.all([runExample(), runExample()]);
  assertEquals(text, again);
  assertEquals(
    [...text.matchAll(/(\d+) violations/g)].map(([, count]) => count),
    Array(4).fill("0"),
  );
  assertMatch(text, /At the start.*\n.*far\.example at 2, total of near\.example at 1/);
  assertMatch(text, /The near shop is dead.*\n.*lists total of far\.example at 1\n +total = 12 /);
  assertMatch(text, /is silent.*\n.*lists nothing\n +FUNCTION_NOT_FOUND, ran: no/);
  assertEquals(text.match(/total = 12/g)?.length, 3);
  assert(/Trace [0-9a-f]{16}/.test(text));
});
