/** Actions in order of their time, and in order of arrival at equal times. */
export class TimeQueue {
  readonly #heap: { readonly at: number; readonly order: number; readonly action: () => void }[] =
    [];
  #order = 0;
  #now = 0;

  get now(): number {
    return this.#now;
  }

  add(at: number, action: () => void): void {
    const heap = this.#heap;
    const entry = { at, order: this.#order++, action };
    let place = heap.length;
    while (place > 0) {
      const parent = heap[(place - 1) >> 1];
      if (parent === undefined || isBefore(parent, entry)) break;
      heap[place] = parent;
      place = (place - 1) >> 1;
    }
    heap[place] = entry;
  }

  /**
   * Runs everything due until then, in time.
   *
   * @throws {Error} If it does not come to an end: then something goes in circles.
   */
  run(until: number, actionsMax = 1_000_000): void {
    for (let count = 0; (this.#heap[0]?.at ?? Infinity) <= until; count++) {
      if (this.#heap[0] === undefined) break;
      if (count >= actionsMax) throw new Error(`No rest after ${actionsMax} actions`);
      const { at, action } = this.#take(this.#heap[0]);
      this.#now = at;
      action();
    }
    if (until !== Infinity) this.#now = Math.max(this.#now, until);
  }

  #take<Entry>(first: Entry): Entry {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let place = 0;
    while (true) {
      const [left, right] = [heap[2 * place + 1], heap[2 * place + 2]];
      const isRight = right !== undefined && left !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (child === undefined || isBefore(last, child)) break;
      heap[place] = child;
      place = 2 * place + (isRight ? 2 : 1);
    }
    heap[place] = last;
    return first;
  }
}

function isBefore(
  one: { readonly at: number; readonly order: number },
  other: { readonly at: number; readonly order: number },
): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
