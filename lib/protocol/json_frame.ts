import type { ProtocolError } from "./errors.ts";
import { jsonExcess, outerString } from "./json_scan.ts";
import type { JsonValue } from "./json_value.ts";
import { DEPTH_MAX, MESSAGE_BYTES_MAX } from "./limits.ts";

/** A frame's JSON, or why it has none. */
export type ParsedFrame =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly error: ProtocolError };

/** A frame that is one error. */
export function refused(
  kind: ProtocolError["kind"],
  message: string,
  replyTo?: string,
): { readonly ok: false; readonly error: ProtocolError } {
  return { ok: false, error: { kind, message, ...(replyTo === undefined ? {} : { replyTo }) } };
}

const TOO_LARGE = `Frame is longer than ${MESSAGE_BYTES_MAX} bytes`;
const TOO_DEEP = `Frame nests deeper than ${DEPTH_MAX} levels`;

function textOf(frame: Uint8Array): string | undefined {
  try {
    // A kept byte order mark is no JSON, as the reference holds it too.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(frame);
  } catch {
    return undefined;
  }
}

/** Text or UTF-8 bytes as a JSON value; size and depth are looked at before anything is parsed. Never throws. */
export function parseFrame(frame: string | Uint8Array): ParsedFrame {
  if (frame.length > MESSAGE_BYTES_MAX) return refused("too_large", TOO_LARGE);
  const text = typeof frame === "string" ? frame : textOf(frame);
  if (text === undefined) return refused("not_json", "Frame is not UTF-8");
  const excess = jsonExcess(text);
  if (excess === "too_large") return refused(excess, TOO_LARGE);
  if (excess === "too_deep") return refused(excess, TOO_DEEP, outerString(text, "u"));
  try {
    const value: JsonValue = JSON.parse(text);
    return { ok: true, value };
  } catch {
    return refused("not_json", "Frame is not JSON");
  }
}
