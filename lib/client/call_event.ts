import type { Caller } from "../core/effects.ts";
import type { ErrorCode } from "../protocol/errors.ts";
import type { FunctionName } from "../protocol/names.ts";

/** A function began or ended to run here. */
export type CallEvent =
  & {
    /** Number of the run, the same in both of its events. */
    readonly call: number;
    /** What runs. */
    readonly function: FunctionName;
    /** Who asked. */
    readonly caller: Caller;
  }
  & (
    | { readonly type: "started" }
    | {
      readonly type: "ended";
      /** Why it failed; `undefined` = it did not. */
      readonly code: ErrorCode | undefined;
      /** How long it ran, in ms. */
      readonly durationMs: number;
    }
  );
