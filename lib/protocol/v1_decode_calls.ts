/**
 * From JSON to the messages of calls in `farcall.v1`.
 *
 * @module
 */

import { type CallError, callError, isErrorCode, type Ran } from "./errors.ts";
import {
  ANY,
  ARGS,
  BOOLEAN,
  FUNCTION,
  KWARGS,
  NUMBER,
  OBJECT,
  RESOURCES,
  TEXT,
  URL_OF_NODE,
} from "./field_shapes.ts";
import { defaulted, optional, required, type Shape } from "./json_fields.ts";
import type { JsonObject } from "./json_value.ts";
import { Payload } from "./payload.ts";
import { reachWord } from "./reach.ts";
import type {
  AcceptedMessage,
  CallMessage,
  CancelMessage,
  ErrorMessage,
  ExplainMessage,
  OfferMessage,
  ResultMessage,
  WithdrawMessage,
} from "./v1_messages.ts";
import { RECEIPT, TAKINGS } from "./v1_decode_requests.ts";
import {
  ASKED_CONTRACT,
  CALL_ID,
  CREDIT,
  DIFFERENCES,
  MAX_HOPS,
  OFFER_CONTRACT,
  REACH,
  SCOPE,
  STREAMED,
  TIMEOUT_MS,
  TTL,
  UINT32,
} from "./v1_shapes.ts";

const RAN: Shape<Ran> = {
  expected: "no, yes or unknown",
  parse: (value) => value === "no" || value === "yes" || value === "unknown" ? value : undefined,
};
// A code that a later version adds must not cost the link: it is INTERNAL, and what may be retried still holds.
const ERROR: Shape<CallError> = {
  expected: "an error",
  parse(value) {
    const error = OBJECT.parse(value);
    if (error === undefined) return undefined;
    const code = required(error, "code", TEXT);
    const ran = required(error, "ran", RAN);
    const retryAfterMs = optional(error, "retry_after_ms", NUMBER);
    const details = optional(error, "details", ANY);
    const made = callError(
      isErrorCode(code) ? code : "INTERNAL",
      required(error, "message", TEXT),
      ran,
      {
        ...(retryAfterMs === undefined ? {} : { retryAfterMs: Math.max(retryAfterMs, 0) }),
        ...(details === undefined ? {} : { details }),
      },
    );
    return { ...made, retryable: required(error, "retryable", BOOLEAN) };
  },
};

/** Runs one function. */
export function decodeCall(value: JsonObject): CallMessage {
  const kwargs = optional(value, "kwargs", KWARGS);
  const target = optional(value, "target", URL_OF_NODE);
  const ttl = optional(value, "ttl", TTL);
  const contract = optional(value, "contract", ASKED_CONTRACT);
  const hedgeMs = optional(value, "hedge_ms", TIMEOUT_MS);
  const credit = optional(value, "credit", CREDIT);
  const resumeFrom = optional(value, "resume_from", CALL_ID);
  const offer = optional(value, "offer", CALL_ID);
  const streamed = optional(value, "streamed", STREAMED);
  const takes = optional(value, "takes", TAKINGS);
  return {
    type: "call",
    id: required(value, "id", CALL_ID),
    fun: required(value, "fun", FUNCTION),
    resources: defaulted(value, "resources", RESOURCES, []),
    args: Payload.fromValue(required(value, "args", ARGS)),
    ...(kwargs === undefined ? {} : { kwargs: Payload.fromValue(kwargs) }),
    timeoutMs: required(value, "timeout_ms", TIMEOUT_MS),
    ...(target === undefined ? {} : { target }),
    ...(ttl === undefined ? {} : { ttl }),
    ...(contract === undefined ? {} : { contract }),
    ...(optional(value, "idempotent", BOOLEAN) === true ? { idempotent: true } : {}),
    ...(optional(value, "wait", BOOLEAN) === true ? { wait: true } : {}),
    ...(hedgeMs === undefined ? {} : { hedgeMs }),
    ...(credit === undefined ? {} : { credit }),
    ...(resumeFrom === undefined ? {} : { resumeFrom }),
    ...(streamed === undefined || streamed.length === 0 ? {} : { streamed }),
    ...(offer === undefined ? {} : { offer }),
    ...reachWord(optional(value, "reach", REACH)),
    ...(optional(value, "keep", BOOLEAN) === true ? { keep: true } : {}),
    ...(takes === undefined ? {} : { takes }),
  };
}

/** Asks where a call would go. */
export function decodeExplain(value: JsonObject): ExplainMessage {
  return {
    type: "explain",
    id: required(value, "id", CALL_ID),
    fun: required(value, "fun", FUNCTION),
    resources: defaulted(value, "resources", RESOURCES, []),
    ...reachWord(optional(value, "reach", REACH)),
  };
}

/** The function runs. */
export function decodeAccepted(value: JsonObject): AcceptedMessage {
  return { type: "accepted", id: required(value, "id", CALL_ID) };
}

/** A client offers a function. */
export function decodeOffer(value: JsonObject): OfferMessage {
  const contract = optional(value, "contract", OFFER_CONTRACT);
  return {
    type: "offer",
    id: required(value, "id", CALL_ID),
    fun: required(value, "fun", FUNCTION),
    resources: defaulted(value, "resources", RESOURCES, []),
    maxHops: required(value, "max_hops", MAX_HOPS),
    scope: required(value, "scope", SCOPE),
    concurrency: required(value, "concurrency", UINT32),
    queue: required(value, "queue", UINT32),
    ...(contract === undefined ? {} : { contract }),
  };
}

/** A client takes an offer back. */
export function decodeWithdraw(value: JsonObject): WithdrawMessage {
  return { type: "withdraw", id: required(value, "id", CALL_ID) };
}

/** The good end. */
export function decodeResult(value: JsonObject): ResultMessage {
  const differs = optional(value, "differs", DIFFERENCES);
  const kept = optional(value, "kept", RECEIPT);
  return {
    type: "result",
    id: required(value, "id", CALL_ID),
    value: Payload.fromValue(required(value, "value", ANY)),
    ...(differs === undefined ? {} : { differs }),
    ...(kept === undefined ? {} : { kept }),
  };
}

/** The bad end. */
export function decodeError(value: JsonObject): ErrorMessage {
  return {
    type: "error",
    id: required(value, "id", CALL_ID),
    error: required(value, "error", ERROR),
  };
}

/** The caller gave up. */
export function decodeCancel(value: JsonObject): CancelMessage {
  return { type: "cancel", id: required(value, "id", CALL_ID) };
}
