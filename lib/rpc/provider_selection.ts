/**
 * Which of several matching providers a call goes to.
 *
 * Of the nearest healthy ones, the less loaded of two drawn at random: that keeps the load nearly as even as always
 * taking the least loaded, without the stampede to it (M. Mitzenmacher, "The Power of Two Choices in Randomized Load
 * Balancing", IEEE TPDS 12(10), 2001). Load is what this node itself has in flight there.
 *
 * A provider that fails several times in a row rests; when the rest is over one call tries it. While that call is on
 * its way the next rest already runs, so a provider that swallows calls gets one per rest and not all of them. A failed
 * try doubles the rest, any success ends it. When all in question rest, the nearest are used anyway.
 *
 * @module
 */

import {
  COOL_DOWN_FAILURES,
  COOL_DOWN_MS,
  COOL_DOWN_MS_MAX,
  LEAVING_REST_MS,
} from "../protocol/limits.ts";

/** A provider that may be picked. */
export interface Candidate {
  /** Its node, by which load and failures are counted. */
  readonly origin: string;
  /** Links to it; 0 = this node itself. */
  readonly distance: number;
}

/** How a call ended, as far as it tells of its provider; `"cancelled"` tells nothing. */
export type ProviderOutcome = "ok" | "failed" | "cancelled";

interface Failing {
  /** In a row. */
  failures: number;
  /** 0 = it has not failed often enough to rest. */
  restMs: number;
  restsUntil: number;
  isOnTrial: boolean;
  /** It said that it leaves, which is no failure. */
  isLeaving: boolean;
}

/** Why a provider is passed over, and until when, in ms. */
export interface Rest {
  /** `leaving`: it said so. `failing`: it failed again and again. */
  readonly because: "leaving" | "failing";
  /** When it is tried again. */
  readonly until: number;
}

/** Failing providers remembered; beyond it the one that began to fail first is forgotten, and counts as healthy. */
const FAILING_MAX = 4_096;

/** Picks providers and remembers how they do. */
export class ProviderSelection {
  readonly #random: () => number;
  /** Calls in flight by origin; an entry goes with its last call. */
  readonly #load = new Map<string, number>();
  /** An entry goes with the first success. */
  readonly #failing = new Map<string, Failing>();

  /**
   * A selection that knows nothing of any provider.
   *
   * @param random Uniform in [0, 1).
   */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Providers that are remembered, for whatever reason. */
  get size(): number {
    return new Set([...this.#load.keys(), ...this.#failing.keys()]).size;
  }

  /** Calls in flight to a provider. */
  loadOf(origin: string): number {
    return this.#load.get(origin) ?? 0;
  }

  /**
   * The provider that a call shall go to now. Whoever sends it there says so with {@linkcode ProviderSelection.started}.
   *
   * @param candidates Nearest first.
   * @param now In ms.
   * @param excluded Origins that are out of the question. Default: none.
   * @returns `undefined` when nothing is left to pick from.
   */
  pick<One extends Candidate>(
    candidates: readonly One[],
    now: number,
    excluded?: ReadonlySet<string>,
  ): One | undefined {
    const isAllowed = (one: One): boolean => excluded?.has(one.origin) !== true;
    const healthy = nearest(candidates, (one) => isAllowed(one) && !this.#rests(one.origin, now));
    const picked = this.#lessLoaded(
      healthy.length > 0 ? healthy : nearest(candidates, isAllowed),
    );
    if (picked !== undefined) this.#putOnTrial(picked.origin, now);
    return picked;
  }

  /** A call was sent to a provider. */
  started(origin: string): void {
    this.#load.set(origin, this.loadOf(origin) + 1);
  }

  /**
   * A call that was sent to a provider has ended.
   *
   * @param now In ms.
   */
  ended(origin: string, outcome: ProviderOutcome, now: number): void {
    const load = this.loadOf(origin) - 1;
    if (load > 0) this.#load.set(origin, load);
    else this.#load.delete(origin);
    if (outcome === "ok") this.#failing.delete(origin);
    else if (outcome === "failed") this.#failed(origin, now);
  }

  /** A provider says that it is leaving: others are taken until it is gone or has come back. */
  leaves(origin: string, now: number): void {
    const failing = this.#failing.get(origin) ?? this.#newlyFailing(origin);
    failing.isLeaving = true;
    failing.restsUntil = Math.max(failing.restsUntil, now + LEAVING_REST_MS);
  }

  /** Why a provider is passed over now; `undefined` = it is not. */
  restOf(origin: string, now: number): Rest | undefined {
    const failing = this.#failing.get(origin);
    if (failing === undefined || now >= failing.restsUntil) return undefined;
    return { because: failing.isLeaving ? "leaving" : "failing", until: failing.restsUntil };
  }

  #rests(origin: string, now: number): boolean {
    const failing = this.#failing.get(origin);
    return failing !== undefined && now < failing.restsUntil;
  }

  #putOnTrial(origin: string, now: number): void {
    const failing = this.#failing.get(origin);
    if (failing === undefined || failing.restMs === 0 || now < failing.restsUntil) return;
    failing.isOnTrial = true;
    failing.restsUntil = now + failing.restMs;
  }

  #failed(origin: string, now: number): void {
    const failing = this.#failing.get(origin) ?? this.#newlyFailing(origin);
    failing.failures += 1;
    failing.isLeaving = false;
    if (failing.restMs === 0 && failing.failures >= COOL_DOWN_FAILURES) {
      failing.restMs = COOL_DOWN_MS;
    } else if (failing.isOnTrial) {
      failing.restMs = Math.min(2 * failing.restMs, COOL_DOWN_MS_MAX);
    } else return; // A late failure of a call from before the rest is no news.
    failing.isOnTrial = false;
    failing.restsUntil = now + failing.restMs;
  }

  #newlyFailing(origin: string): Failing {
    for (const oldest of this.#failing.keys()) {
      if (this.#failing.size < FAILING_MAX) break;
      this.#failing.delete(oldest);
    }
    const failing = {
      failures: 0,
      restMs: 0,
      restsUntil: 0,
      isOnTrial: false,
      isLeaving: false,
    };
    this.#failing.set(origin, failing);
    return failing;
  }

  #lessLoaded<One extends Candidate>(candidates: readonly One[]): One | undefined {
    const count = candidates.length;
    if (count < 2) return candidates[0];
    const first = Math.floor(this.#random() * count);
    const step = 1 + Math.floor(this.#random() * (count - 1));
    const one = candidates[first];
    const other = candidates[(first + step) % count];
    if (one === undefined || other === undefined) return one;
    return this.loadOf(other.origin) < this.loadOf(one.origin) ? other : one;
  }
}

/** Those that pass and are as near as the first that does. */
function nearest<One extends Candidate>(
  candidates: readonly One[],
  passes: (one: One) => boolean,
): readonly One[] {
  const tier: One[] = [];
  for (const one of candidates) {
    const distance = tier[0]?.distance;
    if (distance !== undefined && one.distance > distance) break;
    if (passes(one)) tier.push(one);
  }
  return tier;
}
