// deno-lint-ignore-file no-console
/**
 * Lives through stories of kills, stops and cuts with twelve real processes, one after the other.
 *
 * ```sh
 * deno task churn --repeats 10 --seed 1
 * ```
 *
 * Exit codes: 0 = all tables were right in time, 1 = one was not, 2 = it was called wrongly.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { CONVERGED_MS_MAX, runChurn } from "../tests/integration/churn_run.ts";

const USAGE = `deno task churn [flags]

  --seed 1           first seed; each repeat has the next one
  --repeats 10       how many stories
  --churn-ms 30000   how long there are faults that end, in ms`;

/** How long is waited for what should be right much earlier: to tell late from never, in ms. */
const WAIT_MS = 5 * CONVERGED_MS_MAX;

/** What the flags ask for. */
export interface ChurnFlags {
  /** First seed. */
  readonly seed: number;
  /** How many stories. */
  readonly repeats: number;
  /** How long there are faults, in ms. */
  readonly churnMs: number;
}

/**
 * Reads the flags.
 *
 * @throws {RangeError | TypeError} If they are wrong: the message is one sentence.
 */
export function readChurnFlags(args: readonly string[]): ChurnFlags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      "seed": { type: "string", default: "1" },
      "repeats": { type: "string", default: "10" },
      "churn-ms": { type: "string", default: "30000" },
    },
  });
  return {
    seed: wholeNumber("--seed", values.seed, 0),
    repeats: wholeNumber("--repeats", values.repeats, 1),
    churnMs: wholeNumber("--churn-ms", values["churn-ms"], 1_000),
  };
}

function wholeNumber(flag: string, text: string, min: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && Number.isSafeInteger(value)) return value;
  throw new RangeError(`${flag} takes a whole number from ${min}, not "${text}"`);
}

async function runAll({ seed: first, repeats, churnMs }: ChurnFlags): Promise<number> {
  const times: number[] = [];
  let [wrong, late] = [0, 0];
  for (let seed = first; seed < first + repeats; seed += 1) {
    try {
      const result = await runChurn({ seed, churnMs, waitMs: WAIT_MS });
      const { faults, beginMs, healedMs, convergedMs, stillMs } = result;
      times.push(healedMs, convergedMs);
      const isLate = healedMs > CONVERGED_MS_MAX + stillMs.healed ||
        convergedMs > CONVERGED_MS_MAX + stillMs.converged;
      if (isLate) late += 1;
      console.log(
        `seed ${seed}: right ${shown(beginMs)} after the start, ${faults} faults, ` +
          `right ${shown(healedMs)} after those that end, ${
            shown(convergedMs)
          } after those that stay${isLate ? ", too late" : ""}; ` +
          `a process stood still for ${shown(stillMs.healed)} and ${shown(stillMs.converged)}`,
      );
    } catch (error) {
      wrong += 1;
      console.log(`seed ${seed}: ${error instanceof Error ? error.message : error}`);
    }
  }
  console.log(
    `${repeats} repeats: ${wrong} wrong, ${late} later than ${
      shown(CONVERGED_MS_MAX)
    } and what processes stood still; ` +
      `right ${shown(Math.max(0, ...times))} after the last of the faults at the latest`,
  );
  return wrong + late === 0 ? 0 : 1;
}

function shown(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

async function main(): Promise<number> {
  if (Deno.args.includes("--help")) {
    console.log(USAGE);
    return 0;
  }
  let flags;
  try {
    flags = readChurnFlags(Deno.args);
  } catch (caught) {
    const message = caught instanceof Error ? caught.message.split("\n")[0] : String(caught);
    console.error(`${message}; --help tells how to call this program`);
    return 2;
  }
  return await runAll(flags);
}

if (import.meta.main) Deno.exit(await main());
