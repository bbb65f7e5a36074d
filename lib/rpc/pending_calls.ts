import { type Deadline, DeadlineQueue } from "./deadline_queue.ts";

interface Entry<Call, Id, Owner> {
  readonly call: Call;
  readonly deadline: Deadline<Id>;
  owner: Owner | undefined;
}

/**
 * Calls that have not ended.
 *
 * Whoever ends a call settles it first and acts only if it was still there, so of several ends that race (an answer, a
 * deadline, a cancellation, a lost connection) exactly one finds it: invariant I8.
 *
 * A call may have an owner, the connection it depends on, so that all calls of a lost connection end at once.
 */
export class PendingCalls<Call extends object, Id = number, Owner = number> {
  readonly #max: number;
  readonly #entries = new Map<Id, Entry<Call, Id, Owner>>();
  readonly #owned = new Map<Owner, Set<Id>>();
  readonly #deadlines = new DeadlineQueue<Id>();

  /**
   * An empty table.
   *
   * @param max Most calls at once.
   */
  constructor(max: number) {
    this.#max = max;
  }

  /** Calls that have not ended. */
  get size(): number {
    return this.#entries.size;
  }

  /** When the next call is due, in ms, or `undefined` when none is. */
  get nextDeadlineAt(): number | undefined {
    return this.#deadlines.nextAt;
  }

  /**
   * Takes a call in.
   *
   * @param deadlineAt In ms.
   * @param owner Default: none.
   * @returns Whether it was taken in: not when the limit is reached, nor when the id is in use.
   * @throws {RangeError} If the deadline is not a number.
   */
  add(id: Id, call: Call, deadlineAt: number, owner?: Owner): boolean {
    if (this.#entries.size >= this.#max || this.#entries.has(id)) return false;
    const deadline = this.#deadlines.add(deadlineAt, id);
    this.#entries.set(id, { call, deadline, owner: undefined });
    if (owner !== undefined) this.assign(id, owner);
    return true;
  }

  /** A call that has not ended; it stays where it is. */
  get(id: Id): Call | undefined {
    return this.#entries.get(id)?.call;
  }

  /** All calls that have not ended, in the order in which they began. */
  *all(): Generator<Call, void, undefined> {
    for (const { call } of this.#entries.values()) yield call;
  }

  /** Calls of one owner that have not ended. */
  sizeOf(owner: Owner): number {
    return this.#owned.get(owner)?.size ?? 0;
  }

  /** The calls of one owner, in the order in which it got them. */
  idsOf(owner: Owner): readonly Id[] {
    return [...this.#owned.get(owner) ?? []];
  }

  /**
   * Gives a call to another owner, or with `undefined` to none.
   *
   * @returns Whether the call had not ended.
   */
  assign(id: Id, owner: Owner | undefined): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    this.#disown(id, entry);
    entry.owner = owner;
    if (owner === undefined) return true;
    const owned = this.#owned.get(owner) ?? new Set();
    this.#owned.set(owner, owned.add(id));
    return true;
  }

  /** Ends a call: gives it to the first who asks, and `undefined` to all others. */
  settle(id: Id): Call | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    this.#entries.delete(id);
    this.#deadlines.remove(entry.deadline);
    this.#disown(id, entry);
    return entry.call;
  }

  /**
   * Calls whose time is over, the earliest first. Each is yielded once and still pending then: the receiver settles it.
   * Calls that are settled on the way, as a consequence of others, are left out.
   *
   * @param now In ms; a deadline at this instant is over.
   */
  *due(now: number): Generator<Call, void, undefined> {
    let deadline = this.#deadlines.takeDue(now);
    while (deadline !== undefined) {
      const entry = this.#entries.get(deadline.item);
      if (entry !== undefined) yield entry.call;
      deadline = this.#deadlines.takeDue(now);
    }
  }

  /** Settles all calls of an owner and gives them, in the order in which it got them. */
  takeAll(owner: Owner): readonly Call[] {
    const ids = [...this.#owned.get(owner) ?? []];
    return ids.flatMap((id) => this.settle(id) ?? []);
  }

  #disown(id: Id, entry: Entry<Call, Id, Owner>): void {
    if (entry.owner === undefined) return;
    const owned = this.#owned.get(entry.owner);
    owned?.delete(id);
    if (owned?.size === 0) this.#owned.delete(entry.owner);
  }
}
