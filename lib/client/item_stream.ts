import type { Soon } from "../contract/checking.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import type { IncomingItems } from "./incoming_items.ts";

/** What is done with what comes. */
export interface ItemChecks {
  /** What an item is for its reader. */
  readonly item: (value: JsonValue) => Soon<unknown>;
  /** What an error is for its reader. */
  readonly error: (error: unknown) => unknown;
}

/**
 * Values that come from afar one after the other, as fast as they are read and no faster: whoever gives them waits. To a caller
 * they are what a function gives; to a function, an argument that its caller gives as a stream. Leaving the loop, `return()` or
 * ending its scope (`await using`) ends whoever gives them, too.
 *
 * Iterate over it once, or take it as a `ReadableStream` by `readable`.
 *
 * @example Read until it has been enough
 * ```ts
 * import { startNode } from "@farcall/farcall";
 * import { assertEquals } from "@std/assert";
 *
 * await using node = await startNode({ listen: "ws://127.0.0.1:0" });
 * node.register("count", async function* () {
 *   for (let number = 0;; number += 1) yield number;
 * });
 *
 * const read: unknown[] = [];
 * for await (const number of node.stream("count")) {
 *   read.push(number);
 *   if (read.length === 3) break;
 * }
 * assertEquals(read, [0, 1, 2]);
 * ```
 */
export class ItemStream<Item> implements AsyncIterableIterator<Item>, AsyncDisposable {
  readonly #items: IncomingItems;
  readonly #checks: ItemChecks;
  #tail: Promise<unknown> = Promise.resolve();
  #readable: ReadableStream<Item> | undefined;

  /** Made by `stream` of a node or a client. */
  constructor(items: IncomingItems, checks: ItemChecks) {
    this.#items = items;
    this.#checks = checks;
  }

  /**
   * The next value. Several may be asked for at once.
   *
   * @throws {FarcallError} If the stream ended badly: after what came before, and once.
   */
  next(): Promise<IteratorResult<Item, undefined>> {
    const result = this.#tail.then(() => this.#next());
    this.#tail = result.catch(() => {});
    return result;
  }

  /** Nobody reads any more: the function is cancelled. Idempotent. */
  return(): Promise<IteratorResult<Item, undefined>> {
    this.#items.cancel();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Cancels. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** @internal The same values, seen by other checks. */
  checkedBy(checks: ItemChecks): ItemStream<unknown> {
    return new ItemStream(this.#items, checks);
  }

  /** The same values as a stream of the platform, which reads none ahead. */
  get readable(): ReadableStream<Item> {
    return this.#readable ??= new ReadableStream<Item>({
      pull: async (controller) => {
        const { done, value } = await this.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => void await this.return(),
    }, { highWaterMark: 0 });
  }

  async #next(): Promise<IteratorResult<Item, undefined>> {
    try {
      const item = await this.#items.next();
      if (item === undefined) return { done: true, value: undefined };
      // What the check gives is of the type that the contract infers; without a contract it is unknown.
      return { done: false, value: await this.#checks.item(item.value) as Item };
    } catch (error) {
      this.#items.cancel();
      throw await this.#checks.error(error);
    }
  }
}
