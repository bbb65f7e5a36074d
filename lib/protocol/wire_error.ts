/**
 * Errors between our closed set of codes and the numbers of the reference.
 *
 * Outwards: the number a client of the newest reference decides by, and `CODE: message` as details, which our own peers
 * read back. Inwards: the reference wraps nearly every failure in 1003 with a traceback, of which only the last line
 * says anything; nothing else of it is ever kept.
 *
 * @module
 */

import {
  type CallError,
  callError,
  type ErrorCode,
  isErrorCode,
  type ProtocolError,
  type Ran,
} from "./errors.ts";
import type { WireError } from "./json_messages.ts";

/** A server message that is known but not served. */
export const WIRE_UNHANDLED = 1000;
/** Nobody to call. */
export const WIRE_NOT_FOUND = 1001;
/** The reference failed inside itself. */
export const WIRE_INTERNAL = 1002;
/** Everything else. */
export const WIRE_FAILED = 1003;
/** Out of time, or a role that is not known. */
export const WIRE_TIMEOUT = 1004;

const ROLE_MESSAGE = "Invalid RPC request role: ";
const REJECTED_MESSAGE = "Connection rejected: ";

function numberOf(code: ErrorCode): { readonly code: number; readonly message: string } {
  switch (code) {
    case "FUNCTION_NOT_FOUND":
    case "NO_PROVIDER":
      return { code: WIRE_NOT_FOUND, message: "Command not found" };
    case "DEADLINE_EXCEEDED":
      return { code: WIRE_TIMEOUT, message: "RPC execution timed out" };
    default:
      return { code: WIRE_FAILED, message: "RPC execution failed" };
  }
}

/** An error as a client of the reference gets it: its number and words, ours in the details. */
export function wireErrorOf(error: CallError): WireError {
  return { ...numberOf(error.code), details: `${error.code}: ${error.message}` };
}

/** What a frame that could not be read is as a call's error: nothing ran. */
export function callErrorOfProtocol(error: ProtocolError): CallError {
  switch (error.kind) {
    case "bad_shape":
      return callError("INVALID_ARGUMENT", error.message);
    case "too_large":
      return callError("PAYLOAD_TOO_LARGE", error.message);
    default:
      return callError("PROTOCOL", error.message);
  }
}

/** The answer to a frame that could not be read; an unknown role gets the reference's own words. */
export function wireErrorOfProtocol(error: ProtocolError): WireError {
  return error.kind === "unknown_role"
    ? { code: WIRE_TIMEOUT, message: error.message, details: null }
    : wireErrorOf(callErrorOfProtocol(error));
}

/** The answer to a server message that is known but not served. */
export function wireErrorOfUnhandled(what: string): WireError {
  return { code: WIRE_UNHANDLED, message: `Unknown server message type: ${what}`, details: null };
}

const SURELY_RAN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "HANDLER_ERROR",
  "RESULT_TOO_LARGE",
  "RESULT_NOT_SERIALIZABLE",
  "INVALID_RESULT",
]);
const NOTHING_RAN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "INVALID_ARGUMENT",
  "DEPENDENCY_CYCLE",
  "DUPLICATE_NAME",
  "UNKNOWN_REFERENCE",
  "UNAUTHENTICATED",
  "PERMISSION_DENIED",
]);
const FOUND_ON_THE_WAY: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "FUNCTION_NOT_FOUND",
  "NO_PROVIDER",
  "CONTRACT_MISMATCH",
  "RESOURCE_EXHAUSTED",
  "DRAINING",
  "PAYLOAD_TOO_LARGE",
  "UNSUPPORTED_VERSION",
]);

/** Only the first kind is found before any command runs; of the second, earlier commands may have run. */
function ranOf(code: ErrorCode, commands: number): Ran {
  if (SURELY_RAN.has(code)) return "yes";
  if (NOTHING_RAN.has(code)) return "no";
  return FOUND_ON_THE_WAY.has(code) && commands === 1 ? "no" : "unknown";
}

/** The line that names the exception; empty where the last one is indented, which is source code and file paths. */
function lastLine(details: string): string {
  const line = details.trimEnd().split(/[\r\n]+/).at(-1) ?? "";
  return /^\s|^Traceback/.test(line) ? "" : line;
}

/** The last line of a traceback is `package.Class` or `package.Class: message`. */
function ofTraceback(line: string, commands: number): CallError {
  const exception = line.split(":", 1).join("").split(".").at(-1);
  switch (exception) {
    case "CommandNotFoundException":
      return callError(
        "FUNCTION_NOT_FOUND",
        "Function not found by the node",
        ranOf("FUNCTION_NOT_FOUND", commands),
      );
    case "MPREGException":
      return callError("DEADLINE_EXCEEDED", "The node gave up after its time limit", "unknown");
    case "CycleError":
      return callError("DEPENDENCY_CYCLE", "Commands depend on each other in a circle", "no");
    default:
      return callError("HANDLER_ERROR", line || "The function failed", "yes");
  }
}

/** Our own form, `CODE: message`; `undefined` if it isn't. */
function ofOurs(details: string, commands: number): CallError | undefined {
  const colon = details.indexOf(": ");
  const code = details.slice(0, Math.max(colon, 0));
  if (!isErrorCode(code)) return undefined;
  return callError(code, details.slice(colon + 2), ranOf(code, commands));
}

/**
 * What an error of the `json` dialect says in our terms, `ran` included.
 *
 * @param commands How many commands the request had: with several, some may have run before one was not found. Default 1.
 */
export function callErrorOfWire(error: WireError, commands = 1): CallError {
  const details = typeof error.details === "string" ? error.details : "";
  const ours = ofOurs(details, commands);
  if (ours !== undefined) return ours;
  switch (error.code) {
    case WIRE_UNHANDLED:
      return callError("PROTOCOL", error.message, "no");
    case WIRE_NOT_FOUND:
      return callError(
        "FUNCTION_NOT_FOUND",
        lastLine(details) || error.message,
        ranOf("FUNCTION_NOT_FOUND", commands),
      );
    case WIRE_FAILED:
      if (error.message.startsWith(REJECTED_MESSAGE)) {
        return callError("PERMISSION_DENIED", error.message, "no");
      }
      return details === ""
        ? callError("HANDLER_ERROR", error.message, "unknown")
        : ofTraceback(lastLine(details), commands);
    case WIRE_TIMEOUT:
      return error.message.startsWith(ROLE_MESSAGE)
        ? callError("PROTOCOL", error.message, "no")
        : callError("DEADLINE_EXCEEDED", error.message, "unknown");
    default:
      return callError("INTERNAL", error.message, "unknown");
  }
}
