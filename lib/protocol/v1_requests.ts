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
