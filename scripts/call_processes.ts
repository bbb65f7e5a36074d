// deno-lint-ignore-file no-console
/**
 * Calls among twelve real processes of three clusters, and two of clients, while processes are killed, restarted, asked to
 * leave and stopped, and links are cut: callers and functions keep journals that survive a kill, and each call is held against
 * what it promises.
 *
 * ```sh
 * deno task call:processes --calls 100000
 * ```
 *
 * Exit codes: 0 = every promise was kept, 1 = one was broken, 2 = it was called wrongly.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { runStorm } from "../tests/integration/storm_run.ts";

const USAGE = `deno task call:processes [flags]

  --calls 100000   how many calls at least
  --seed 1         chooses faults and calls
  --rate 60        calls a second of each of the 14 processes`;

const BROKEN_TOLD_MAX = 40;

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      calls: { type: "string", default: "100000" },
      seed: { type: "string", default: "1" },
      rate: { type: "string", default: "60" },
      help: { type: "boolean", default: false },
    },
  });
  const [calls, seed, rate] = [Number(values.calls), Number(values.seed), Number(values.rate)];
  const isRight = calls >= 1 && Number.isInteger(seed) && seed >= 0 && rate > 0;
  if (values.help || !isRight) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const began = performance.now();
  const result = await runStorm({ seed, calls, rate, tell: console.log });
  const { broken, ends, ...tally } = result;
  for (const text of broken.slice(0, BROKEN_TOLD_MAX)) console.log(text);
  console.log(JSON.stringify(ends));
  console.log(
    `calls: ${tally.calls} through ${tally.faults} faults, ${tally.repeats} more runs of ` +
      `idempotent ones, ${tally.latestMs} ms after its deadline at the latest, ${broken.length} ` +
      `broken promises, ${Math.round((performance.now() - began) / 1_000)} s`,
  );
  return broken.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
