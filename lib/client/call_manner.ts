import type { CallManner } from "../core/call_record.ts";
import { CALL_TIMEOUT_MS_DEFAULT, CALL_TIMEOUT_MS_MAX } from "../protocol/limits.ts";
import { isReach, type Reach, REACHES } from "../protocol/reach.ts";
import type { CallOptions, RepeatOptions } from "./call_options.ts";

/**
 * How a call wants to be treated.
 *
 * @throws {TypeError} If an option is not what it must be, or only an idempotent call may have it.
 * @throws {RangeError} If `hedge` is negative.
 */
export function mannerOf(options: CallOptions & RepeatOptions): CallManner {
  return {
    idempotent: options.idempotent === true,
    waits: waitsOf(options),
    hedgeMs: hedgeOf(options),
    reach: reachOf(options),
  };
}

/**
 * How providers are reached; `undefined` = as the node does it.
 *
 * @throws {TypeError} If `reach` is not one of its three words.
 */
export function reachOf({ reach }: Pick<CallOptions, "reach">): Reach | undefined {
  if (reach === undefined || isReach(reach)) return reach;
  throw new TypeError(`Not a reach, expected ${REACHES.join(", ")}: ${JSON.stringify(reach)}`);
}

/**
 * Whether a call or request waits for providers.
 *
 * @throws {TypeError} If `whenMissing` is not one of its two words.
 */
export function waitsOf({ whenMissing = "fail" }: CallOptions): boolean {
  if (whenMissing === "fail" || whenMissing === "wait") return whenMissing === "wait";
  throw new TypeError(`Not a whenMissing, expected "fail" or "wait": ${whenMissing}`);
}

/**
 * How long it may take in all, in ms.
 *
 * @throws {RangeError} If it is not above 0.
 */
export function timeoutOf(
  { timeout = CALL_TIMEOUT_MS_DEFAULT }: Pick<CallOptions, "timeout">,
): number {
  if (timeout > 0) return Math.min(timeout, CALL_TIMEOUT_MS_MAX);
  throw new RangeError(`Not a timeout, expected more than 0 ms: ${timeout}`);
}

function hedgeOf({ hedge, idempotent }: RepeatOptions): number | undefined {
  if (hedge === undefined) return undefined;
  if (idempotent !== true) throw new TypeError("Only an `idempotent` call can be hedged");
  if (hedge >= 0) return Math.min(hedge, CALL_TIMEOUT_MS_MAX);
  throw new RangeError(`Not a hedge, expected 0 ms or more: ${hedge}`);
}
