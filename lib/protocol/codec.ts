import type { ProtocolError } from "./errors.ts";

/** What a frame turned out to be. */
export type Decoded<Message> =
  | { readonly ok: true; readonly messages: readonly Message[] }
  | { readonly ok: false; readonly error: ProtocolError };

/** Bytes to typed messages and back. Nothing that a peer can send makes `decode` throw. */
export interface Codec<Message> {
  /** Parses one frame: every message in it is right, or the frame is one error. */
  decode(frame: string | Uint8Array): Decoded<Message>;
  /**
   * One frame for these messages, in order. The `json` dialect carries exactly one message a frame.
   *
   * @throws {RangeError} If there are none, or more than `messagesPerFrameMax`.
   */
  encode(messages: readonly Message[]): string | Uint8Array<ArrayBuffer>;
  /** Messages in one frame, at most. */
  readonly messagesPerFrameMax: number;
}
