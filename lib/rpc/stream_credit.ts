/**
 * Credit: how much of a stream may be under way, so that a slow reader makes its writer wait and nothing in between grows.
 *
 * A writer sends as long as it has any credit; what it sends is taken off, maybe to below zero, so that no item is too long to
 * leave. Whoever receives keeps the same account and knows when more is sent than was allowed. Credit travels from the reader
 * to the writer; a relay passes on no more than it got, and keeps some back when a connection carries many streams.
 *
 * @module
 */

import {
  STREAM_CREDIT,
  STREAM_CREDIT_MIN,
  STREAM_CREDIT_PER_LINK,
  STREAM_ITEM_MAX,
  STREAM_ITEM_OVERHEAD,
} from "../protocol/limits.ts";
import type { Payload } from "../protocol/payload.ts";

/** What an item counts as. */
export function itemUnits(value: Payload): number {
  return value.text.length + STREAM_ITEM_OVERHEAD;
}

/** Whether an item is too long to travel in a stream. */
export function isItemTooLong(value: Payload): boolean {
  return itemUnits(value) > STREAM_ITEM_MAX;
}

/** What the streams of one connection, or of one reading process, share. */
export class StreamBudget {
  #streams = 0;
  #exposed = 0;

  /** Streams that share it. */
  get streams(): number {
    return this.#streams;
  }

  /** Streams that share it, and one more if anything is kept of none of them: what must be 0 at rest. */
  get kept(): number {
    return this.#streams + (this.#streams === 0 && this.#exposed !== 0 ? 1 : 0);
  }

  /** What is granted or kept of all of them. */
  get exposed(): number {
    return this.#exposed;
  }

  /** What each stream may have. */
  get share(): number {
    const equal = Math.floor(STREAM_CREDIT_PER_LINK / Math.max(1, this.#streams));
    return Math.min(STREAM_CREDIT, Math.max(STREAM_CREDIT_MIN, equal));
  }

  /** @internal A stream begins to share it, or with -1 no longer does. */
  count(streams: 1 | -1): void {
    this.#streams += streams;
  }

  /** @internal What one stream has grew, or shrank. */
  expose(units: number): void {
    this.#exposed += units;
  }
}

/** The account of whoever receives a stream's items: its reader, or a relay that passes them on. */
export class StreamWindow {
  readonly #keeps: boolean;
  #budget: StreamBudget | undefined;
  /** What may be granted and has not been. */
  #pool: number;
  /** What was granted and not yet used; below zero after an item that was longer than what was left. */
  #open = 0;
  /** What arrived and was not read. */
  #held = 0;
  /** What the budget was told of this window. */
  #told = 0;

  /**
   * A window.
   *
   * @param keeps Whether items stay here until they are read, as opposed to being passed on at once.
   * @param pool What the next reader allows at first.
   */
  constructor(keeps: boolean, pool: number) {
    this.#keeps = keeps;
    this.#pool = Math.min(pool, STREAM_CREDIT);
  }

  /** What the writer may still send. */
  get open(): number {
    return this.#open;
  }

  /** What arrived and was not read. */
  get held(): number {
    return this.#held;
  }

  /**
   * A writer begins, maybe instead of another one that was lost.
   *
   * @param budget What it shares with others. Default: nothing.
   * @returns What it may send at first.
   */
  begin(budget?: StreamBudget): number {
    this.end();
    // An earlier writer may have overdrawn; this one has not.
    const overdrawn = Math.min(0, this.#open);
    this.#pool += overdrawn;
    this.#open -= overdrawn;
    this.#budget = budget;
    budget?.count(1);
    this.#tell();
    this.grant();
    return this.#open;
  }

  /** Nothing more comes: what it had is the others'. */
  end(): void {
    this.#budget?.count(-1);
    this.#budget?.expose(-this.#told);
    this.#told = 0;
    this.#budget = undefined;
  }

  /** An item arrives. Returns whether the writer was allowed to send it. */
  take(units: number): boolean {
    if (this.#open <= 0 || units > STREAM_ITEM_MAX) return false;
    this.#open -= units;
    if (this.#keeps) this.#held += units;
    this.#tell();
    return true;
  }

  /** So much of what was kept has been read. */
  release(units: number): void {
    const released = Math.min(units, this.#held);
    this.#held -= released;
    this.#pool += released;
    this.#tell();
  }

  /** The next reader allows so much more; what is beyond a window is not believed. */
  add(units: number): void {
    this.#pool = Math.max(this.#pool, Math.min(this.#pool + units, STREAM_CREDIT - this.#open));
  }

  /** What the writer is told that it may send besides; 0 as long as telling it is not worth a message. */
  grant(): number {
    const units = this.#grantable();
    if (units <= 0) return 0;
    const isWorthIt = this.#open <= 0 || units >= (this.#budget?.share ?? STREAM_CREDIT) / 4;
    if (!isWorthIt) return 0;
    this.#pool -= units;
    this.#open += units;
    this.#tell();
    return units;
  }

  #grantable(): number {
    const budget = this.#budget;
    if (budget === undefined) return this.#pool;
    const has = this.#open + this.#held;
    const free = Math.max(STREAM_CREDIT_PER_LINK - budget.exposed, STREAM_CREDIT_MIN - has);
    return Math.min(this.#pool, budget.share - has, free);
  }

  #tell(): void {
    const now = Math.max(0, this.#open) + this.#held;
    this.#budget?.expose(now - this.#told);
    this.#told = this.#budget === undefined ? 0 : now;
  }
}

/** The account of whoever writes a stream. */
export class StreamGate {
  #credit: number;
  #isClosed = false;
  #opened: (() => void) | undefined;

  /** @param credit What may be sent at first. */
  constructor(credit: number) {
    this.#credit = credit;
  }

  /** Whether the next item may leave. */
  get isOpen(): boolean {
    return this.#credit > 0 && !this.#isClosed;
  }

  /** An item leaves. */
  spend(units: number): void {
    this.#credit -= units;
  }

  /** The reader allows more. */
  add(units: number): void {
    this.#credit += units;
    if (this.isOpen) this.#wake();
  }

  /** Nobody reads any more. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** Calls back once, when the next item may leave or nobody reads any more; at once if that is so. */
  whenOpen(opened: () => void): void {
    if (this.#isClosed || this.isOpen) opened();
    else this.#opened = opened;
  }

  #wake(): void {
    const opened = this.#opened;
    this.#opened = undefined;
    opened?.();
  }
}
