/**
 * What came of many federations under one rule.
 *
 * @module
 */

import { Network } from "./network.ts";
import type { Scenario } from "./scenario.ts";
import type { Rule } from "./speaker.ts";

/** Counts over all federations of a row. */
export interface Tally {
  /** The rule's name. */
  readonly rule: string;
  /** Federations. */
  readonly runs: number;
  /** Federations with a node that does not list an offer in its reach. */
  readonly missed: number;
  /** Federations with a node that lists an offer that is gone, or out of reach. */
  readonly haunted: number;
  /** Federations with a node that lists an offer at a wrong distance. */
  readonly misled: number;
  /** Listings that ought to be there. */
  readonly expected: number;
  /** Of them, those that are not. */
  readonly missing: number;
  /** Listings that ought not to be there. */
  readonly ghosts: number;
}

/** Lives through `runs` scenarios from the seed on. */
export function tally<Message>(
  rule: Rule<Message>,
  draw: (seed: number) => Scenario,
  seed: number,
  runs: number,
): Tally {
  const sums = { missed: 0, haunted: 0, misled: 0, expected: 0, missing: 0, ghosts: 0 };
  for (let run = seed; run < seed + runs; run += 1) {
    const network = new Network(rule, draw(run));
    network.run();
    let [missing, ghosts, wrong] = [0, 0, 0];
    const truth = network.truth();
    for (const [node, listed] of network.listed()) {
      const right = truth.get(node) ?? new Map<string, number>();
      sums.expected += right.size;
      for (const [key, distance] of right) {
        const told = listed.get(key);
        if (told === undefined) missing += 1;
        else if (told !== distance) wrong += 1;
      }
      for (const key of listed.keys()) if (!right.has(key)) ghosts += 1;
    }
    sums.missing += missing;
    sums.ghosts += ghosts;
    if (missing > 0) sums.missed += 1;
    if (ghosts > 0) sums.haunted += 1;
    if (wrong > 0) sums.misled += 1;
  }
  return { rule: rule.name, runs, ...sums };
}
