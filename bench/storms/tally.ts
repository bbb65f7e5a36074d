import { Standstill } from "../../tests/integration/storm_standstill.ts";

/** How long calls took, in ms. */
export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What a tenth of a second was like, for calls that ended in it. */
export interface Moment {
  /** Since the epoch, in ms. */
  readonly at: number;
  readonly ok: number;
  readonly failed: number;
  /** Of calls that ended well, in ms. */
  readonly p50: number;
}

/** What became of calls. */
export interface Tallied {
  /** How long calls were counted, in s. */
  readonly seconds: number;
  /** By `ok`, or code and `ran`. */
  readonly ends: Readonly<Record<string, Latencies>>;
  readonly moments: readonly Moment[];
  /** How long this process got no processor in all, in ms. Such time is not in the latencies. */
  readonly stillMs: number;
}

/** What a process does first is slow, and is not counted, in ms. */
const WARM_MS = 500;
const MOMENT_MS = 100;

/** Counts how calls ended, and how long they took. */
export class Tally {
  readonly #standstill = new Standstill();
  readonly #startedAt = performance.now();
  readonly #took = new Map<string, number[]>();
  readonly #moments = new Map<number, { ok: number[]; failed: number }>();

  /** How long this process has got no processor so far, in ms. */
  get stillMs(): number {
    return this.#standstill.ms;
  }

  /**
   * A call ended.
   *
   * @param began When it was made, by `performance.now`.
   * @param stillMs For how long of that this process got no processor: it could not hear of the end.
   */
  ended(how: string, began: number, now: number, stillMs = 0): void {
    if (began <= this.#startedAt + WARM_MS) return;
    const ms = Math.max(0, now - began - stillMs);
    const list = this.#took.get(how);
    if (list === undefined) this.#took.set(how, [ms]);
    else list.push(ms);
    const at = Math.floor(Date.now() / MOMENT_MS) * MOMENT_MS;
    const moment = this.#moments.get(at) ?? { ok: [], failed: 0 };
    this.#moments.set(at, moment);
    if (how === "ok") moment.ok.push(ms);
    else moment.failed += 1;
  }

  /** What became of them. */
  report(seconds: number): Tallied {
    this.#standstill.end();
    return {
      seconds: seconds - WARM_MS / 1_000,
      ends: Object.fromEntries([...this.#took].map(([how, list]) => [how, latencies(list)])),
      moments: [...this.#moments].map(([at, { ok, failed }]) => {
        return { at, ok: ok.length, failed, p50: latencies(ok).p50 };
      }),
      stillMs: Math.round(this.#standstill.ms),
    };
  }
}

function latencies(list: readonly number[]): Latencies {
  const sorted = list.toSorted((a, b) => a - b);
  const at = (part: number): number =>
    Math.round((sorted[Math.floor((sorted.length - 1) * part)] ?? 0) * 10) / 10;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
