import type { Clock } from "../edges/system_clock.ts";
import { callError, FarcallError, type Ran } from "../protocol/errors.ts";

/** Bounds the waiting of a caller for promises of others, like a schema's: no call waits longer than its caller would. */
export class Deadline {
  readonly #clock: Clock;
  readonly #endAt: number;
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal | undefined;

  /**
   * Begins now.
   *
   * @param timeoutMs How long everything may take together.
   * @param signal The caller's.
   */
  constructor(clock: Clock, timeoutMs: number, signal: AbortSignal | undefined) {
    this.#clock = clock;
    this.#endAt = clock.now() + timeoutMs;
    this.#timeoutMs = timeoutMs;
    this.#signal = signal;
  }

  /** What is left, in ms; at least 1, so that a call that is begun too late fails by its deadline. */
  get leftMs(): number {
    return Math.max(1, this.#endAt - this.#clock.now());
  }

  /**
   * A promise's value.
   *
   * @param what What is waited for, for the error.
   * @param ran Whether the function has run, for the error.
   * @throws {FarcallError} `DEADLINE_EXCEEDED` or `CANCELLED`.
   */
  async bound<Value>(promise: Promise<Value>, what: string, ran: Ran): Promise<Value> {
    let stop: () => void = () => {};
    const end = new Promise<never>((_, reject) => {
      const late = (): void => {
        const message = `${what} took longer than the ${this.#timeoutMs} ms of the call`;
        reject(new FarcallError(callError("DEADLINE_EXCEEDED", message, ran)));
      };
      const aborted = (): void => {
        const error = callError("CANCELLED", `The caller gave up while waiting for ${what}`, ran);
        reject(new FarcallError(error, { cause: this.#signal?.reason }));
      };
      const cancelTimer = this.#clock.wake(this.#endAt, late);
      this.#signal?.addEventListener("abort", aborted, { once: true });
      if (this.#signal?.aborted) aborted();
      stop = () => {
        cancelTimer();
        this.#signal?.removeEventListener("abort", aborted);
      };
    });
    try {
      return await Promise.race([promise, end]);
    } finally {
      stop();
    }
  }
}
