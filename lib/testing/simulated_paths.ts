import type { Dialect, EdgeEvent } from "../core/events.ts";
import type { Faults } from "./fault_options.ts";
import { Chance, exactMs } from "./seeded_chance.ts";

type Untimed<Event> = Event extends unknown ? Omit<Event, "now"> : never;

/** What happens at the edges of a machine, before its clock stamps it. */
export type Happening = Untimed<EdgeEvent>;

/** What happened, with the time on the clock of the process that takes it. */
export type Stamp<Event> = (now: number) => Event;

/** A process, as the network sees it. */
export interface Process {
  /**
   * Something waits for it, and is stamped when it is taken.
   *
   * @param isWanted Asked when the process takes it: a frame of a connection that has ended since is dropped.
   * @param taken Called when the process has taken it, which is late when it stands still.
   */
  post(stamp: Stamp<EdgeEvent>, isWanted?: () => boolean, taken?: () => void): void;
}

/** Where a process may live: its address stays when it dies. */
export interface Place {
  /** Number of the place, from 0. */
  readonly index: number;
  /** Name for people. */
  readonly name: string;
  /** What others dial; `undefined` = nobody can. */
  readonly url: string | undefined;
  /** What connections to and from it carry: `json` = that, whoever is at the other end. */
  readonly dialect: Dialect;
  /** What lives there now. */
  process: Process | undefined;
  /** The host is without power: whoever dials hears nothing, not even a refusal. */
  isDark: boolean;
}

/** One direction between two places. */
export interface Direction {
  readonly from: Place;
  readonly to: Place;
  readonly chance: Chance;
  latencyMs: number;
  /** Frames that the direction holds before its sender is congested. */
  windowFrames: number;
  /** Nothing arrives; what was sent waits, as it does in TCP. */
  isSilent: boolean;
  /** Dials fail at once. */
  isCut: boolean;
}

/** Places of a world, at most: far more than can be simulated. */
const PLACES_MAX = 2 ** 20;
/** Frames that a narrow direction holds, at most. */
const NARROW_FRAMES_MAX = 4;

/** All directed paths between places; each has its own row of chances, so that one never changes another. */
export class SimulatedPaths {
  readonly #seed: number;
  readonly #faults: Faults;
  readonly #directions = new Map<number, Direction>();

  /** Begins without paths; they come when they are asked for. */
  constructor(seed: number, faults: Faults) {
    this.#seed = seed;
    this.#faults = faults;
  }

  /** The way from one place to another. */
  direction(from: Place, to: Place): Direction {
    const key = from.index * PLACES_MAX + to.index;
    const known = this.#directions.get(key);
    if (known !== undefined) return known;
    const { latencyMsMin, latencyMsMax, narrowChance } = this.#faults;
    const chance = new Chance(this.#seed, 1, from.index, to.index);
    const latencyMs = chance.logBetween(latencyMsMin, latencyMsMax);
    const isNarrow = chance.isHit(narrowChance);
    const windowFrames = isNarrow ? chance.between(1, NARROW_FRAMES_MAX) : Infinity;
    const made = { from, to, chance, latencyMs, windowFrames, isSilent: false, isCut: false };
    this.#directions.set(key, made);
    return made;
  }

  /** Whether both directions work. */
  isOpen(one: Place, other: Place): boolean {
    return [this.direction(one, other), this.direction(other, one)]
      .every(({ isSilent, isCut }) => !isSilent && !isCut);
  }

  /** How long the next frame takes, in ms. */
  delayMs(direction: Direction): number {
    const { jitter } = this.#faults;
    return exactMs(direction.latencyMs * (1 + jitter * (2 * direction.chance.next() - 1)));
  }

  /** Every path that was ever asked for. */
  all(): IterableIterator<Direction> {
    return this.#directions.values();
  }
}
