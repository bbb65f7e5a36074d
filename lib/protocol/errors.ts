/**
 * The closed set of error codes, one error shape for the wire, one class for callers, one way in from anything caught.
 *
 * @module
 */

import { jsonExcess } from "./json_scan.ts";
import { ERROR_DETAILS_MAX, ERROR_MESSAGE_MAX, PAYLOAD_DEPTH_MAX } from "./limits.ts";
import type { JsonValue } from "./json_value.ts";

/** Whether the function ran: only `"no"` may be retried for every function. */
export type Ran = "no" | "yes" | "unknown";

/** All error codes, in the order of the table in the wire's specification. */
export const ERROR_CODES = [
  "INVALID_ARGUMENT",
  "DEPENDENCY_CYCLE",
  "DUPLICATE_NAME",
  "UNKNOWN_REFERENCE",
  "FUNCTION_NOT_FOUND",
  "NO_PROVIDER",
  "CONTRACT_MISMATCH",
  "UNAUTHENTICATED",
  "PERMISSION_DENIED",
  "UNAVAILABLE",
  "DEADLINE_EXCEEDED",
  "CANCELLED",
  "RESOURCE_EXHAUSTED",
  "PAYLOAD_TOO_LARGE",
  "RESULT_TOO_LARGE",
  "RESULT_NOT_SERIALIZABLE",
  "INVALID_RESULT",
  "HANDLER_ERROR",
  "PROTOCOL",
  "UNSUPPORTED_VERSION",
  "LOOP",
  "DRAINING",
  "INTERNAL",
] as const;

/** A code that programs decide by. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** An error as it travels: safe text only, never a stack or a path. */
export interface CallError {
  /** For programs. */
  readonly code: ErrorCode;
  /** For people: what was wrong, where, what to do; at most 512 characters. */
  readonly message: string;
  /** Whether the function ran. */
  readonly ran: Ran;
  /** Whether the same call may succeed later or elsewhere. */
  readonly retryable: boolean;
  /** Milliseconds to wait before trying again, where known. */
  readonly retryAfterMs?: number;
  /** More for programs, at most 8 KiB of JSON. */
  readonly details?: JsonValue;
}

const RETRYABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "NO_PROVIDER",
  "CONTRACT_MISMATCH",
  "RESOURCE_EXHAUSTED",
  "DRAINING",
]);

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

/**
 * An error for the wire, cut to its limits. `retryable` follows from the code, and for `UNAVAILABLE` from `ran`.
 *
 * @param ran Default `"no"`.
 */
export function callError(
  code: ErrorCode,
  message: string,
  ran: Ran = "no",
  more: { readonly retryAfterMs?: number; readonly details?: JsonValue } = {},
): CallError {
  const retryable = RETRYABLE.has(code) || (code === "UNAVAILABLE" && ran === "no");
  const { details, ...rest } = more;
  const small = details !== undefined &&
    jsonExcess(JSON.stringify(details), ERROR_DETAILS_MAX, PAYLOAD_DEPTH_MAX) === undefined;
  return {
    code,
    message: cut(message, ERROR_MESSAGE_MAX),
    ran,
    retryable,
    ...rest,
    ...(small ? { details } : {}),
  };
}

/** Whether a string is one of our codes. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && (ERROR_CODES as readonly string[]).includes(value);
}

/**
 * What a failed call rejects with.
 *
 * @example Decide by the code, retry only what did not run
 * ```ts
 * import { FarcallError } from "@farcall/farcall";
 * import { assert } from "@std/assert";
 *
 * const error = new FarcallError({
 *   code: "NO_PROVIDER",
 *   message: "No provider in reach for embed with [tpu]",
 *   ran: "no",
 *   retryable: true,
 * });
 * assert(error.ran === "no" && error.retryable);
 * ```
 */
export class FarcallError extends Error implements CallError {
  /** Always `"FarcallError"`. */
  override readonly name = "FarcallError";
  /** For programs. */
  readonly code: ErrorCode;
  /** Whether the function ran. */
  readonly ran: Ran;
  /** Whether the same call may succeed later or elsewhere. */
  readonly retryable: boolean;
  /** Milliseconds to wait before trying again, where known. */
  declare readonly retryAfterMs?: number;
  /** More for programs. */
  declare readonly details?: JsonValue;

  /** Makes an error of the shape that travels; the `cause` stays on this side. */
  constructor(error: CallError, options?: ErrorOptions) {
    super(error.message, options);
    this.code = error.code;
    this.ran = error.ran;
    this.retryable = error.retryable;
    if (error.retryAfterMs !== undefined) this.retryAfterMs = error.retryAfterMs;
    if (error.details !== undefined) this.details = error.details;
  }

  /** The error as it travels, without stack and cause. */
  toJSON(): CallError {
    return {
      code: this.code,
      message: this.message,
      ran: this.ran,
      retryable: this.retryable,
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }

  /** Anything caught, as a `FarcallError`: itself if it is one, else `INTERNAL` with the cause kept on this side. */
  static from(caught: unknown): FarcallError {
    if (caught instanceof FarcallError) return caught;
    const message = "Unexpected failure inside farcall, see the cause";
    return new FarcallError(callError("INTERNAL", message, "unknown"), { cause: caught });
  }
}

/** What was wrong with a frame. A codec returns it; the core counts it; nothing throws it. */
export interface ProtocolError {
  /** Which rule was broken. */
  readonly kind: "not_json" | "too_large" | "too_deep" | "bad_shape" | "unknown_role";
  /** For people: what and where in the message. */
  readonly message: string;
  /** The id by which an answer can be matched, where one could be read. */
  readonly replyTo?: string;
}
