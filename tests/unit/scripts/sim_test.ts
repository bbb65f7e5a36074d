import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { readSimFlags, replayCommand, runStories } from "../../../scripts/sim.ts";

const SCRIPT = new URL("../../../scripts/sim.ts", import.meta.url).pathname;

async function sim(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", SCRIPT, ...args],
  });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

Deno.test("readSimFlags fills in what is not said", () => {
  const { seed, runs, story, json } = readSimFlags([]);
  assertEquals({ seed, runs, story, json }, {
    seed: 1,
    runs: 100,
    story: { mode: "safety" },
    json: false,
  });
});

Deno.test("readSimFlags refuses what it does not know, with the value that was wrong", () => {
  assertThrows(() => readSimFlags(["--runs", "many"]), RangeError, 'not "many"');
  assertThrows(() => readSimFlags(["--topology", "star"]), RangeError, "ring, tree, grid");
  assertThrows(() => readSimFlags(["--mode", "wild"]), RangeError, "safety, liveness");
  assertThrows(() => readSimFlags(["--max-hops", "17"]), RangeError, "from 1 to 16");
  assertThrows(() => readSimFlags(["--sead", "1"]), TypeError);
});

Deno.test("replayCommand is one that readSimFlags reads back as the same story", () => {
  const flags = readSimFlags(["--nodes", "5", "--topology", "grid", "--mode", "liveness"]);
  const command = replayCommand(77, flags);
  const again = readSimFlags(command.replace("deno task sim ", "").split(" "));
  assertEquals([again.seed, again.runs, again.story], [77, 1, flags.story]);
});

Deno.test("sim.ts ends with one line of JSON and the code 0", async () => {
  const { code, out } = await sim("--seed", "3", "--runs", "5", "--nodes", "4", "--json");
  assertEquals(code, 0);
  const last = JSON.parse(out.trimEnd().split("\n").at(-1) ?? "");
  assertEquals(Object.keys(last), ["runs", "violations", "deliveries", "wallMs", "seed"]);
  assertEquals([last.runs, last.violations, last.seed], [5, 0, 3]);
});

Deno.test("sim.ts says in one sentence what was wrong with its flags, with the code 2", async () => {
  const { code, out, err } = await sim("--nodes", "1");
  assertEquals([code, out], [2, ""]);
  assertMatch(err, /^--nodes takes a whole number from 2 to 256, not "1"[^\n]*\n$/);
});

Deno.test("sim.ts tells a broken promise, how to replay it, and ends with the code 1", () => {
  const lines: string[] = [];
  const flags = readSimFlags(["--runs", "3", "--nodes", "4", "--json"]);
  const code = runStories(flags, (line) => lines.push(line), {
    tamper: (message) => message.type === "reach" ? undefined : message,
  });
  assertEquals(code, 1);
  const last = JSON.parse(lines.at(-1) ?? "");
  assertEquals([last.runs, last.violations > 0], [3, true]);
  assertMatch(
    lines.join("\n"),
    /^Replay: deno task sim --seed \d --runs 1 --nodes 4 --transcript$/m,
  );
});

Deno.test("sim.ts gives the code 0 to the same stories without the fault", () => {
  const flags = readSimFlags(["--runs", "3", "--nodes", "4", "--json"]);
  assertEquals(runStories(flags, () => {}), 0);
});
