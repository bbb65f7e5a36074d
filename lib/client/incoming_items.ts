import { FarcallError } from "../protocol/errors.ts";
import { batchUnits, type ItemBatch } from "../protocol/item_batch.ts";
import type { JsonValue } from "../protocol/json_value.ts";

/** What was read is told in steps of so many units, and whenever nothing is left: a word for each item would cost more. */
const TOLD_IN_STEPS_OF = 16 * 1024;

/** What the items of one stream need from whoever runs the machine. */
export interface IncomingEdges {
  /** The first item is asked for. Default: nobody needs to know. */
  readonly begin?: () => void;
  /** So much was read, in units of items. */
  readonly read: (units: number) => void;
  /** Nobody reads any more. */
  readonly cancel: () => void;
}

/** The items of a stream that came and were not read, and its one end. Never more than the stream's credit waits here. */
export class IncomingItems {
  readonly #edges: IncomingEdges;
  #batches: ItemBatch[] = [];
  /** The batch that is being read. */
  #values: readonly JsonValue[] = [];
  /** Values of it that were read. */
  #at = 0;
  #hasBegun = false;
  #untold = 0;
  #end: { readonly error: unknown } | "done" | undefined;
  #wake: (() => void) | undefined;

  /** @param edges Where words about this stream go. */
  constructor(edges: IncomingEdges) {
    this.#edges = edges;
  }

  /** Items that came and were not read. */
  get waiting(): number {
    const unopened = this.#batches.reduce((sum, { count }) => sum + count, 0);
    return this.#values.length - this.#at + unopened;
  }

  /** Items came. */
  push(batch: ItemBatch): void {
    if (this.#end !== undefined) return;
    this.#batches.push(batch);
    this.#notify();
  }

  /** All items have come. */
  finish(): void {
    this.#end ??= "done";
    this.#notify();
  }

  /**
   * No more come. What came before is still read first.
   *
   * @param atOnce It is not: the reader itself gave up.
   */
  fail(error: unknown, atOnce = false): void {
    this.#end ??= { error };
    if (atOnce) this.#drop();
    this.#notify();
  }

  /** Nobody reads any more. Idempotent. */
  cancel(): void {
    const isFirst = this.#end === undefined;
    this.#end = "done";
    this.#drop();
    this.#notify();
    if (isFirst) this.#edges.cancel();
  }

  /**
   * The next item; only one may be waited for at a time.
   *
   * @returns `undefined` after the last one.
   * @throws What ended the stream.
   */
  async next(): Promise<{ readonly value: JsonValue } | undefined> {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      if (this.#end === undefined) this.#edges.begin?.();
    }
    while (this.#at >= this.#values.length && !this.#open()) {
      if (this.#end === "done") return undefined;
      if (this.#end !== undefined) throw this.#end.error;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const value = this.#values[this.#at] ?? null;
    this.#at += 1;
    return { value };
  }

  /** Opens the next batch: all of it counts as read, so that its writer goes on while it is. Returns whether there was one. */
  #open(): boolean {
    const batch = this.#batches.shift();
    if (batch === undefined) return false;
    this.#tell(batchUnits(batch));
    this.#at = 0;
    this.#values = [];
    try {
      const { value } = batch.list;
      if (Array.isArray(value)) this.#values = value as readonly JsonValue[];
    } catch (error) {
      throw FarcallError.from(error);
    }
    return true;
  }

  #drop(): void {
    this.#batches = [];
    this.#values = [];
    this.#at = 0;
  }

  #tell(units: number): void {
    this.#untold += units;
    if (this.#end !== undefined) return;
    if (this.#batches.length > 0 && this.#untold < TOLD_IN_STEPS_OF) return;
    this.#edges.read(this.#untold);
    this.#untold = 0;
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
