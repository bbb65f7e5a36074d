import type { Dialect } from "../core/events.ts";
import type { Direction, Place, Process } from "./simulated_paths.ts";
import type { Untaken } from "./wire_text.ts";

/** What travels through a pipe. */
export type Item =
  | { readonly at: number; readonly type: "opened" }
  | { readonly at: number; readonly type: "frame"; readonly frame: Untaken }
  | {
    readonly at: number;
    readonly type: "closed";
    readonly code: number;
    readonly reason: string;
  };

/** An item before its arrival is reckoned. */
export type Unsent = Item extends infer One ? One extends Item ? Omit<One, "at"> : never : never;

/** One end of a connection. */
export interface End {
  /** The number its machine knows it by. */
  readonly id: number;
  readonly place: Place;
  /** What the connection carries. */
  readonly dialect: Dialect;
  /** It began the connection. */
  readonly isDialler: boolean;
  process: Process | undefined;
  /** The machine has it, or is about to. */
  isOpen: boolean;
  /** Ours, not answered yet. */
  dial: number | undefined;
  readonly out: Pipe;
  /** The other end. */
  readonly peer: () => End;
}

/** One direction of one connection, first in, first out. */
export interface Pipe {
  readonly direction: Direction;
  items: Item[];
  lastAt: number;
  /** Frames sent and not taken. */
  held: number;
  isCongested: boolean;
  isDead: boolean;
}

/** Counts of what the network carried. */
export interface Traffic {
  /** Dials, good or bad. */
  dials: number;
  /** Frames that arrived. */
  frames: number;
  /** Messages in them. */
  deliveries: number;
  /** World time at which something was last sent or taken that is more than a sign of life, between watched places. */
  stirredAt: number;
}

/**
 * Both ends of a new connection, the dialling one first.
 *
 * @param ways Away from the dialling end, and back.
 * @param last Greatest number that an end has so far.
 */
export function makeEnds(
  [away, back]: readonly [Direction, Direction],
  last: number,
): readonly [End, End] {
  const pipe = (direction: Direction): Pipe => {
    return { direction, items: [], lastAt: 0, held: 0, isCongested: false, isDead: false };
  };
  const isPlain = away.from.dialect === "json" || away.to.dialect === "json";
  const dialect: Dialect = isPlain ? "json" : "farcall.v1";
  const shut = { process: undefined, isOpen: false, dial: undefined };
  const make = (direction: Direction, id: number, isDialler: boolean, peer: () => End): End => {
    const place = direction.from;
    return { ...shut, id, place, dialect, isDialler, out: pipe(direction), peer };
  };
  const near: End = make(away, last + 1, true, () => far);
  const far: End = make(back, last + 2, false, () => near);
  return [near, far];
}
