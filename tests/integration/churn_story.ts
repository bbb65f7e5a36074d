import { Chance } from "../../lib/testing/seeded_chance.ts";
import type { Side } from "../faults/proxied_connection.ts";
import type { DirectionFaults } from "../faults/proxied_direction.ts";
import { type ChurnEdge, clusterOf } from "./churn_plan.ts";

/** Something that is done to a process. */
export interface NodeFault {
  readonly kind: "kill" | "restart" | "stop" | "continue";
  readonly node: number;
}

/** Something that is done to the connections of a configured link. */
export type LinkFault =
  & { readonly link: number }
  & (
    | { readonly kind: "cut"; readonly how: "reset" | "silent"; readonly side: Side }
    | { readonly kind: "heal" }
    | { readonly kind: "reset" }
    | { readonly kind: "resetAfter"; readonly bytes: number }
    | { readonly kind: "set"; readonly side: Side; readonly faults: Partial<DirectionFaults> }
  );

/** A fault, and when it comes, in ms from the beginning. */
export type ChurnFault = { readonly atMs: number } & (NodeFault | LinkFault);

/** Nodes that are dead or stand still at one time, at most. */
const AWAY_MAX = 4;
/** Until the next fault, in ms, the least and the most. */
const PAUSE_MS: readonly [number, number] = [50, 500];
/** How long most faults last, in ms. */
const LASTS_MS = [200, 4_000] as const;
/** How long the others do, in ms: back-offs grow to 30 s meanwhile, and yet the tables must be right 20 s later. */
const LASTS_LONG_MS = [4_000, 20_000] as const;
const LONG_CHANCE = 1 / 4;
const SIDES: readonly Side[] = ["both", "forth", "back"];

/** Draws what happens, and in which state it is left. */
class StoryDrawer {
  readonly faults: ChurnFault[] = [];
  readonly #chance: Chance;
  readonly #edges: readonly ChurnEdge[];
  readonly #churnMs: number;
  readonly #pauseMs: readonly [number, number];
  /** Until when a node or link is in a fault of its own. */
  readonly #nodesUntil: number[];
  readonly #linksUntil: number[];
  #now = 0;

  constructor(
    seed: number,
    nodes: number,
    edges: readonly ChurnEdge[],
    churnMs: number,
    pauseMs: readonly [number, number],
  ) {
    this.#pauseMs = pauseMs;
    this.#chance = new Chance(seed, 77);
    this.#edges = edges;
    this.#churnMs = churnMs;
    this.#nodesUntil = Array.from({ length: nodes }, () => 0);
    this.#linksUntil = edges.map(() => 0);
  }

  draw(): void {
    while (true) {
      this.#now += this.#chance.between(...this.#pauseMs);
      if (this.#now >= this.#churnMs) break;
      if (this.#chance.isHit(0.4)) this.#nodeFault();
      else this.#linkFault();
    }
    this.#last();
  }

  #nodeFault(): void {
    const free = this.#free(this.#nodesUntil);
    if (this.#nodesUntil.length - free.length >= AWAY_MAX) return;
    const node = this.#chance.pick(free);
    const [begin, end] = this.#chance.isHit(0.6)
      ? ["kill", "restart"] as const
      : ["stop", "continue"] as const;
    this.#nodesUntil[node] = this.#during({ kind: begin, node }, { kind: end, node });
  }

  #linkFault(): void {
    const free = this.#free(this.#linksUntil);
    if (free.length === 0) return;
    const link = this.#chance.pick(free);
    const side = this.#chance.pick(SIDES);
    const set = (on: Partial<DirectionFaults>, off: Partial<DirectionFaults>): number =>
      this.#during({ kind: "set", link, side, faults: on }, {
        kind: "set",
        link,
        side,
        faults: off,
      });
    const heal = { kind: "heal", link } as const;
    const choices: readonly (() => number | void)[] = [
      () => this.#during({ kind: "cut", link, how: "reset", side: "both" }, heal),
      () => this.#during({ kind: "cut", link, how: "silent", side }, heal),
      () => set({ isBlackHole: true }, { isBlackHole: false }),
      () => set({ isStopped: true }, { isStopped: false }),
      () => set({ pieceBytes: this.#chance.between(1, 64) }, { pieceBytes: Infinity }),
      () =>
        set({ bytesPerSecond: this.#chance.between(2_000, 50_000) }, { bytesPerSecond: Infinity }),
      // A delay stays: the tables have to come right behind it, too.
      () => this.#note({ kind: "set", link, side, faults: { delayMs: this.#delayMs() } }),
      () => this.#note({ kind: "reset", link }),
      () => this.#note({ kind: "resetAfter", link, bytes: this.#chance.between(1, 2_000) }),
    ];
    this.#linksUntil[link] = this.#chance.pick(choices)() ?? 0;
  }

  /** The last faults stay, and come when the tables are right: a node is dead, one stands still, and a link between clusters is silent. */
  #last(): void {
    const nodes = [...this.#nodesUntil.keys()];
    const dead = this.#chance.pick(nodes);
    const still = this.#chance.pick(nodes.filter((node) => node !== dead));
    const bridges = [...this.#edges.keys()].filter((link) => {
      const { from, to } = this.#edges[link] ?? { from: 0, to: 0 };
      return clusterOf(from) !== clusterOf(to);
    });
    const [link, side] = [this.#chance.pick(bridges), this.#chance.pick(SIDES)];
    this.#now = this.#churnMs;
    this.#note({ kind: "kill", node: dead });
    this.#note({ kind: "stop", node: still });
    this.#note({ kind: "cut", link, how: "silent", side });
  }

  #delayMs(): number {
    return Math.round(this.#chance.logBetween(1, 150));
  }

  #free(until: readonly number[]): number[] {
    return [...until.keys()].filter((one) => (until[one] ?? 0) < this.#now);
  }

  #note(fault: NodeFault | LinkFault): void {
    this.faults.push({ atMs: this.#now, ...fault });
  }

  /** Notes a fault and its end, which comes before the last faults. */
  #during(begin: NodeFault | LinkFault, end: NodeFault | LinkFault): number {
    this.#note(begin);
    const [least, most] = this.#chance.isHit(LONG_CHANCE) ? LASTS_LONG_MS : LASTS_MS;
    const lastsMs = Math.round(this.#chance.logBetween(least, most));
    const atMs = Math.min(this.#now + lastsMs, this.#churnMs - 1);
    this.faults.push({ atMs, ...end });
    return atMs;
  }
}

/** All that happens to the federation, in order of time; the same for the same seed. */
export function drawChurn(
  seed: number,
  nodes: number,
  edges: readonly ChurnEdge[],
  churnMs: number,
  pauseMs: readonly [number, number] = PAUSE_MS,
): ChurnFault[] {
  const drawer = new StoryDrawer(seed, nodes, edges, churnMs, pauseMs);
  drawer.draw();
  return drawer.faults.toSorted((a, b) => a.atMs - b.atMs);
}

/** A fault as a line for people. */
export function faultLine(fault: ChurnFault, names: {
  readonly node: (node: number) => string;
  readonly link: (link: number) => string;
}): string {
  const { atMs, kind, ...rest } = fault;
  const what = "node" in rest
    ? names.node(rest.node)
    : `${names.link(rest.link)} ${
      Object.entries(rest).filter(([key]) => key !== "link").map(([key, value]) =>
        `${key} ${typeof value === "object" ? Object.entries(value).flat().join(" ") : value}`
      ).join(", ")
    }`;
  return `${String(atMs).padStart(6)} ms ${kind} ${what}`.trimEnd();
}
