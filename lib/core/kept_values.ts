import { type CallError, callError } from "../protocol/errors.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import {
  HAND_OVER_UNITS_MIN,
  KEPT_ORPHAN_MS,
  KEPT_UNITS_MAX,
  KEPT_VALUES_MAX,
} from "../protocol/limits.ts";
import { Payload } from "../protocol/payload.ts";
import type { Receipt } from "../protocol/v1_requests.ts";
import { type Deadline, DeadlineQueue } from "../rpc/deadline_queue.ts";
import { fieldOf } from "../rpc/references.ts";
import type { ConnectionId } from "./events.ts";

interface Kept {
  readonly ticket: string;
  readonly value: Payload;
  /** Whoever asked to keep it, and says when it is not needed any more. */
  readonly owner: ConnectionId;
  readonly until: number;
  deadline: Deadline<Kept> | undefined;
}

/**
 * Results that stay here until whoever needs them asks for them: those of calls whose caller wanted a receipt. Each goes when
 * its owner releases it, and with the time of the call that made it at the latest. What does not fit is not kept: its caller
 * gets it as ever.
 */
export class KeptValues {
  readonly #kept = new Map<string, Kept>();
  readonly #byOwner = new Map<ConnectionId, Set<Kept>>();
  readonly #deadlines = new DeadlineQueue<Kept>();
  readonly #random: () => number;
  readonly #unitsMin: number;
  #units = 0;
  #isClosed = false;

  /**
   * @param random Makes tickets.
   * @param unitsMin Shortest result that is kept, in UTF-16 units of JSON.
   */
  constructor(random: () => number, unitsMin: number = HAND_OVER_UNITS_MIN) {
    this.#random = random;
    this.#unitsMin = unitsMin;
  }

  /** Values that are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /** Length of their JSON texts together, in UTF-16 units. */
  get units(): number {
    return this.#units;
  }

  /** When the first of them goes. */
  get nextAt(): number {
    return this.#deadlines.nextAt ?? Infinity;
  }

  /** Keeps a value. Returns its receipt; `undefined` = it is too short, or there is no room. */
  keep(value: Payload, owner: ConnectionId, until: number): Receipt | undefined {
    const { length } = value.text;
    if (this.#isClosed || length < this.#unitsMin) return undefined;
    if (this.#kept.size >= KEPT_VALUES_MAX || this.#units + length > KEPT_UNITS_MAX) {
      return undefined;
    }
    const ticket = Array.from({ length: 4 }, () => this.#word()).join("");
    const kept: Kept = { ticket, value, owner, until, deadline: undefined };
    kept.deadline = this.#deadlines.add(until, kept);
    this.#kept.set(ticket, kept);
    this.#units += length;
    const owned = this.#byOwner.get(owner) ?? new Set();
    this.#byOwner.set(owner, owned.add(kept));
    return { ticket, units: length };
  }

  /** The node leaves: nothing more is kept, and what is stays to be asked for. */
  close(): void {
    this.#isClosed = true;
  }

  /** What a ticket stands for, from a field inwards. */
  take(ticket: string, path: readonly string[]): Payload | "gone" | "nowhere" {
    const kept = this.#kept.get(ticket);
    if (kept === undefined) return "gone";
    if (path.length === 0) return kept.value;
    const value: JsonValue | undefined = fieldOf(kept.value.value, path);
    return value === undefined ? "nowhere" : Payload.fromValue(value);
  }

  /** Nobody asks for it any more. */
  release(ticket: string): void {
    const kept = this.#kept.get(ticket);
    if (kept !== undefined) this.#forget(kept);
  }

  /** The owner is gone, or only its connection: it may still ask for a short while. */
  orphaned(owner: ConnectionId, now: number): void {
    for (const kept of this.#byOwner.get(owner) ?? []) {
      if (kept.deadline !== undefined) this.#deadlines.remove(kept.deadline);
      kept.deadline = this.#deadlines.add(Math.min(kept.until, now + KEPT_ORPHAN_MS), kept);
    }
    this.#byOwner.delete(owner);
  }

  /** Forgets what nobody can ask for in time. */
  expire(now: number): void {
    let due = this.#deadlines.takeDue(now);
    while (due !== undefined) {
      this.#forget(due.item);
      due = this.#deadlines.takeDue(now);
    }
  }

  #forget(kept: Kept): void {
    if (!this.#kept.delete(kept.ticket)) return;
    this.#units -= kept.value.text.length;
    if (kept.deadline !== undefined) this.#deadlines.remove(kept.deadline);
    const owned = this.#byOwner.get(kept.owner);
    owned?.delete(kept);
    if (owned?.size === 0) this.#byOwner.delete(kept.owner);
  }

  #word(): string {
    return Math.floor(this.#random() * 2 ** 32).toString(16).padStart(8, "0");
  }
}

/** Why a result that was asked for can't be given. */
export function notKept(
  why: "gone" | "nowhere",
  holder: string,
  path: readonly string[],
): CallError {
  return why === "gone"
    ? callError("UNAVAILABLE", `${holder} keeps this result no longer`)
    : callError("UNKNOWN_REFERENCE", `The result that ${holder} keeps has no ${path.join(".")}`);
}
