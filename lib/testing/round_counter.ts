import type { End } from "./connection_ends.ts";

/**
 * Counts rounds since the last change of the federation: a round is over when every frame that was on its way at its
 * beginning has been taken or is lost. So a slow link makes a round long, never a count high.
 */
export class RoundCounter {
  /** Rounds that are over since the last change. */
  rounds = 0;
  /**
   * A sender was held back since the last change: what waits in it is no frame yet, so the count says nothing.
   */
  isStrained = false;
  readonly #flights = new Map<number, number[]>();
  readonly #congested = new Set<number>();
  #last = 0;
  /** Frames of later numbers belong to later rounds. */
  #lastOfRound = 0;
  #leftOfRound = 0;
  #flying = 0;

  /** Something happened from which the federation must come to rest anew. */
  changed(): void {
    this.rounds = 0;
    this.isStrained = this.#congested.size > 0;
    this.#beginRound();
  }

  /** A frame leaves. */
  sent({ id }: End): void {
    this.#last += 1;
    this.#flying += 1;
    const flight = this.#flights.get(id);
    if (flight === undefined) this.#flights.set(id, [this.#last]);
    else flight.push(this.#last);
    if (this.#leftOfRound === 0) this.#beginRound();
  }

  /** The oldest frame from this end is taken, or lost. */
  landed({ id }: End): void {
    const serial = this.#flights.get(id)?.shift();
    if (serial !== undefined) this.#land(serial);
  }

  /** The process at this end knows of the connection no more: what flies to it is lost. */
  closed(end: End): void {
    const from = end.peer().id;
    const lost = this.#flights.get(from) ?? [];
    this.#flights.delete(from);
    for (const serial of lost) this.#land(serial);
    this.#congested.delete(end.id);
  }

  /** An end is congested, or no longer. */
  flowed({ id }: End, isCongested: boolean): void {
    if (isCongested) this.#congested.add(id);
    else this.#congested.delete(id);
    if (isCongested) this.isStrained = true;
  }

  #land(serial: number): void {
    this.#flying -= 1;
    if (serial > this.#lastOfRound) return;
    this.#leftOfRound -= 1;
    if (this.#leftOfRound > 0) return;
    this.rounds += 1;
    this.#beginRound();
  }

  #beginRound(): void {
    this.#lastOfRound = this.#last;
    this.#leftOfRound = this.#flying;
  }
}
