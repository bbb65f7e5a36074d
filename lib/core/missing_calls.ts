import { PARKED_CALLS_MAX, PARKED_LOOK_MS } from "../protocol/limits.ts";
import type { CallError } from "../protocol/errors.ts";
import type { FunctionName } from "../protocol/names.ts";
import type { CallRecord } from "./call_record.ts";

/** Calls that wait until somebody offers what they ask for. */
export class MissingCalls {
  readonly #byFunction = new Map<FunctionName, Map<CallRecord, CallError>>();
  readonly #stirred = new Set<FunctionName>();
  #size = 0;
  #lookAt = Infinity;

  /** Calls that wait. */
  get size(): number {
    return this.#size;
  }

  /** When to look again without any news. */
  get nextAt(): number {
    return this.#stirred.size > 0 ? -Infinity : this.#lookAt;
  }

  /**
   * Takes a call in.
   *
   * @param error How it ends if nobody comes.
   * @param isListed Whether somebody is listed who could not be reached: no offer will tell when that is over.
   * @returns Whether there was room.
   */
  park(record: CallRecord, error: CallError, isListed: boolean, now: number): boolean {
    if (this.#size >= PARKED_CALLS_MAX) return false;
    const { fun } = record.spec;
    const same = this.#byFunction.get(fun);
    if (same === undefined) this.#byFunction.set(fun, new Map([[record, error]]));
    else same.set(record, error);
    this.#size += 1;
    if (isListed) this.#lookAt = Math.min(this.#lookAt, now + PARKED_LOOK_MS);
    return true;
  }

  /** Takes a call out, and gives how it ends if its time is over; `undefined` = it does not wait. */
  leave(record: CallRecord): CallError | undefined {
    const same = this.#byFunction.get(record.spec.fun);
    const error = same?.get(record);
    if (same === undefined || error === undefined) return undefined;
    same.delete(record);
    this.#size -= 1;
    if (same.size === 0) this.#byFunction.delete(record.spec.fun);
    return error;
  }

  /** Somebody offers a function anew. */
  offered(fun: FunctionName): void {
    if (this.#byFunction.has(fun)) this.#stirred.add(fun);
  }

  /** Takes out the calls that may find somebody now. */
  takeReady(now: number): CallRecord[] {
    const functions = this.#lookAt <= now ? [...this.#byFunction.keys()] : [...this.#stirred];
    if (this.#lookAt <= now) this.#lookAt = Infinity;
    this.#stirred.clear();
    const ready = functions.flatMap((fun) => [...this.#byFunction.get(fun)?.keys() ?? []]);
    for (const record of ready) this.leave(record);
    return ready;
  }
}
