/**
 * The best way to a group and the best way that does not begin with the best link: all a router needs to tell every
 * neighbour "my distance, not counting you".
 *
 * @module
 */

/** A distance that is none: out of reach, or never told. Larger than any hop count on the wire. */
export const OUT_OF_REACH = 255;

/** No link: nobody advertises the group, or this node writes it itself. */
export const NO_LINK = -1;

/** What the links of one node say about one group. */
export interface BestPaths {
  /** Smallest hop count told by any link, {@linkcode OUT_OF_REACH} when there is none. */
  readonly best: number;
  /** A link that told it, as slot number. */
  readonly via: number;
  /** Smallest hop count told by any other link. */
  readonly second: number;
}

/** Nobody advertises the group. */
export const NO_PATHS: BestPaths = { best: OUT_OF_REACH, via: NO_LINK, second: OUT_OF_REACH };

/**
 * Looks at every link: the definition, and the way out when {@linkcode adjustedPaths} cannot tell.
 *
 * @param hopsOf The hop count a slot holds, {@linkcode OUT_OF_REACH} for an empty slot.
 * @param slots Slots `0 … slots - 1` are looked at.
 * @param preferred Among equally good links this one stays the best, so that a tie causes no records.
 */
export function bestPaths(
  hopsOf: (slot: number) => number,
  slots: number,
  preferred: number,
): BestPaths {
  let best = OUT_OF_REACH;
  let via = NO_LINK;
  let second = OUT_OF_REACH;
  for (let slot = 0; slot < slots; slot++) {
    const hops = hopsOf(slot);
    if (hops < best || (hops === best && hops !== OUT_OF_REACH && slot === preferred)) {
      second = best;
      best = hops;
      via = slot;
    } else if (hops < second) {
      second = hops;
    }
  }
  return { best, via, second };
}

/**
 * The same after one link changed its mind, in constant time; `undefined` when the answer needs a look at every link,
 * which happens only when the best or the second best got worse.
 *
 * @param before What the slot held when `paths` was computed.
 * @param after What it holds now.
 */
export function adjustedPaths(
  paths: BestPaths,
  slot: number,
  before: number,
  after: number,
): BestPaths | undefined {
  const { best, via, second } = paths;
  if (before === after) return paths;
  if (slot === via) return after <= second ? { best: after, via, second } : undefined;
  if (after < best) return { best: after, via: slot, second: best };
  if (after <= second) return { best, via, second: after };
  return before <= second ? undefined : paths;
}
