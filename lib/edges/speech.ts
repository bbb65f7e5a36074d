/**
 * One dialect as a driver needs it: any frame in, typed messages out, and any number of messages into as few frames as the
 * dialect and the peer's patience allow.
 *
 * @module
 */

import type { WireMessage } from "../core/events.ts";
import type { Codec, Decoded } from "../protocol/codec.ts";
import type { JsonMessage } from "../protocol/json_messages.ts";
import { MESSAGE_BYTES_MAX } from "../protocol/limits.ts";
import type { V1Message } from "../protocol/v1_messages.ts";
import { exceedsBytes } from "./frame_size.ts";
import type { Frame } from "./transport.ts";

/** Text in one frame, roughly and at most, in UTF-16 units: longer frames make short answers wait behind them. */
const FRAME_TEXT_MAX = 64 * 1024;
/** What a message without a payload counts as. */
const MESSAGE_TEXT_GUESS = 128;

const JSON_TYPES: ReadonlySet<WireMessage["type"]> = new Set<JsonMessage["type"]>([
  "rpc",
  "response",
  "HELLO",
  "GOODBYE",
  "STATUS",
  "HELLO_ACK",
  "unhandled_server",
  "gossip",
  "internal-rpc",
  "internal-answer",
]);

/** Whether a message belongs to the `json` dialect; no type name is in both. */
function isJsonMessage(message: WireMessage): message is JsonMessage {
  return JSON_TYPES.has(message.type);
}

function isV1Message(message: WireMessage): message is V1Message {
  return !isJsonMessage(message);
}

/** Reads and writes the frames of one dialect. */
export interface Speech {
  /** Parses one frame; frames above the limit are refused unread. Never throws. */
  read(frame: Frame): Decoded<WireMessage>;
  /**
   * Writes messages in order. Never throws.
   *
   * @returns What could not be written and was left out, in words for people; `undefined` = all is written.
   */
  write(messages: readonly WireMessage[], send: (frame: Frame) => void): string | undefined;
}

/** The dialect of the reference: one message a frame. */
export function jsonSpeech(codec: Codec<JsonMessage>): Speech {
  return new CodecSpeech(codec, isJsonMessage);
}

/** The dialect between farcall's own. */
export function v1Speech(codec: Codec<V1Message>): Speech {
  return new CodecSpeech(codec, isV1Message);
}

class CodecSpeech<Message extends WireMessage> implements Speech {
  readonly #codec: Codec<Message>;
  readonly #speaks: (message: WireMessage) => message is Message;

  constructor(codec: Codec<Message>, speaks: (message: WireMessage) => message is Message) {
    this.#codec = codec;
    this.#speaks = speaks;
  }

  read(frame: Frame): Decoded<WireMessage> {
    if (exceedsBytes(frame, MESSAGE_BYTES_MAX)) {
      const message = `A frame is longer than ${MESSAGE_BYTES_MAX} bytes`;
      return { ok: false, error: { kind: "too_large", message } };
    }
    try {
      return this.#codec.decode(frame);
    } catch {
      return { ok: false, error: { kind: "bad_shape", message: "A frame could not be read" } };
    }
  }

  write(messages: readonly WireMessage[], send: (frame: Frame) => void): string | undefined {
    let trouble: string | undefined;
    let batch: Message[] = [];
    let size = 0;
    for (const message of messages) {
      if (!this.#speaks(message)) {
        trouble = `"${message.type}" is not in this connection's dialect`;
        continue;
      }
      const more = textSize(message);
      const full = batch.length >= this.#codec.messagesPerFrameMax || size + more > FRAME_TEXT_MAX;
      if (full && batch.length > 0) {
        trouble = this.#writeFrame(batch, send) ?? trouble;
        batch = [];
        size = 0;
      }
      batch.push(message);
      size += more;
    }
    return batch.length === 0 ? trouble : this.#writeFrame(batch, send) ?? trouble;
  }

  #writeFrame(batch: readonly Message[], send: (frame: Frame) => void): string | undefined {
    let trouble: string;
    try {
      const frame = this.#codec.encode(batch);
      if (!exceedsBytes(frame, MESSAGE_BYTES_MAX)) return void send(frame);
      trouble = `A message is longer than ${MESSAGE_BYTES_MAX} bytes`;
    } catch (error) {
      trouble = `A message can't be written: ${error instanceof Error ? error.message : "unknown"}`;
    }
    if (batch.length === 1) return trouble;
    // One of them is at fault; the others still leave.
    for (const message of batch) trouble = this.#writeFrame([message], send) ?? trouble;
    return trouble;
  }
}

/** Length of a message's text, as far as it is known without writing it. */
function textSize(message: WireMessage): number {
  switch (message.type) {
    case "call":
      return MESSAGE_TEXT_GUESS + message.args.text.length + (message.kwargs?.text.length ?? 0);
    case "items":
      return MESSAGE_TEXT_GUESS + message.batch.list.text.length;
    case "result":
      return MESSAGE_TEXT_GUESS + message.value.text.length;
    case "offers":
      return MESSAGE_TEXT_GUESS * (1 + message.add.length);
    case "digest":
    case "resync":
      return MESSAGE_TEXT_GUESS * (1 + message.held.length);
    default:
      return MESSAGE_TEXT_GUESS;
  }
}
