import type { ErrorCode } from "../protocol/errors.ts";
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
  "DRAINING",
  "INTERNAL",
  "LOOP",
]);

/** Whether nothing ran and another provider may be asked. */
export function isRefusal(outcome: Outcome): boolean {
  return !outcome.ok && outcome.error.ran === "no" && REFUSALS.has(outcome.error.code);
}

/** What an end says of the node that was asked. */
export function verdictOf(outcome: Outcome): ProviderOutcome {
  if (outcome.ok) return "ok";
  if (outcome.error.code === "CANCELLED") return "cancelled";
  return FAULTS.has(outcome.error.code) ? "failed" : "ok";
}
