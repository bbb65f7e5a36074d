import { RETRY_TOKENS, RETRY_TOKENS_MAX, SUCCESSES_PER_RETRY } from "../protocol/limits.ts";

/**
 * How many retries a node may make: each costs one token, each good end of a call earns a tenth. When most calls fail, the
 * retries end, and a federation that is overloaded is not loaded further by those who could not get through.
 */
export class RetryBudget {
  #tokens = RETRY_TOKENS;

  /** A call ended well. */
  earn(): void {
    this.#tokens = Math.min(RETRY_TOKENS_MAX, this.#tokens + 1 / SUCCESSES_PER_RETRY);
  }

  /** Takes the price of one retry. Returns whether there was enough. */
  spend(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
