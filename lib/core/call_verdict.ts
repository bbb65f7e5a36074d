import { type CallError, callError, type ErrorCode } from "../protocol/errors.ts";
import { isJsonObject } from "../protocol/json_value.ts";
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
 * A call could not be run since a result that it needs could not be got where it was to run; nothing ran. Whoever runs the
 * request gets it and sends it along.
 */
export function untaken(message: string, ticket: string): CallError {
  return callError("UNAVAILABLE", message, "no", { details: { untaken: ticket } });
}

/** Whether a call ended since it could not get a result that it needs. */
export function isUntaken({ code, ran, details }: CallError): boolean {
  return code === "UNAVAILABLE" && ran === "no" && isJsonObject(details) &&
    typeof details["untaken"] === "string";
}

/**
 * Whether another provider may be asked: nothing ran, or it may run twice and the node that was asked is lost.
 */
export function mayGoElsewhere(error: CallError, isIdempotent: boolean): boolean {
  const { code, ran } = error;
  // Another one would ask the same node for the same result.
  if (isUntaken(error)) return false;
  if (ran === "no") return REFUSALS.has(code);
  return isIdempotent && code === "UNAVAILABLE";
}

/** What an end says of the node that was asked. */
export function verdictOf(outcome: Outcome): ProviderOutcome {
  if (outcome.ok) return "ok";
  const { code } = outcome.error;
  if (isUntaken(outcome.error)) return "cancelled";
  // A node that leaves is no worse for it.
  if (code === "CANCELLED" || code === "DRAINING") return "cancelled";
  return FAULTS.has(code) ? "failed" : "ok";
}
