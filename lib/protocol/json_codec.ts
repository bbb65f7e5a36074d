/**
 * The `json` dialect: one JSON object per frame, exactly the messages of the reference.
 *
 * A frame becomes text, is looked over for size and depth, parsed, and read by its role. What can't be read is one
 * error that carries the request's id where there is one, so that an answer can be given.
 *
 * @module
 */

import type { Codec, Decoded } from "./codec.ts";
import { ID } from "./field_shapes.ts";
import { jsonReader } from "./json_decode.ts";
import { encodeJsonMessage } from "./json_encode.ts";
import { own, ShapeDefect } from "./json_fields.ts";
import { parseFrame, refused } from "./json_frame.ts";
import type { JsonMessage } from "./json_messages.ts";
import { withoutLoneSurrogates } from "./json_text.ts";
import { isJsonObject, type JsonObject } from "./json_value.ts";

/** How a codec of the `json` dialect writes. */
export interface JsonCodecOptions {
  /** Nodes send binary, clients text, as those of the reference do; both are read. Default `"binary"`. */
  readonly frames?: "binary" | "text";
}

const ROLE_SHOWN_MAX = 64;

/** The role as the reference's error shows it. */
function shownRole(value: JsonObject): string {
  const role = own(value, "role") ?? null;
  if (role === null) return "None";
  // A nested value would make the text as long as the frame, so only its kind is told.
  const shown = typeof role === "object" ? (isJsonObject(role) ? "{…}" : "[…]") : String(role);
  return shown.length <= ROLE_SHOWN_MAX ? shown : `${shown.slice(0, ROLE_SHOWN_MAX - 1)}…`;
}

function decode(frame: string | Uint8Array): Decoded<JsonMessage> {
  const parsed = parseFrame(frame);
  if (!parsed.ok) return parsed;
  const { value } = parsed;
  if (!isJsonObject(value)) return refused("bad_shape", "Frame is not a JSON object");
  const replyTo = ID.parse(own(value, "u") ?? null);
  const read = jsonReader(value);
  if (read === undefined) {
    return refused("unknown_role", `Invalid RPC request role: ${shownRole(value)}`, replyTo);
  }
  try {
    return { ok: true, messages: [read(value)] };
  } catch (caught) {
    if (!(caught instanceof ShapeDefect)) throw caught;
    return refused("bad_shape", caught.message, replyTo);
  }
}

/** A codec for the `json` dialect. */
export function jsonCodec(options: JsonCodecOptions = {}): Codec<JsonMessage> {
  const asText = options.frames === "text";
  return {
    messagesPerFrameMax: 1,
    decode,
    encode(messages: readonly JsonMessage[]): string | Uint8Array<ArrayBuffer> {
      const [message] = messages;
      if (message === undefined || messages.length > 1) {
        throw new RangeError(`Expected one message for a frame, got ${messages.length}`);
      }
      const text = withoutLoneSurrogates(encodeJsonMessage(message));
      return asText ? text : new TextEncoder().encode(text);
    },
  };
}
