/**
 * The `farcall.v1` dialect: one text frame is a JSON array of messages, in order.
 *
 * A frame is right as a whole or one error: a peer that sends one wrong message is not to be believed about the others,
 * and half a propagation batch would leave the sender's and the receiver's tables apart.
 *
 * @module
 */

import type { Codec, Decoded } from "./codec.ts";
import { own, ShapeDefect } from "./json_fields.ts";
import { parseFrame, refused } from "./json_frame.ts";
import { isJsonObject, type JsonValue } from "./json_value.ts";
import { MESSAGES_PER_FRAME_MAX } from "./limits.ts";
import { decodeV1Message } from "./v1_decode.ts";
import { OfferReader } from "./v1_decode_offers.ts";
import { encodeV1Message } from "./v1_encode.ts";
import { OfferWriter } from "./v1_encode_offers.ts";
import type { V1Message } from "./v1_messages.ts";
import { CALL_ID } from "./v1_shapes.ts";

/** The WebSocket subprotocol that chooses this dialect. */
export const SUBPROTOCOL_V1 = "farcall.v1";

/** The id by which a broken call or request can be answered. */
function idOf(value: JsonValue): string | undefined {
  if (!isJsonObject(value)) return undefined;
  const type = own(value, "type");
  return type === "call" || type === "request"
    ? CALL_ID.parse(own(value, "id") ?? null)?.toString()
    : undefined;
}

function decode(frame: string | Uint8Array, offers: OfferReader): Decoded<V1Message> {
  const parsed = parseFrame(frame);
  if (!parsed.ok) return parsed;
  const list = parsed.value;
  if (!Array.isArray(list)) return refused("bad_shape", "Frame is not a JSON array");
  if (list.length === 0 || list.length > MESSAGES_PER_FRAME_MAX) {
    return refused(
      "bad_shape",
      `Frame has ${list.length} messages, 1 to ${MESSAGES_PER_FRAME_MAX} may be`,
    );
  }
  const messages: V1Message[] = [];
  for (const value of list as readonly JsonValue[]) {
    try {
      if (!isJsonObject(value)) throw new ShapeDefect("Message is not an object");
      messages.push(decodeV1Message(value, offers));
    } catch (caught) {
      if (!(caught instanceof ShapeDefect)) throw caught;
      const place = `Message ${messages.length} of the frame: ${caught.message}`;
      return refused("bad_shape", place, idOf(value));
    }
  }
  return { ok: true, messages };
}

/** A codec for `farcall.v1`; it remembers names that it read and texts that it wrote, so a node has one for all its links. */
export function v1Codec(): Codec<V1Message> {
  const reader = new OfferReader();
  const writer = new OfferWriter();
  return {
    messagesPerFrameMax: MESSAGES_PER_FRAME_MAX,
    decode: (frame: string | Uint8Array): Decoded<V1Message> => decode(frame, reader),
    encode(messages: readonly V1Message[]): string {
      if (messages.length === 0 || messages.length > MESSAGES_PER_FRAME_MAX) {
        throw new RangeError(
          `Expected 1 to ${MESSAGES_PER_FRAME_MAX} messages for a frame, got ${messages.length}`,
        );
      }
      return `[${messages.map((message) => encodeV1Message(message, writer)).join(",")}]`;
    },
  };
}
