import type { FarcallError } from "../protocol/errors.ts";
import type { ItemBatch } from "../protocol/item_batch.ts";
import { IncomingItems } from "./incoming_items.ts";
import { ItemStream } from "./item_stream.ts";

/** The streamed arguments of one run, as its function reads them. */
export class TakenArguments {
  readonly #items = new Map<number, IncomingItems>();

  /**
   * Nothing of them has come yet.
   *
   * @param places Which arguments.
   * @param want Asks for so much more of one, in units of items: 0 = to begin, `undefined` = for nothing more.
   */
  constructor(places: readonly number[], want: (arg: number, units: number | undefined) => void) {
    for (const place of places) {
      this.#items.set(
        place,
        new IncomingItems({
          begin: () => want(place, 0),
          read: (units) => want(place, units),
          cancel: () => want(place, undefined),
        }),
      );
    }
  }

  /** The arguments with streams in the places of those that are. */
  put(args: readonly unknown[]): unknown[] {
    const all = [...args];
    for (const [place, items] of this.#items) {
      all[place] = new ItemStream(items, { item: (value) => value, error: (error) => error });
    }
    return all;
  }

  /** Items came; `undefined` = all have come. */
  given(arg: number, batch: ItemBatch | undefined): void {
    const items = this.#items.get(arg);
    if (batch === undefined) items?.finish();
    else items?.push(batch);
  }

  /** The call has ended: whoever still reads hears why. */
  end(error: FarcallError): void {
    for (const items of this.#items.values()) items.fail(error, true);
  }
}
