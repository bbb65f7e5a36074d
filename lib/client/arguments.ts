/**
 * A caller's values on their way into a message: written to JSON at once, so that later changes of them change nothing.
 *
 * @module
 */

import { callError, FarcallError } from "../protocol/errors.ts";
import { jsonExcess } from "../protocol/json_scan.ts";
import { ARGUMENTS_MAX, MESSAGE_BYTES_MAX, PAYLOAD_DEPTH_MAX } from "../protocol/limits.ts";
import { Payload } from "../protocol/payload.ts";
import { isOnlyStream } from "./item_iterator.ts";

/** What is left of a message's bytes for the rest of it: names, resources, brackets. */
const ENVELOPE_BYTES = 64 * 1024;

/** Longest payload that fits into one message, in bytes of UTF-8. */
export const PAYLOAD_BYTES_MAX = MESSAGE_BYTES_MAX - ENVELOPE_BYTES;

/** Whether a payload fits into one message, by its bytes and by its depth. */
export function fitsMessage(payload: Payload): boolean {
  return jsonExcess(payload.text, PAYLOAD_BYTES_MAX, PAYLOAD_DEPTH_MAX) === undefined;
}

/**
 * Positional arguments.
 *
 * @throws {TypeError} If they are not an array, one of them is a stream, or JSON can't say them.
 * @throws {RangeError} If there are more than 256.
 * @throws {FarcallError} `PAYLOAD_TOO_LARGE`.
 */
export function argumentsPayload(name: string, args: readonly unknown[]): Payload {
  if (!Array.isArray(args)) {
    throw new TypeError(`Arguments of ${name} must be an array, not ${typeof args}`);
  }
  if (args.length > ARGUMENTS_MAX) {
    throw new RangeError(
      `${name} got ${args.length} arguments, at most ${ARGUMENTS_MAX} can travel`,
    );
  }
  if (args.some(isOnlyStream)) {
    throw new TypeError(`${name} can't be given a stream here, only by \`call\` and \`stream\``);
  }
  return checked(name, args);
}

/**
 * Keyword arguments; none is `undefined`.
 *
 * @throws {TypeError} If JSON can't say them.
 * @throws {FarcallError} `PAYLOAD_TOO_LARGE`.
 */
export function kwargsPayload(
  name: string,
  kwargs: Readonly<Record<string, unknown>> | undefined,
): Payload | undefined {
  if (kwargs === undefined || Object.keys(kwargs).length === 0) return undefined;
  if (typeof kwargs !== "object" || Array.isArray(kwargs)) {
    throw new TypeError(`Keyword arguments of ${name} must be an object`);
  }
  return checked(name, kwargs);
}

function checked(name: string, value: unknown): Payload {
  const payload = Payload.tryFromUnknown(value);
  if (payload === undefined) {
    throw new TypeError(
      `Arguments of ${name} can't be written as JSON: no cycles, no bigint, no throwing toJSON`,
    );
  }
  if (fitsMessage(payload)) return payload;
  const message = `Arguments of ${name} are longer than ${PAYLOAD_BYTES_MAX} bytes, or nested ` +
    `deeper than ${PAYLOAD_DEPTH_MAX} levels`;
  throw new FarcallError(callError("PAYLOAD_TOO_LARGE", message));
}
