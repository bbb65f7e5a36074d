/** Local time of world time 0, in ms since 1970; any would do. */
const EPOCH_MS = 1_700_000_000_000;

/** The clock of one life of one machine: it is off, it may jump, and what it shows never goes back. */
export class SimulatedClock {
  readonly #worldNow: () => number;
  #offsetMs: number;
  #shown: number;

  /**
   * Starts a clock.
   *
   * @param worldNow The world's time, in ms.
   * @param skewMs How far it is ahead; negative = behind.
   */
  constructor(worldNow: () => number, skewMs: number) {
    this.#worldNow = worldNow;
    this.#offsetMs = EPOCH_MS + skewMs;
    this.#shown = worldNow() + this.#offsetMs;
  }

  /** What the clock shows: after a jump back it stands still until time has caught up. */
  now(): number {
    return this.#shown = Math.max(this.#shown, this.#worldNow() + this.#offsetMs);
  }

  /** Sets the clock ahead, or back where `ms` is negative. */
  jump(ms: number): void {
    this.now();
    this.#offsetMs += ms;
  }

  /** The world's time at which the clock will show this one, if it does not jump. */
  worldTimeOf(local: number): number {
    return local - this.#offsetMs;
  }
}
