/**
 * What a function that gives many values gives them by.
 *
 * @module
 */

/** What a function that gives many values may give them by. */
export type Items<Item> = AsyncIterable<Item> | Iterable<Item> | ReadableStream<Item>;

/** One value after the other, in either manner. */
export type ItemIterator = AsyncIterator<unknown> | Iterator<unknown>;

/** Iterates over what a function gave; `undefined` = it is one value. */
export function iteratorOf(given: unknown): ItemIterator | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  if (isAsyncIterable(given)) return given[Symbol.asyncIterator]();
  if (given instanceof ReadableStream) return readerOf(given);
  return isIterable(given) ? given[Symbol.iterator]() : undefined;
}

/** Whether a function gave what can only be read as a stream, as opposed to a list. */
export function isOnlyStream(given: unknown): boolean {
  if (typeof given !== "object" || given === null) return false;
  return isAsyncIterable(given) || given instanceof ReadableStream ||
    (isIterable(given) && "next" in given);
}

/** Ends what gives values; whatever it says to that. */
export async function endIterator(iterator: ItemIterator): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // It has been told; nobody waits for anything of it.
  }
}

/** Not every browser can iterate over a stream of the platform. */
function readerOf(stream: ReadableStream<unknown>): AsyncIterator<unknown> {
  const reader = stream.getReader();
  return {
    async next(): Promise<IteratorResult<unknown>> {
      const { done, value } = await reader.read();
      return done ? { done, value: undefined } : { done, value };
    },
    async return(): Promise<IteratorResult<unknown>> {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

function isAsyncIterable(given: object): given is AsyncIterable<unknown> {
  return Symbol.asyncIterator in given && typeof given[Symbol.asyncIterator] === "function";
}

function isIterable(given: object): given is Iterable<unknown> {
  return Symbol.iterator in given && typeof given[Symbol.iterator] === "function";
}
