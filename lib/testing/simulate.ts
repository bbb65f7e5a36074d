import type { Listing } from "../federation/function_registry.ts";
import { LEGACY_REFRESH_MS, TRACKER_TTL_MS } from "../protocol/limits.ts";
import type { FaultOptions } from "./fault_options.ts";
import type { SimulatedFunction } from "./simulated_function.ts";
import { SimulatedWorld } from "./simulated_world.ts";
import { drawStory, type Story, type StoryOptions } from "./story.ts";
import { StoryLife } from "./story_life.ts";
import { excessOf } from "./size_checker.ts";
import { line, operationLine, reportLine } from "./story_lines.ts";
import type { Violation } from "./violation.ts";
import type { Tamper } from "./wire_text.ts";

/** Until a silent path to a flooding node is noticed on both sides, in ms. */
const SILENT_FLOODER_MS = 120_000;
/** Longer than offers are refreshed and expire (120 s and 300 s), over two gateways, in ms. */
const GHOSTS_EXPIRED_MS = 2 * (LEGACY_REFRESH_MS + TRACKER_TTL_MS) + 60_000;

/** What a run is made from besides its story. */
export interface RunOptions {
  /** Functions that the nodes offer and call, by name. Default: some that compute a little, one that is slow, one that throws. */
  readonly functions?: Readonly<Record<string, SimulatedFunction>>;
  /** Delays, windows and clocks. Default: see {@linkcode FaultOptions}. */
  readonly faults?: FaultOptions;
  /** Messages are handed over without being written and read. Default `false`. */
  readonly elideCodec?: boolean;
  /** Changes or drops messages on their way: a world that is meant to be wrong. Default: none. */
  readonly tamper?: Tamper;
  /** Hears the story as it is told, line by line. Default: nobody. */
  readonly tell?: (line: string) => void;
}

/** What came of a run. */
export interface RunResult {
  /** What was broken; empty = nothing. */
  readonly violations: readonly Violation[];
  /** Messages that arrived. */
  readonly deliveries: number;
  /** Of them, those after the last fault until rest. */
  readonly deliveriesToRest: number;
  /** World time from the last fault to rest, in ms. */
  readonly restMs: number;
  /** Most rounds in which a distance was still told after a change. */
  readonly rounds: number;
  /** Calls that were made. */
  readonly calls: number;
  /** Digest of the trace. */
  readonly digest: string;
  /** What each node listed when it had come to rest, by its name. */
  readonly listings: ReadonlyMap<string, readonly Listing[]>;
  /** The federation at its end: a safety story that ends well leaves one node alive. */
  readonly world: SimulatedWorld;
}

const sum: SimulatedFunction = (args) => args.reduce<number>((all, one) => all + Number(one), 0);

/** What a story's nodes offer when nobody says otherwise. */
export const STORY_FUNCTIONS: Readonly<Record<string, SimulatedFunction>> = {
  add: sum,
  embed: ([text]) => String(text).length,
  echo: (args) => args,
  draw: (_args, { random }) => Math.floor(random() * 1_000),
  where: (_args, { node }) => node,
  crawl: () => "at last",
  fail: ([why]) => {
    throw new Error(`It fails because of ${JSON.stringify(why)}`);
  },
};

/** Lives a story to its end, and says what was broken. Never throws for what a machine does: that is a violation, too. */
export function runStory(story: Story, options: RunOptions = {}): RunResult {
  const { elideCodec = false, tell = () => {}, tamper, faults } = options;
  const world = new SimulatedWorld({
    seed: story.seed,
    elideCodec,
    ...(tamper === undefined ? {} : { tamper }),
    ...(faults === undefined ? {} : { faults }),
    onReport: (at, name, report) => {
      if (options.tell !== undefined) tell(reportLine(at, name, report));
    },
  });
  const violations: Violation[] = [];
  const listings = new Map<string, readonly Listing[]>();
  let rest = { afterMs: 0, deliveries: 0, rounds: 0 };
  try {
    const life = new StoryLife(world, story, options.functions ?? STORY_FUNCTIONS, faults);
    for (const operation of story.operations) {
      world.pass(operation.pauseMs);
      if (options.tell !== undefined) tell(operationLine(world.now, operation, story.nodes));
      life.live(operation);
      violations.push(...life.nodes.flatMap(excessOf));
    }
    const among = life.endFaults();
    tell(line(world.now, "*", `faults end; ${among.map(({ name }) => name).join(" ")} must rest`));
    // A path to a flooding node that is silent is noticed late where only the other side would speak.
    if (story.flooders > 0) world.pass(SILENT_FLOODER_MS);
    const settled = world.settle(among);
    for (const node of among) listings.set(node.name, node.listings());
    rest = settled;
    violations.push(...settled.violations);
    if (story.mode === "liveness" && violations.length === 0) {
      const wrong = life.callEverything(among);
      violations.push(...wrong.map((text) => ({ invariant: "I8", text })));
      violations.push(...world.callViolations(among));
    }
    for (const operation of story.afterwards) {
      if (violations.length > 0) break;
      if (options.tell !== undefined) tell(operationLine(world.now, operation, story.nodes));
      violations.push(...life.liveAtRest(operation).violations);
    }
    const areGhostsDue = story.mode === "safety" && story.flooders > 0 && story.seed % 2 === 0;
    if (areGhostsDue && violations.length === 0) {
      world.pass(GHOSTS_EXPIRED_MS);
      violations.push(...world.settle(among, true).violations);
    }
    if (story.mode === "safety" && violations.length === 0) {
      tell(line(world.now, "*", "all but one die"));
      violations.push(...life.end());
    }
  } catch (caught) {
    const text = caught instanceof Error ? `${caught.stack}` : String(caught);
    violations.push({ invariant: "throws", text });
  }
  for (const { invariant, text } of violations) tell(line(world.now, "!", `${invariant}: ${text}`));
  return {
    violations,
    deliveries: world.traffic.deliveries,
    deliveriesToRest: rest.deliveries,
    restMs: rest.afterMs,
    rounds: rest.rounds,
    calls: world.calls.length,
    digest: world.digest,
    listings,
    world,
  };
}

/** Draws a story and lives it. */
export function simulate(options: StoryOptions & RunOptions): RunResult {
  return runStory(drawStory(options), options);
}
