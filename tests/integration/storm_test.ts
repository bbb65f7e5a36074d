// deno-lint-ignore-file no-console
import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { readBooks } from "./storm_books.ts";
import { Journal } from "./storm_journal.ts";
import { runStorm } from "./storm_run.ts";

Deno.test("what journals say is held against what each call promises", async () => {
  const directory = await Deno.makeTempDir();
  const caller = new Journal(directory, "caller");
  const provider = new Journal(directory, "provider");
  const call = (id: string, ends: readonly string[], runs: number, often = "once"): void => {
    caller.begins(id, "quick", often === "many");
    for (let run = 0; run < runs; run += 1) provider.runs(id);
    for (const how of ends) caller.ends(id, how, how === "late/yes" ? 251 : 250);
  };
  call("a.1", ["ok"], 1);
  call("a.2", ["ok"], 3, "many");
  call("a.3", ["DEADLINE_EXCEEDED/unknown"], 0);
  call("dead.1", [], 1);
  call("a.4", ["ok"], 2);
  call("a.5", ["ok"], 0);
  call("a.6", ["wrong: b"], 1);
  call("a.7", ["UNAVAILABLE/no"], 1);
  call("a.8", ["CANCELLED/yes"], 0);
  call("a.9", [], 0);
  call("a.10", ["ok", "ok"], 1);
  call("a.11", ["late/yes"], 1);
  provider.runs("a.12");
  const { calls, broken, repeats } = await readBooks(directory, new Set(["dead"]));
  assertEquals(calls, 13);
  assertEquals(repeats, 3);
  assertEquals(broken, [
    "call a.4 of quick ran 2 times",
    "call a.5 of quick ended as ok, and did not run",
    "call a.6 of quick got what it must not: wrong:_b",
    "call a.7 of quick ended as UNAVAILABLE/no, and ran 1 times",
    "call a.8 of quick ended as CANCELLED/yes, and did not run",
    "call a.9 of quick never ended",
    "call a.10 of quick ended 2 times",
    "call a.11 of quick ended 251 ms too late, as late/yes",
    "call a.12 of  ran, and nobody called it",
  ]);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("calls among twelve processes that are killed, stopped and cut off end once and say truly whether they ran", async () => {
  const { broken, calls, ends, faults, latestMs } = await runStorm({
    seed: 1,
    calls: 3_000,
    rate: 25,
  });
  console.log(`${calls} calls, ${faults} faults, ${ends["ok"]} ok, at most ${latestMs} ms late`);
  assertEquals(broken, []);
  assertGreaterOrEqual(calls, 3_000);
});
