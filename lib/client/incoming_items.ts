import { FarcallError } from "../protocol/errors.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import type { Payload } from "../protocol/payload.ts";
import { itemUnits } from "../rpc/stream_credit.ts";

/** What was read is told in steps of so many units, and whenever nothing is left: a word for each item would cost more. */
const TOLD_IN_STEPS_OF = 16 * 1024;

/** What the items of one stream need from whoever runs the machine. */
export interface IncomingEdges {
  /** So much was read, in units of items. */
  readonly read: (units: number) => void;
  /** Nobody reads any more. */
  readonly cancel: () => void;
}

/** The items of a stream that came and were not read, and its one end. Never more than the stream's credit waits here. */
export class IncomingItems {
  readonly #edges: IncomingEdges;
  #items: Payload[] = [];
  #untold = 0;
  #end: { readonly error: unknown } | "done" | undefined;
  #wake: (() => void) | undefined;

  /** @param edges Where words about this stream go. */
  constructor(edges: IncomingEdges) {
    this.#edges = edges;
  }

  /** Items that came and were not read. */
  get waiting(): number {
    return this.#items.length;
  }

  /** An item came. */
  push(value: Payload): void {
    if (this.#end !== undefined) return;
    this.#items.push(value);
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
    if (atOnce) this.#items = [];
    this.#notify();
  }

  /** Nobody reads any more. Idempotent. */
  cancel(): void {
    const isFirst = this.#end === undefined;
    this.#end = "done";
    this.#items = [];
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
    while (this.#items.length === 0) {
      if (this.#end === "done") return undefined;
      if (this.#end !== undefined) throw this.#end.error;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const item = this.#items.shift();
    if (item === undefined) return undefined;
    this.#tell(itemUnits(item));
    try {
      return { value: item.value };
    } catch (error) {
      throw FarcallError.from(error);
    }
  }

  #tell(units: number): void {
    this.#untold += units;
    if (this.#end !== undefined) return;
    if (this.#items.length > 0 && this.#untold < TOLD_IN_STEPS_OF) return;
    this.#edges.read(this.#untold);
    this.#untold = 0;
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
