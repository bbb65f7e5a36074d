import type { WireMessage } from "../core/events.ts";
import { MESSAGES_PER_FRAME_MAX } from "../protocol/limits.ts";
import { v1Codec } from "../protocol/v1_codec.ts";
import type { V1Message } from "../protocol/v1_messages.ts";
import type { Happening, Place } from "./simulated_paths.ts";

/**
 * Changes a message on its way between two places, which it gets by name, or drops it by returning `undefined`: for worlds
 * that are meant to be wrong.
 */
export type Tamper = (message: V1Message, from: string, to: string) => V1Message | undefined;

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

/** Writes what machines send into frames of the real codec, and reads them at the other end. */
export class WireText {
  /** Frames that the codec refused although an honest machine wrote them: never any. */
  readonly refused: string[] = [];
  readonly #codec = v1Codec();
  readonly #isElided: boolean;
  readonly #tamper: Tamper | undefined;

  /** @param isElided Messages are handed over as they are: faster, and the codec is not tried. */
  constructor(isElided: boolean, tamper?: Tamper) {
    this.#isElided = isElided;
    this.#tamper = tamper;
  }

  /** One turn's messages as frames. */
  write(from: Place, to: Place, messages: readonly WireMessage[]): Untaken[] {
    let spoken = messages as readonly V1Message[];
    const tamper = this.#tamper;
    if (tamper !== undefined) {
      spoken = spoken.flatMap((one) => tamper(one, from.name, to.name) ?? []);
    }
    const frames: Untaken[] = [];
    for (let at = 0; at < spoken.length; at += MESSAGES_PER_FRAME_MAX) {
      const part = spoken.slice(at, at + MESSAGES_PER_FRAME_MAX);
      const isStirring = part.some(({ type }) => !RESTFUL.has(type));
      const content = this.#isElided ? part : this.#text(part);
      frames.push({ content, said: part, count: part.length, isStirring });
    }
    return frames;
  }

  /** A frame at its destination. */
  read(from: Place, to: Place, connection: number, { content }: Untaken): Happening {
    if (typeof content !== "string") return { type: "received", connection, messages: content };
    const decoded = this.#codec.decode(content);
    if (decoded.ok) return { type: "received", connection, messages: decoded.messages };
    this.refused.push(`${from.name} to ${to.name}: ${decoded.error.message}`);
    return { type: "malformed", connection, error: decoded.error };
  }

  #text(messages: readonly V1Message[]): string {
    const frame = this.#codec.encode(messages);
    if (typeof frame === "string") return frame;
    throw new TypeError("The v1 codec writes text, this was bytes");
  }
}
