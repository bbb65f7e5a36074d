/**
 * Runs of pinned seeds that must keep every promise; one that does not is told in full.
 *
 * @module
 */
import {
  drawStory,
  failureReport,
  type RunOptions,
  type RunResult,
  runStory,
  type StoryOptions,
} from "@farcall/farcall/testing";

/** What one asks of several runs. */
export interface PinnedRuns extends Omit<StoryOptions, "seed">, RunOptions {
  /** First seed. */
  readonly from: number;
  /** How many. */
  readonly runs: number;
}

/**
 * Lives through the runs.
 *
 * @throws {Error} With the report of the first run that ends badly.
 */
export function mustKeepAllPromises({ from, runs, ...options }: PinnedRuns): RunResult[] {
  return Array.from({ length: runs }, (_, index) => {
    const seed = from + index;
    const story = drawStory({ ...options, seed });
    const result = runStory(story, options);
    if (result.violations.length === 0) return result;
    const { mode, nodes, topology, maxHops, flooders, twins } = options;
    const flags = Object.entries({ mode, nodes, topology, "max-hops": maxHops, flooders, twins })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ` --${name} ${value}`);
    const command = `deno task sim --seed ${seed} --runs 1${flags.join("")} --transcript`;
    const told = `A promise was broken, failed after ${index + 1} runs\n`;
    // Who plants bugs wants to know whether one is caught, not the shortest story.
    if (Deno.env.get("FARCALL_SHRINK") === "no") throw new Error(told + command);
    throw new Error(told + failureReport(story, options, command));
  });
}
