// deno-lint-ignore-file no-console
/**
 * Lives through random federations, seed by seed, and checks each of them.
 *
 * ```sh
 * deno task sim --seed 1 --runs 1000
 * ```
 *
 * Exit codes: 0 = every promise was kept, 1 = one was broken, 2 = it was called wrongly.
 *
 * @module
 */
import {
  drawStory,
  failureReport,
  type RunOptions,
  runStory,
  type SimulationMode,
  type StoryOptions,
  TOPOLOGIES,
  type Topology,
} from "@farcall/farcall/testing";
import { parseArgs } from "node:util";

const USAGE = `deno task sim [flags]

  --seed 1             first seed; each run has the next one
  --runs 100           how many federations
  --nodes N            nodes of each, 2 to 256; default: drawn, 3 to 64
  --topology T         ${TOPOLOGIES.join(", ")}; default: drawn
  --max-hops H         greatest radius of an offer, 1 to 16; default: drawn, 1 to 9
  --flooders N         nodes of the reference's kind in each, 0 to 8; default: drawn, mostly none
  --twins N            nodes that have the URL of another one, 0 to 8; default: drawn, mostly none
  --mode M             safety (default) or liveness
  --elide-codec        hand messages over without writing and reading them
  --twice              live each story twice: both traces must be alike to the byte
  --transcript         tell each story as it is lived
  --json               the last line is {"runs":…,"violations":…,"deliveries":…,"wallMs":…,"seed":…}`;

/** Runs that are told in full when they fail, at most. */
const REPORTS_MAX = 3;

/** What the flags ask for. */
export interface SimFlags {
  /** First seed. */
  readonly seed: number;
  /** How many runs. */
  readonly runs: number;
  /** What each run is drawn from, without its seed. */
  readonly story: Omit<StoryOptions, "seed">;
  /** Whether the codec is left out. */
  readonly elideCodec: boolean;
  /** Whether each story is lived twice, and the traces compared. */
  readonly twice: boolean;
  /** Whether stories are told as they are lived. */
  readonly transcript: boolean;
  /** Whether the last line is JSON. */
  readonly json: boolean;
}

/**
 * Reads the flags.
 *
 * @throws {RangeError | TypeError} If they are wrong: the message is one sentence.
 */
export function readSimFlags(args: readonly string[]): SimFlags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string", default: "1" },
      runs: { type: "string", default: "100" },
      nodes: { type: "string" },
      topology: { type: "string" },
      "max-hops": { type: "string" },
      flooders: { type: "string" },
      twins: { type: "string" },
      mode: { type: "string", default: "safety" },
      "elide-codec": { type: "boolean", default: false },
      twice: { type: "boolean", default: false },
      transcript: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const { nodes, topology, "max-hops": maxHops, flooders, twins } = values;
  return {
    seed: wholeNumber("--seed", values.seed, 0, Number.MAX_SAFE_INTEGER),
    runs: wholeNumber("--runs", values.runs, 1, 100_000_000),
    story: {
      mode: oneOf<SimulationMode>("--mode", values.mode, ["safety", "liveness"]),
      ...(nodes === undefined ? {} : { nodes: wholeNumber("--nodes", nodes, 2, 256) }),
      ...(topology === undefined
        ? {}
        : { topology: oneOf<Topology>("--topology", topology, TOPOLOGIES) }),
      ...(maxHops === undefined ? {} : { maxHops: wholeNumber("--max-hops", maxHops, 1, 16) }),
      ...(flooders === undefined ? {} : { flooders: wholeNumber("--flooders", flooders, 0, 8) }),
      ...(twins === undefined ? {} : { twins: wholeNumber("--twins", twins, 0, 8) }),
    },
    elideCodec: values["elide-codec"],
    twice: values.twice,
    transcript: values.transcript,
    json: values.json,
  };
}

