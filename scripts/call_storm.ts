// deno-lint-ignore-file no-console
/**
 * A million calls through falling links and nodes, each held against what it promises, split over the machine's cores.
 *
 * ```sh
 * deno task calls
 * ```
 *
 * Exit codes: 0 = every promise was kept, 1 = one was broken.
 *
 * @module
 */
import { callStorm } from "@farcall/farcall/testing";
import { parseArgs } from "node:util";

const USAGE = `deno task calls [flags]

  --calls 1000000   how many calls in all
  --seed 1          first seed; each storm has the next one
  --json            print only what the storms of this process came to, as JSON (used between processes)`;

/** Calls of one storm: enough to go through all kinds of trouble, few enough to be replayed while one waits. */
const STORM_CALLS = 10_000;
/** Storms of one process, at most: small parts keep all cores busy to the end. */
const PART_STORMS = 10;
/** Every so many storms go through the codec. */
const CODEC_EVERY = 4;

/** What some storms came to. */
export interface Tally {
  /** Calls that were made. */
  readonly calls: number;
  /** Runs beyond the first of calls that may run again. */
  readonly repeats: number;
  /** What was broken, with the seed of its storm. */
  readonly broken: readonly string[];
  /** Calls by how they ended. */
  readonly ends: Readonly<Record<string, number>>;
}

/** Lives through storms one after the other. */
export function storms(seed: number, count: number, calls: number = STORM_CALLS): Tally {
  return sum(Array.from({ length: count }, (_, index): Tally => {
    const one = seed + index;
    const result = callStorm({ seed: one, calls, elideCodec: one % CODEC_EVERY !== 0 });
    return {
      calls: result.calls,
      repeats: result.repeats,
      broken: result.violations.map(({ invariant, text }) => `seed ${one}: ${invariant}: ${text}`),
      ends: Object.fromEntries(result.ends),
    };
  }));
}

function sum(tallies: readonly Tally[]): Tally {
  const ends: Record<string, number> = {};
  for (const one of tallies) {
    for (const [how, count] of Object.entries(one.ends)) ends[how] = (ends[how] ?? 0) + count;
  }
  return {
    calls: tallies.reduce((all, one) => all + one.calls, 0),
    repeats: tallies.reduce((all, one) => all + one.repeats, 0),
    broken: tallies.flatMap(({ broken }) => broken),
    ends,
  };
}

async function part(seed: number, count: number): Promise<Tally> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-lock", import.meta.filename ?? "", "--json"],
      ...["--seed", `${seed}`, "--calls", `${count * STORM_CALLS}`],
    ],
    stderr: "inherit",
  }).output();
  if (!success) return { calls: 0, repeats: 0, broken: [`seed ${seed}: broke off`], ends: {} };
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function all(seed: number, count: number): Promise<Tally> {
  const starts = Array.from(
    { length: Math.ceil(count / PART_STORMS) },
    (_, at) => at * PART_STORMS,
  );
  const done: Tally[] = [];
  const crew = async (): Promise<void> => {
    for (let from = starts.shift(); from !== undefined; from = starts.shift()) {
      done.push(await part(seed + from, Math.min(PART_STORMS, count - from)));
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, navigator.hardwareConcurrency) }, crew));
  return sum(done);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      calls: { type: "string", default: "1000000" },
      seed: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const [calls, seed] = [Number(values.calls), Number(values.seed)];
  if (values.help || !(calls >= 1) || !Number.isInteger(seed)) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const count = Math.ceil(calls / STORM_CALLS);
  if (values.json) {
    console.log(JSON.stringify(storms(seed, count)));
    return 0;
  }
  const began = performance.now();
  const { broken, ends, ...tally } = await all(seed, count);
  const seconds = (performance.now() - began) / 1_000;
  for (const text of broken.slice(0, 20)) console.log(text);
  console.log(JSON.stringify(ends));
  const rate = Math.round(tally.calls / seconds);
  console.log(
    `calls: ${tally.calls} in ${count} storms, ${tally.repeats} more runs of idempotent ones, ` +
      `${broken.length} broken promises, ${Math.round(seconds)} s, ${rate} calls/s`,
  );
  return broken.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
