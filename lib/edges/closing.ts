/**
 * Close codes and reasons as both ends may send them.
 *
 * @module
 */

import type { Closing } from "./transport.ts";

/** Code for "the owner of the connection threw an error"; never the peer's fault. */
export const OWNER_FAILED = 4500;

const REASON_BYTES_MAX = 100;

/** The nearest code that a dialling and an accepting side may both send. */
export function sendableCode(code: number): number {
  if (code === 1001) return 1000;
  const allowed = code === 1000 || (Number.isInteger(code) && code >= 3000 && code <= 4999);
  return allowed ? code : OWNER_FAILED;
}

/** A reason of at most 100 bytes of printable ASCII; longer ones make the platform throw. */
export function sendableReason(reason: string): string {
  return reason.slice(0, REASON_BYTES_MAX).replace(/[^\x20-\x7e]/g, "?");
}

/** What a reader is told. A code of 1000 or 1001 counts as clean only if `meant`. */
export function closingOf(code: number, reason: string, meant: boolean): Closing {
  const clean = meant && (code === 1000 || code === 1001);
  return { code, reason: sendableReason(reason), clean };
}
