import { type Deadline, DeadlineQueue } from "./deadline_queue.ts";

/** At most one instant for each of several things: the earliest comes first. */
export class Reminders<Key> {
  readonly #queue = new DeadlineQueue<Key>();
  readonly #of = new Map<Key, Deadline<Key>>();

  /** When the next one is due. */
  get nextAt(): number {
    return this.#queue.nextAt ?? Infinity;
  }

  /** How many things have one. */
  get size(): number {
    return this.#of.size;
  }

  /** Sets a thing's instant, in place of the one it had. */
  set(key: Key, at: number): void {
    this.cancel(key);
    this.#of.set(key, this.#queue.add(at, key));
  }

  /** A thing needs none any more. */
  cancel(key: Key): void {
    const deadline = this.#of.get(key);
    if (deadline === undefined) return;
    this.#queue.remove(deadline);
    this.#of.delete(key);
  }

  /** Takes out the first thing that is due; `undefined` = none is. */
  takeDue(now: number): Key | undefined {
    const due = this.#queue.takeDue(now);
    if (due !== undefined) this.#of.delete(due.item);
    return due?.item;
  }
}
