import type { CallError, Ran } from "../protocol/errors.ts";

/** Whether something ran, when it was tried more than once or has several parts: one that did is enough. */
export function combinedRan(one: Ran, other: Ran): Ran {
  if (one === "yes" || other === "yes") return "yes";
  return one === "unknown" || other === "unknown" ? "unknown" : "no";
}

/** An error that says what is known of whether the function ran; what may have run is not simply tried again. */
export function withRan(error: CallError, ran: Ran): CallError {
  if (ran === error.ran) return error;
  const { code, message, retryAfterMs, details } = error;
  const retryable = ran === "no" && (error.retryable || code === "UNAVAILABLE");
  // Field by field: an Error's message is not among what `...` copies.
  return {
    ...{ code, message, ran, retryable },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(details === undefined ? {} : { details }),
  };
}
