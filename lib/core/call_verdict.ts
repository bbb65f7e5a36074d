import type { CallError, ErrorCode } from "../protocol/errors.ts";
import type { ProviderOutcome } from "../rpc/provider_selection.ts";
import type { Outcome } from "./effects.ts";

/** Errors with which a node refuses a call that it does not run; others may. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "RESOURCE_EXHAUSTED",
  "DRAINING",
  "UNAVAILABLE",
  "FUNCTION_NOT_FOUND",
  "NO_PROVIDER",
  "CONTRACT_MISMATCH",
]);

/** Errors that tell against the node that was asked, as opposed to the question. */
const FAULTS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "UNAVAILABLE",
  "DEADLINE_EXCEEDED",
  "RESOURCE_EXHAUSTED",
  "INTERNAL",
  "LOOP",
]);

/**
 * Whether another provider may be asked: nothing ran, or it may run twice and the node that was asked is lost.
 */
export function mayGoElsewhere({ code, ran }: CallError, isIdempotent: boolean): boolean {
  if (ran === "no") return REFUSALS.has(code);
  return isIdempotent && code === "UNAVAILABLE";
}

/** What an end says of the node that was asked. */
export function verdictOf(outcome: Outcome): ProviderOutcome {
  if (outcome.ok) return "ok";
  const { code } = outcome.error;
  // A node that leaves is no worse for it.
  if (code === "CANCELLED" || code === "DRAINING") return "cancelled";
  return FAULTS.has(code) ? "failed" : "ok";
}
