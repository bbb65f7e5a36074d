import { jsonExcess } from "../protocol/json_scan.ts";
import { MESSAGE_BYTES_MAX } from "../protocol/limits.ts";
import type { Payload } from "../protocol/payload.ts";

/** What a message needs besides what it carries, in bytes: names, resources, brackets. */
const ENVELOPE_BYTES = 64 * 1024;
/** What it may carry, in bytes. */
const ROOM_BYTES = MESSAGE_BYTES_MAX - ENVELOPE_BYTES;

/**
 * Whether payloads are too long to travel in one message. What came in need not fit when it is passed on: the envelope may be
 * longer there, and `1e20` takes 21 digits. Such a message would end the connection for all others on it.
 */
export function isTooLong(...payloads: readonly (Payload | undefined)[]): boolean {
  const texts = payloads.map((payload) => payload?.text ?? "");
  const units = texts.reduce((sum, text) => sum + text.length, 0);
  // A UTF-16 unit takes at most three bytes, so nearly all are settled here.
  if (units * 3 <= ROOM_BYTES) return false;
  return jsonExcess(texts.join(""), ROOM_BYTES, Infinity) !== undefined;
}
