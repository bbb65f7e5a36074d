/**
 * How long properties are tried, and from which seed.
 *
 * @module
 */

/** Pinned, so that a run today and one tomorrow try the same things. */
const SEED = 20_26;

/** Settings of `fc.assert`. */
export interface RunOptions {
  /** Random runs. */
  readonly numRuns: number;
  /** All of them follow from it. */
  readonly seed: number;
  /** Stop at the first failure instead of looking for the shortest one. */
  readonly endOnFailure: boolean;
}

/**
 * So many runs from a pinned seed. By hand: `FARCALL_RUNS` = another number of runs for every property, `FARCALL_SEED` =
 * another seed, `FARCALL_SHRINK=no` = don't shorten what fails.
 */
export function runOptions(numRuns: number): RunOptions {
  return {
    numRuns: Number(Deno.env.get("FARCALL_RUNS") ?? numRuns),
    seed: Number(Deno.env.get("FARCALL_SEED") ?? SEED),
    endOnFailure: Deno.env.get("FARCALL_SHRINK") === "no",
  };
}
