/**
 * The messages of `farcall.v1` about requests of several commands.
 *
 * @module
 */

import type { ReachWord } from "./reach.ts";
import type { RequestCommand } from "./request_command.ts";

/** Runs several commands that feed each other. */
export interface RequestMessage extends ReachWord {
  /** Which message this is. */
  readonly type: "request";
  /** The number of the call or request, as its sender gave it. */
  readonly id: number;
  /** Steps, in the order of the request. */
  readonly commands: readonly RequestCommand[];
  /** Names of the commands whose results come back; `undefined` = those that no other command uses. */
  readonly wanted?: readonly string[];
  /** Milliseconds left. */
  readonly timeoutMs: number;
  /** Commands that nobody offers wait for an offer; absent = the request fails at once. */
  readonly wait?: true;
  /** How it goes is told meanwhile, by `item` messages; absent = only its end is. */
  readonly progress?: true;
}

/** A result is there and stays where it is. */
export interface Receipt {
  /** By which it is asked for and released. */
  readonly ticket: string;
  /** Length of its JSON text, in UTF-16 units. */
  readonly units: number;
}

/** Asks for a result that the receiver keeps; answered by a `result` or an `error`. */
export interface TakeMessage {
  /** Which message this is. */
  readonly type: "take";
  /** Numbered like a call. */
  readonly id: number;
  /** Which result. */
  readonly ticket: string;
  /** Fields from there inwards: only what they lead to is wanted. */
  readonly path: readonly string[];
}

/** Nobody will ask for a result any more. From whoever got the receipt. */
export interface ReleaseMessage {
  /** Which message this is. */
  readonly type: "release";
  /** Which result. */
  readonly ticket: string;
}
