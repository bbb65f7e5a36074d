/**
 * The two ends of a stream in a simulated world: one writes numbered items as far as its credit goes, the other holds what
 * came and says what was wrong with it.
 *
 * @module
 */

import { batchOf, type ItemBatch } from "../protocol/item_batch.ts";
import { STREAM_CREDIT, STREAM_ITEM_MAX, STREAM_ITEM_OVERHEAD } from "../protocol/limits.ts";

/** Writes the items of one stream. */
export class Outlet {
  /** Number of the next item. */
  next: number;
  readonly #padding: string;
  #credit = 0;

  /**
   * Nothing may be sent yet.
   *
   * @param from Number of the first item.
   * @param weight How many characters each item has besides.
   */
  constructor(from: number, weight: number) {
    this.next = from;
    this.#padding = "x".repeat(weight);
  }

  /** Whether the next item may leave. */
  get isOpen(): boolean {
    return this.#credit > 0;
  }

  /** Its reader allows so much more. */
  allow(units: number): void {
    this.#credit += units;
  }

  /** Some items, as far as the credit goes; it must be open. */
  write(most: number): ItemBatch {
    const texts: string[] = [];
    while (this.isOpen && texts.length < Math.max(1, most)) {
      const text = `[${this.next},"${this.#padding}"]`;
      texts.push(text);
      this.#credit -= text.length + STREAM_ITEM_OVERHEAD;
      this.next += 1;
    }
    return batchOf(texts);
  }
}

/** Holds the items of one stream until they are read. */
export class Inlet {
  /** What was wrong with what came; `undefined` = nothing so far. */
  wrong: string | undefined;
  /** Number of the next item that may come. */
  next: number;
  /** Whether all has come. */
  isEnded = false;
  readonly #held: number[] = [];
  #units = 0;

  /** @param from Number of the first item. */
  constructor(from: number) {
    this.next = from;
  }

  /** Whether an item can be read. */
  get hasItem(): boolean {
    return this.#held.length > 0;
  }

  /** Whether all has come and was read. */
  get isOver(): boolean {
    return this.isEnded && this.#held.length === 0;
  }

  /** Items came; `undefined` = all have come. */
  push(batch: ItemBatch | undefined): void {
    if (this.isEnded) this.wrong ??= "got something of a stream after its end";
    if (batch === undefined) {
      this.isEnded = true;
      return;
    }
    const list = batch.list.value;
    const items = Array.isArray(list) ? list : [];
    if (items.length !== batch.count) this.wrong ??= `got ${items.length} of ${batch.count} items`;
    for (const item of items) this.#take(item);
    if (this.#units >= STREAM_CREDIT + STREAM_ITEM_MAX) {
      this.wrong ??= `holds ${this.#units} units of a stream, more than it ever allowed`;
    }
  }

  /** Reads one item; gives its units. */
  read(): number {
    const units = this.#held.shift() ?? 0;
    this.#units -= units;
    return units;
  }

  #take(item: unknown): void {
    const [number, padding] = Array.isArray(item) ? item : [];
    if (number !== this.next) this.wrong ??= `got item ${number} of a stream, not ${this.next}`;
    this.next += 1;
    const units = `[${number},""]`.length + String(padding).length + STREAM_ITEM_OVERHEAD;
    this.#held.push(units);
    this.#units += units;
  }
}
