/**
 * Ends of connections between places where nobody lives.
 *
 * @module
 */
import { type End, makeEnds } from "../../../lib/testing/connection_ends.ts";
import { Chance } from "../../../lib/testing/seeded_chance.ts";
import type { Direction, Place } from "../../../lib/testing/simulated_paths.ts";

const places = (name: string, index: number): Place => {
  const url = urlOf(name);
  return { index, name, url, dialect: "farcall.v1", process: undefined, isDark: false };
};

/** The address of the node at a place. */
export function urlOf(name: string): string {
  return `ws://${name}.example:9000`;
}

/** Both ends of a connection from one new place to another, with the numbers `first` and `first + 1`. */
export function testEnds(from: string, to: string, first = 1): readonly [End, End] {
  return endsBetween(places(from, 0), places(to, 1), first);
}

/** Both ends of a connection between two places. */
export function endsBetween(one: Place, other: Place, first: number): readonly [End, End] {
  const way = (from: Place, to: Place): Direction => ({
    ...{ from, to, chance: new Chance(1), latencyMs: 1, windowFrames: Infinity },
    ...{ isSilent: false, isCut: false },
  });
  return makeEnds([way(one, other), way(other, one)], first - 1);
}
