import { STREAM_ITEM_OVERHEAD } from "./limits.ts";
import { Payload } from "./payload.ts";

/**
 * Items of a stream that were ready at the same time, in order, at least one: they travel as one message, and a relay handles
 * them as one text.
 */
export interface ItemBatch {
  /** A JSON array of the items. */
  readonly list: Payload;
  /** How many they are. */
  readonly count: number;
}

/** A batch of items that are JSON texts already. */
export function batchOf(texts: readonly string[]): ItemBatch {
  return { list: Payload.fromText(`[${texts.join(",")}]`), count: texts.length };
}

/** What a batch counts as: the sum of its items, so that it makes no difference how they are put together. */
export function batchUnits({ list, count }: ItemBatch): number {
  // Brackets and commas are not the items'.
  return list.text.length - count - 1 + count * STREAM_ITEM_OVERHEAD;
}
