import type { JsonValue } from "../protocol/json_value.ts";

/** More about a {@linkcode PublicError}. */
export interface PublicErrorOptions extends ErrorOptions {
  /** For the caller's program; at most 8 KiB of JSON, longer data is left out. Default: none. */
  readonly data?: JsonValue;
  /** Whether the same call may succeed later. Default `false`. */
  readonly retryable?: boolean;
}

/**
 * An error that a function wants its caller to see. Whatever else a function throws stays on its node, since it may hold
 * secrets: the caller hears only that the function failed.
 *
 * @example The caller gets the words and the data, under the code HANDLER_ERROR
 * ```ts
 * import { FarcallError, PublicError, startNode } from "@farcall/farcall";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using node = await startNode({ listen: "ws://127.0.0.1:0" });
 * node.register("order", () => {
 *   throw new PublicError("Out of stock", { data: { left: 0 } });
 * });
 * const error = await assertRejects(() => node.call("order"), FarcallError, "Out of stock");
 * assertEquals([error.code, error.details], ["HANDLER_ERROR", { left: 0 }]);
 * ```
 */
export class PublicError extends Error {
  /** The class's name, as in every error. */
  override readonly name = "PublicError";
  /** For the caller's program; `undefined` = none. */
  readonly data: JsonValue | undefined;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;

  /**
   * Makes an error for the caller.
   *
   * @param message For the caller's people; at most 512 characters travel.
   * @param options Data, and whether to try again. The `cause` stays on this node.
   */
  constructor(message: string, options: PublicErrorOptions = {}) {
    super(message, options);
    this.data = options.data;
    this.retryable = options.retryable ?? false;
  }
}
