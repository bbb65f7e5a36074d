// deno-lint-ignore-file no-console
/**
 * The runs of the simulator that a commit must survive, split over the machine's cores: mixed churn with faults, cores that
 * heal while the rest stays broken, and stories lived twice, whose traces must be alike to the byte.
 *
 * ```sh
 * deno task sim:ci
 * ```
 *
 * The last line says how many runs there were. Exit codes: 0 = every promise was kept, 1 = one was broken.
 *
 * @module
 */

/** What a part came to. */
interface Ended {
  readonly runs: number;
  readonly violations: number;
  readonly deliveries: number;
}

const SAFETY_RUNS = 2_000;
const LIVENESS_RUNS = 500;
const TWICE_RUNS = 200;
/** Runs of one process, at most: small parts keep all cores busy to the end. */
const PART_RUNS = 250;

const parts = [
  ...split(SAFETY_RUNS, []),
  ...split(LIVENESS_RUNS, ["--mode", "liveness"]),
  ...split(TWICE_RUNS, ["--twice"]),
];
const began = performance.now();
const ended: Ended[] = [];
const crews = Array.from({ length: Math.max(1, navigator.hardwareConcurrency) }, work);
await Promise.all(crews);
const total = (what: keyof Ended): number => ended.reduce((sum, one) => sum + one[what], 0);
const seconds = Math.round((performance.now() - began) / 1_000);
const isWhole = total("runs") === SAFETY_RUNS + LIVENESS_RUNS + TWICE_RUNS;
if (!isWhole) console.log("A part of the runs broke off");
console.log(
  `simulation: ${
    total("runs")
  } runs (${SAFETY_RUNS} of churn, ${LIVENESS_RUNS} of healing cores, ` +
    `${TWICE_RUNS} lived twice), ${total("violations")} violations, ` +
    `${total("deliveries")} deliveries, ${seconds} s`,
);
Deno.exit(isWhole && total("violations") === 0 ? 0 : 1);

function split(runs: number, flags: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(runs / PART_RUNS) }, (_, index) => {
    const before = index * PART_RUNS;
    const share = Math.min(PART_RUNS, runs - before);
    return [...flags, "--seed", `${before + 1}`, "--runs", `${share}`];
  });
}

async function work(): Promise<void> {
  for (let flags = parts.shift(); flags !== undefined; flags = parts.shift()) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-lock", "scripts/sim.ts", ...flags, "--json"],
      stderr: "inherit",
    }).output();
    const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
    const result = read(lines.at(-1) ?? "");
    if (result === undefined || result.violations > 0) console.log(lines.join("\n"));
    if (result !== undefined) ended.push(result);
  }
}

function read(line: string): Ended | undefined {
  try {
    return JSON.parse(line) as Ended;
  } catch {
    return undefined;
  }
}
