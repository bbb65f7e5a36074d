import {
  type InputOf,
  isStandardSchema,
  type OutputOf,
  type StandardSchema,
} from "./standard_schema.ts";
import type { ContractTerms } from "./terms.ts";

/** What a caller gives for a streamed argument: anything to iterate over, a `ReadableStream` too. */
export type GivenItems<Item> = AsyncIterable<Item> | Iterable<Item>;

/** What a function reads of a streamed argument. Leaving the loop tells the caller that no more is wanted. */
export type TakenItems<Item> = AsyncIterableIterator<Item, undefined> & AsyncDisposable;

/**
 * The schema of an argument that comes as a stream, item by item: made by {@linkcode streamed}. To whoever sees only its JSON
 * Schema it is a list, and a list may be given for it where there are no streams.
 */
export class StreamedSchema<Input, Output>
  implements StandardSchema<GivenItems<Input>, TakenItems<Output>> {
  /** Schema of each item. */
  readonly item: StandardSchema<Input, Output>;
  /** The standard's part. */
  readonly "~standard": StandardSchema<GivenItems<Input>, TakenItems<Output>>["~standard"];

  /** Made by {@linkcode streamed}. */
  constructor(item: StandardSchema<Input, Output>) {
    this.item = item;
    this["~standard"] = {
      version: 1,
      vendor: "farcall",
      validate: () => ({ issues: [{ message: "Expected a stream" }] }),
      jsonSchema: {
        input: (options) => ({ type: "array", items: itemSchema(item, options), streamed: true }),
      },
    };
  }
}

/**
 * Says in a contract that an argument comes as a stream: the caller gives anything to iterate over, items travel as fast as
 * the function reads them, and each is checked on both sides.
 *
 * @param item A schema of each item.
 * @throws {TypeError} If it is no schema.
 *
 * @example The sum of however many numbers
 * ```ts
 * import { contract, startNode, streamed } from "@farcall/farcall";
 * import { assertEquals } from "@std/assert";
 * import * as v from "valibot";
 *
 * const sum = contract("sum", { args: [streamed(v.number())], returns: v.number() });
 *
 * await using node = await startNode({ listen: "ws://127.0.0.1:0" });
 * node.register(sum, async ([numbers]) => {
 *   let total = 0;
 *   for await (const number of numbers) total += number;
 *   return total;
 * });
 *
 * async function* upTo(last: number): AsyncGenerator<number> {
 *   for (let number = 1; number <= last; number += 1) yield number;
 * }
 * assertEquals(await node.call(sum, [upTo(100)]), 5_050);
 * ```
 */
export function streamed<Schema extends StandardSchema>(
  item: Schema,
): StreamedSchema<InputOf<Schema>, OutputOf<Schema>> {
  if (!isStandardSchema(item)) throw new TypeError("The items of a stream need a schema");
  // A schema's types are what it says they are.
  return new StreamedSchema(item as StandardSchema<InputOf<Schema>, OutputOf<Schema>>);
}

/** The schema of the items, where an argument of a contract comes as a stream. */
export function streamedItem({ args }: ContractTerms, place: number): StandardSchema | undefined {
  const schema = args[place];
  return schema instanceof StreamedSchema ? schema.item : undefined;
}

/** Places of the arguments of a contract that come as streams. */
export function streamedPlaces({ args }: ContractTerms): readonly number[] {
  return args.flatMap((schema, place) => schema instanceof StreamedSchema ? [place] : []);
}

function itemSchema(item: StandardSchema, options: { readonly target: string }): unknown {
  try {
    return item["~standard"].jsonSchema?.input(options) ?? {};
  } catch {
    // JSON Schema has no word for it.
    return {};
  }
}
