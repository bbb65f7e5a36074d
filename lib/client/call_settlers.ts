import type { Outcome } from "../core/effects.ts";
import type { CallId } from "../core/events.ts";
import { type CallError, FarcallError } from "../protocol/errors.ts";
import type { JsonValue } from "../protocol/json_value.ts";

interface Settler {
  readonly resolve: (value: JsonValue) => void;
  readonly reject: (error: FarcallError) => void;
  /** Takes the listener off the caller's signal. */
  readonly release: () => void;
}

/** A call that has begun, and the promise of its end. */
export interface BegunCall {
  /** Its number towards the machine. */
  readonly call: CallId;
  /** Its one end. */
  readonly result: Promise<JsonValue>;
}

/**
 * The promises of calls that have not ended: each is settled exactly once, by the machine's word or by `abandon`, and holds
 * on to its caller's signal no longer than that.
 */
export class CallSettlers {
  readonly #settlers = new Map<CallId, Settler>();
  #last = 0;

  /** Calls that have not ended. */
  get size(): number {
    return this.#settlers.size;
  }

  /**
   * Begins a call.
   *
   * @param signal The caller's; must not be aborted yet.
   * @param cancel Called when it aborts; the promise still waits for the machine's word.
   */
  begin(signal: AbortSignal | undefined, cancel: (call: CallId) => void): BegunCall {
    this.#last += 1;
    const call = this.#last;
    const result = new Promise<JsonValue>((resolve, reject) => {
      const aborted = (): void => cancel(call);
      signal?.addEventListener("abort", aborted, { once: true });
      const release = (): void => signal?.removeEventListener("abort", aborted);
      this.#settlers.set(call, { resolve, reject, release });
    });
    return { call, result };
  }

  /** Ends a call. One that has ended, or never began, is left alone. */
  settle(call: CallId, outcome: Outcome): void {
    const settler = this.#settlers.get(call);
    if (settler === undefined) return;
    this.#settlers.delete(call);
    settler.release();
    if (!outcome.ok) return settler.reject(new FarcallError(outcome.error));
    try {
      settler.resolve(outcome.value.value);
    } catch (error) {
      settler.reject(FarcallError.from(error));
    }
  }

  /** Ends all that is left: the machine will say nothing more. */
  abandon(error: CallError): void {
    for (const call of [...this.#settlers.keys()]) this.settle(call, { ok: false, error });
  }
}
