/**
 * The commands of a request, with what they use of each other said explicitly: nothing in their arguments is ever taken for a
 * reference, whatever it looks like.
 *
 * @module
 */

import type { AskedContract } from "./contract_facts.ts";
import type { Command } from "./json_messages.ts";

/** A value that is not there yet: a command's result, or the item that a map is at, or a field of either. */
export interface Reference {
  /** Name of the command whose result it is; `undefined` = the item of the map that the command is. */
  readonly of: string | undefined;
  /** Fields from there inwards; of a list, the numbers of its items. */
  readonly path: readonly string[];
}

/** Which arguments a place is in, and keys and indexes from there inwards. */
export type Place = readonly [kind: "args" | "kwargs", ...keys: (string | number)[]];

/** A place in a command's arguments at which a value shall be put in. Until then anything stands there, by custom null. */
export interface PlacedReference extends Reference {
  /** Where. */
  readonly at: Place;
  /** What stands there stays where the path leads nowhere; absent = that is an error. */
  readonly isOptional?: true;
}

/** A command that is run for each item of a list. */
export interface MapOver {
  /** The list: another command's result, or a field of it. */
  readonly list: Reference & { readonly of: string };
  /** Runs at once, at most. */
  readonly concurrency: number;
}

/** One command of a request. */
export interface RequestCommand extends Command {
  /** What is put into its arguments when it is there. */
  readonly refs: readonly PlacedReference[];
  /** It is run for each item of a list, and its result is the list of what came of them. Default: it is run once. */
  readonly over?: MapOver;
  /** The contract by which it is called; `undefined` = by name. */
  readonly contract?: AskedContract;
  /** Running it twice does no more than once. Default: it may. */
  readonly idempotent?: true;
  /** After so many ms without an end another provider is asked, too; only if idempotent. Default: never. */
  readonly hedgeMs?: number;
}
