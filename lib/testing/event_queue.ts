interface Entry {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
}

/** Actions in the order of their absolute times; what has the same time happens in the order of its adding. */
export class EventQueue {
  readonly #heap: Entry[] = [];
  #order = 0;
  #now = 0;

  /** The present, in ms since the world began. */
  get now(): number {
    return this.#now;
  }

  /** When the next action is; `Infinity` = there is none. */
  get nextAt(): number {
    return this.#heap[0]?.at ?? Infinity;
  }

  /** Adds an action; one for a time that is over happens now. */
  add(at: number, action: () => void): void {
    const heap = this.#heap;
    const entry = { at: Math.max(at, this.#now), order: this.#order++, action };
    let place = heap.length;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, entry)) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = entry;
  }

  /** Does what comes next, if that is due by `until`. */
  step(until: number): boolean {
    const first = this.#heap[0];
    if (first === undefined || first.at > until) return false;
    this.#removeFirst();
    this.#now = first.at;
    first.action();
    return true;
  }

  /** Does all that is due by `until`, and makes that the present. */
  run(until: number): void {
    while (this.step(until));
    this.#now = Math.max(this.#now, until);
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    while (true) {
      let below = 2 * place + 1;
      let child = heap[below];
      const right = heap[below + 1];
      if (child !== undefined && right !== undefined && isBefore(right, child)) {
        below += 1;
        child = right;
      }
      if (child === undefined || isBefore(last, child)) break;
      heap[place] = child;
      place = below;
    }
    heap[place] = last;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
