/**
 * How many bytes a frame has on the wire.
 *
 * @module
 */

import type { Frame } from "./transport.ts";

/** Whether a frame is longer than `max` bytes; a short text is settled by its length alone. */
export function exceedsBytes(frame: Frame, max: number): boolean {
  if (typeof frame !== "string") return frame.byteLength > max;
  if (frame.length > max) return true;
  // A UTF-16 unit is at most 3 bytes of UTF-8.
  return frame.length * 3 > max && frameBytes(frame) > max;
}

/** A frame's payload in bytes; text counts as UTF-8. */
export function frameBytes(frame: Frame): number {
  // The platform encodes ten times as fast as a loop over the units counts.
  return typeof frame === "string" ? new TextEncoder().encode(frame).length : frame.byteLength;
}
