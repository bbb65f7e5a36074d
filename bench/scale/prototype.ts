/**
 * What the prototype of the propagation algorithm needed, for the comparison: figures written down once.
 *
 * @module
 */

import type { Topology } from "./graph.ts";

/** Names of what is measured, in order. */
export type StageName =
  | "start"
  | "new offer"
  | "withdrawal"
  | "link cut"
  | "node crash"
  | "node joins";

/** Figures of one stage. */
export interface Figures {
  /** See `Counts`. */
  readonly records: number;
  /** Until quiet, from the first frame. */
  readonly rounds?: number;
  /** Until quiet, in seconds. */
  readonly seconds?: number;
}

/** The prototype's stages for a network, and its resident memory in GB. */
export interface Prototype {
  /** By stage. */
  readonly stages: Readonly<Record<StageName, Figures>>;
  /** Resident memory after start, in GB. */
  readonly rssGb: number;
}

const TABLE: ReadonlyMap<string, Prototype> = new Map([
  ["er 1000", {
    stages: {
      "start": { records: 380_000, rounds: 4, seconds: 0.8 },
      "new offer": { records: 438, rounds: 3 },
      "withdrawal": { records: 438, rounds: 3 },
      "link cut": { records: 170, rounds: 2 },
      "node crash": { records: 501, rounds: 2 },
      "node joins": { records: 260, rounds: 4 },
    },
    rssGb: 0.4,
  }],
  ["er 10000", {
    stages: {
      "start": { records: 4_040_000, rounds: 4, seconds: 12 },
      "new offer": { records: 697, rounds: 3 },
      "withdrawal": { records: 697, rounds: 3 },
      "link cut": { records: 172, rounds: 2 },
      "node crash": { records: 745, rounds: 2 },
      "node joins": { records: 255, rounds: 4 },
    },
    rssGb: 4,
  }],
  ["clusters 10000", {
    stages: {
      "start": { records: 2_100_000, rounds: 4, seconds: 3 },
      "new offer": { records: 251, rounds: 3 },
      "withdrawal": { records: 251, rounds: 3 },
      "link cut": { records: 101, rounds: 2 },
      "node crash": { records: 340, rounds: 2 },
      "node joins": { records: 167, rounds: 4 },
    },
    rssGb: 1.2,
  }],
]);

/** The prototype's figures for a network, if it was measured on one like it. */
export function prototypeFor(topology: Topology, nodes: number): Prototype | undefined {
  return TABLE.get(`${topology} ${nodes}`);
}
