import { type Calling, FarcallError } from "@farcall/farcall/client";
import { delay } from "@std/async";
import { Chance } from "../../lib/testing/seeded_chance.ts";
import type { Journal } from "./storm_journal.ts";
import { Standstill } from "./storm_standstill.ts";

/** How the calls of one process are made. */
export interface CallerPlan {
  /** Where journals are, and where the file `rest` will be when no more calls are wanted. */
  readonly directory: string;
  /** The process: a node and its life, or a client. */
  readonly name: string;
  readonly seed: number;
  /** Calls a second that it makes. */
  readonly rate: number;
}

/** Calls of one process under way at once; who stood still does not make up for it. */
const OPEN_MAX = 256;
const BEAT_MS = 25;
const TIMEOUTS_MS: readonly number[] = [100, 1_000, 5_000];

/** Functions of the storm, as often as they are called. */
const CALLED: readonly string[] = [
  ...["quick", "quick", "quick", "linger", "linger", "stubborn", "rare", "fail", "chain", "none"],
];

/** What a function must give for a call, so that no two can be mistaken for each other. */
export function answerTo(id: string): string {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) % 1_000_003;
  return `${id}=${sum}`;
}

/** Makes calls, and writes down what becomes of each. */
export class StormCaller {
  readonly #plan: CallerPlan;
  readonly #journal: Journal;
  readonly #chance: Chance;
  readonly #standstill = new Standstill();
  #count = 0;
  #open = 0;

  /** @param journal Outlives the process. */
  constructor(plan: CallerPlan, journal: Journal) {
    this.#plan = plan;
    this.#journal = journal;
    this.#chance = new Chance(plan.seed, 5);
  }

  /** Calls until no more are wanted and all have ended. */
  async callOn(calling: Calling): Promise<void> {
    const perBeat = this.#plan.rate * BEAT_MS / 1_000;
    let due = 0;
    while (!isOver(this.#plan.directory)) {
      due = Math.min(due + perBeat, 4 * perBeat + 1);
      for (; due >= 1 && this.#open < OPEN_MAX; due -= 1) void this.#callAny(calling);
      await delay(BEAT_MS);
    }
    while (this.#open > 0) await delay(BEAT_MS);
    this.#standstill.end();
  }

  /** One call of a function that runs here, on behalf of whoever called it. */
  async callWithin(calling: Calling): Promise<void> {
    await this.#call(calling, "quick", { timeout: 5_000, idempotent: false });
  }

  async #callAny(calling: Calling): Promise<void> {
    const chance = this.#chance;
    const idempotent = chance.isHit(0.5);
    const giveUpMs = chance.isHit(0.05) ? Math.ceil(chance.logBetween(1, 1_000)) : Infinity;
    const options = {
      idempotent,
      timeout: chance.pick(TIMEOUTS_MS),
      ...(chance.isHit(0.3) ? { whenMissing: "wait" as const } : {}),
      ...(idempotent && chance.isHit(0.2) ? { hedge: chance.between(0, 200) } : {}),
      ...(chance.isHit(0.1) ? { reach: chance.pick(["direct", "relay"] as const) } : {}),
      ...(giveUpMs === Infinity ? {} : { signal: AbortSignal.timeout(giveUpMs) }),
    };
    await this.#call(calling, chance.pick(CALLED), options, giveUpMs).catch(() => {});
  }

  async #call(
    calling: Calling,
    fun: string,
    options: NonNullable<Parameters<Calling["call"]>[2]> & {
      readonly timeout: number;
      readonly idempotent: boolean;
    },
    giveUpMs = Infinity,
  ): Promise<void> {
    this.#count += 1;
    this.#open += 1;
    const id = `${this.#plan.name}.${this.#count}`;
    const stillBefore = this.#standstill.ms;
    const withinMs = Math.min(options.timeout, giveUpMs);
    this.#journal.begins(id, fun, options.idempotent);
    const began = performance.now();
    const ends = (how: string): void => {
      const stillMs = this.#standstill.ms - stillBefore;
      this.#journal.ends(id, how, performance.now() - began - withinMs - stillMs);
    };
    try {
      const got = await calling.call(fun, [id], options);
      ends(got === answerTo(id) ? "ok" : `wrong:${got}`);
    } catch (error) {
      ends(error instanceof FarcallError ? `${error.code}/${error.ran}` : `wrong:${error}`);
      throw error;
    } finally {
      this.#open -= 1;
    }
  }
}

function isOver(directory: string): boolean {
  try {
    return Deno.statSync(`${directory}/rest`).isFile;
  } catch {
    return false;
  }
}
