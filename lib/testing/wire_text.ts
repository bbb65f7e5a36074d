import type { Dialect, WireMessage } from "../core/events.ts";
import { MESSAGES_PER_FRAME_MAX } from "../protocol/limits.ts";
import { v1Codec } from "../protocol/v1_codec.ts";
import { jsonCodec } from "../protocol/json_codec.ts";
import type { JsonMessage } from "../protocol/json_messages.ts";
import type { V1Message } from "../protocol/v1_messages.ts";
import type { Happening, Place } from "./simulated_paths.ts";

/**
 * Changes a message on its way between two places, which it gets by name, or drops it by returning `undefined`: for worlds
 * that are meant to be wrong.
 */
export type Tamper = (message: V1Message, from: string, to: string) => V1Message | undefined;

/** Hears of a message of the reference's dialect as it is sent, with the names of sender and receiver. */
export type HearJson = (message: JsonMessage, from: string, to: string) => void;

/** One end of a connection, as far as writing and reading goes. */
export interface WireEnd {
  /** The number its machine knows it by. */
  readonly id: number;
  /** Where it is. */
  readonly place: Place;
  /** What the connection carries. */
  readonly dialect: Dialect;
  /** The other end. */
  readonly peer: () => { readonly place: Place };
}

/** A frame on its way: text, or the messages themselves where the codec is left out. */
export interface Untaken {
  /** What was written. */
  readonly content: string | readonly V1Message[];
  /** What is said: for those who look on, never for the machine. */
  readonly said: readonly V1Message[];
  /** How many messages it holds. */
  readonly count: number;
  /** It holds more than signs of life. */
  readonly isStirring: boolean;
}

/** Greetings and signs of life go on for ever, also where nothing changes. */
const RESTFUL: ReadonlySet<string> = new Set(["ping", "pong", "hello", "goodbye"]);

/** Writes what machines send into frames of the real codecs, and reads them at the other end. */
export class WireText {
  /** Frames that the codec refused although an honest machine wrote them: never any. */
  readonly refused: string[] = [];
  readonly #codec = v1Codec();
  readonly #json = jsonCodec({ frames: "text" });
  readonly #isElided: boolean;
  readonly #tamper: Tamper | undefined;
  readonly #hear: HearJson | undefined;

  /** @param isElided Messages of `farcall.v1` are handed over as they are: faster, and the codec is not tried. */
  constructor(isElided: boolean, tamper?: Tamper, hear?: HearJson) {
    this.#isElided = isElided;
    this.#tamper = tamper;
    this.#hear = hear;
  }

  /** One turn's messages as frames. */
  write(from: WireEnd, messages: readonly WireMessage[]): Untaken[] {
    if (from.dialect !== "json") return this.#packed(from, messages as readonly V1Message[]);
    return (messages as readonly JsonMessage[]).map((message) => {
      this.#hear?.(message, from.place.name, from.peer().place.name);
      return this.#plain(message);
    });
  }

  /** A frame at its destination. */
  read(target: WireEnd, { content }: Untaken): Happening {
    const connection = target.id;
    if (typeof content !== "string") return { type: "received", connection, messages: content };
    const codec = target.dialect === "json" ? this.#json : this.#codec;
    const decoded = codec.decode(content);
    if (decoded.ok) return { type: "received", connection, messages: decoded.messages };
    const { message } = decoded.error;
    this.refused.push(`${target.peer().place.name} to ${target.place.name}: ${message}`);
    return { type: "malformed", connection, error: decoded.error };
  }

  #packed(from: WireEnd, messages: readonly V1Message[]): Untaken[] {
    let spoken = messages;
    const tamper = this.#tamper;
    if (tamper !== undefined) {
      const to = from.peer().place.name;
      spoken = spoken.flatMap((one) => tamper(one, from.place.name, to) ?? []);
    }
    const frames: Untaken[] = [];
    for (let at = 0; at < spoken.length; at += MESSAGES_PER_FRAME_MAX) {
      const part = spoken.slice(at, at + MESSAGES_PER_FRAME_MAX);
      const isStirring = part.some(({ type }) => !RESTFUL.has(type));
      const content = this.#isElided ? part : text(this.#codec.encode(part));
      frames.push({ content, said: part, count: part.length, isStirring });
    }
    return frames;
  }

  #plain(message: JsonMessage): Untaken {
    const content = text(this.#json.encode([message]));
    return { content, said: [], count: 1, isStirring: isNews(message) };
  }
}

/** Whether a message of the reference's dialect may change anything: handshakes and refreshed copies go on for ever. */
function isNews(message: JsonMessage): boolean {
  if (message.type !== "HELLO") return message.type === "GOODBYE";
  const { announcementId: id } = message.announcement.propagation;
  return id !== "" && !id.startsWith(":") && !id.includes("@");
}

function text(frame: string | Uint8Array): string {
  if (typeof frame === "string") return frame;
  throw new TypeError("The simulator's codecs write text, this was bytes");
}
