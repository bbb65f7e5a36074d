/** An entry of a {@linkcode DeadlineQueue}; only the queue that made it changes it. */
export interface Deadline<Item> {
  /** When it is due, in ms. */
  readonly at: number;
  /** What is due then. */
  readonly item: Item;
}

class Entry<Item> implements Deadline<Item> {
  readonly at: number;
  readonly order: number;
  readonly item: Item;
  isLive = true;

  constructor(at: number, order: number, item: Item) {
    this.at = at;
    this.order = order;
    this.item = item;
  }
}

/** Entries kept beyond twice the live ones: below that, cleaning costs more than it frees. */
const SLACK = 64;

/**
 * Deadlines, the earliest first; of equal ones the first added.
 *
 * A binary heap. Most deadlines are removed long before they are due, from its middle, where finding them would cost
 * more than all else: a removed entry is only marked and dropped when it comes to the top. When more than half are
 * marked, the heap is rebuilt without them, so it never holds more than twice the live entries and 64, and each
 * operation is O(log n) amortised. The top is live at all times.
 */
export class DeadlineQueue<Item> {
  #heap: Entry<Item>[] = [];
  #live = 0;
  #order = 0;

  /** Deadlines in the queue. */
  get size(): number {
    return this.#live;
  }

  /** Entries in memory, removed ones that were not yet dropped included. */
  get heldSize(): number {
    return this.#heap.length;
  }

  /** The earliest deadline, in ms, or `undefined` when there is none. */
  get nextAt(): number | undefined {
    return this.#heap[0]?.at;
  }

  /**
   * Adds a deadline.
   *
   * @param at In ms; `Infinity` is never due.
   * @returns The handle to remove it by.
   * @throws {RangeError} If `at` is not a number.
   */
  add(at: number, item: Item): Deadline<Item> {
    if (Number.isNaN(at)) throw new RangeError(`Not an instant: ${at}`);
    const entry = new Entry(at, this.#order++, item);
    this.#heap.push(entry);
    this.#live += 1;
    this.#rise(this.#heap.length - 1);
    return entry;
  }

  /** Removes a deadline; one that is no longer in the queue is left alone. */
  remove(deadline: Deadline<Item>): void {
    if (!(deadline instanceof Entry) || !deadline.isLive) return;
    deadline.isLive = false;
    this.#live -= 1;
    if (this.#heap.length > 2 * this.#live + SLACK) this.#compact();
    else this.#dropDead();
  }

  /** Takes out the earliest deadline that is due, if there is one. */
  takeDue(now: number): Deadline<Item> | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    this.remove(first);
    return first;
  }

  #dropDead(): void {
    while (this.#heap[0]?.isLive === false) {
      const last = this.#heap.pop();
      if (last === undefined || this.#heap.length === 0) return;
      this.#heap[0] = last;
      this.#sink(0);
    }
  }

  #compact(): void {
    this.#heap = this.#heap.filter((entry) => entry.isLive);
    for (let at = (this.#heap.length >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(from: number): void {
    let at = from;
    while (true) {
      const left = 2 * at + 1;
      const child = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#isBefore(child, at)) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const one = this.#heap[a];
    const other = this.#heap[b];
    if (one === undefined || other === undefined) return false;
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    const one = this.#heap[a];
    const other = this.#heap[b];
    if (one === undefined || other === undefined) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }
}