/** The command that lives one run again. */
export function replayCommand(seed: number, { story }: SimFlags): string {
  const { nodes, topology, maxHops, flooders, twins, mode } = story;
  const flags = [
    ...(mode === undefined || mode === "safety" ? [] : [`--mode ${mode}`]),
    ...(nodes === undefined ? [] : [`--nodes ${nodes}`]),
    ...(topology === undefined ? [] : [`--topology ${topology}`]),
    ...(maxHops === undefined ? [] : [`--max-hops ${maxHops}`]),
    ...(flooders === undefined ? [] : [`--flooders ${flooders}`]),
    ...(twins === undefined ? [] : [`--twins ${twins}`]),
  ];
  return ["deno task sim", `--seed ${seed} --runs 1`, ...flags, "--transcript"].join(" ");
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new RangeError(`${flag} takes a whole number from ${min} to ${max}, not "${text}"`);
}

function oneOf<Word extends string>(flag: string, text: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new RangeError(`${flag} takes one of ${words.join(", ")}, not "${text}"`);
}

/**
 * Lives through the runs.
 *
 * @param print Takes what is to be read, a line or more at a time.
 * @param world What the worlds are made from besides the flags: tests plant faults with it.
 * @returns The exit code.
 */
export function runStories(
  flags: SimFlags,
  print: (lines: string) => void,
  world: RunOptions = {},
): number {
  const began = performance.now();
  const sums = {
    violations: 0,
    deliveries: 0,
    calls: 0,
    restMs: 0,
    deliveriesToRest: 0,
    rounds: 0,
  };
  let failures = 0;
  for (let seed = flags.seed; seed < flags.seed + flags.runs; seed += 1) {
    const story = drawStory({ ...flags.story, seed });
    const options: RunOptions = { ...world, elideCodec: flags.elideCodec };
    const result = runStory(story, flags.transcript ? { ...options, tell: print } : options);
    if (flags.twice && runStory(story, options).digest !== result.digest) {
      failures += 1;
      sums.violations += 1;
      print(`Seed ${seed}: I9: lived twice, its traces differ`);
    }
    sums.violations += result.violations.length;
    sums.deliveries += result.deliveries;
    sums.calls += result.calls;
    sums.restMs = Math.max(sums.restMs, result.restMs);
    sums.rounds = Math.max(sums.rounds, result.rounds);
    sums.deliveriesToRest = Math.max(sums.deliveriesToRest, result.deliveriesToRest);
    if (result.violations.length === 0) continue;
    failures += 1;
    if (failures > REPORTS_MAX) continue;
    print(failureReport(story, options, replayCommand(seed, flags)));
  }
  const wallMs = Math.round(performance.now() - began);
  const { violations, deliveries } = sums;
  if (flags.json) {
    const { runs, seed } = flags;
    print(JSON.stringify({ runs, violations, deliveries, wallMs, seed }));
  } else {
    const perSecond = Math.round(deliveries / (wallMs / 1000)).toLocaleString("en");
    print(
      `${flags.runs} runs from seed ${flags.seed}: ${violations} violations in ${failures} runs
${deliveries.toLocaleString("en")} deliveries, ${
        sums.calls.toLocaleString("en")
      } calls, ${perSecond} deliveries/s
at rest at most ${
        Math.round(sums.restMs)
      } ms and ${sums.deliveriesToRest} deliveries after the last fault,
with no distance told later than ${sums.rounds} rounds after a change`,
    );
  }
  return failures === 0 ? 0 : 1;
}

function main(): number {
  if (Deno.args.includes("--help")) {
    console.log(USAGE);
    return 0;
  }
  let flags;
  try {
    flags = readSimFlags(Deno.args);
  } catch (caught) {
    const message = caught instanceof Error ? caught.message.split("\n")[0] : String(caught);
    console.error(`${message}; --help tells how to call this program`);
    return 2;
  }
  return runStories(flags, (lines) => console.log(lines));
}

if (import.meta.main) Deno.exit(main());
