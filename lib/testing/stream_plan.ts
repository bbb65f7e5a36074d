import type { JsonValue } from "../protocol/json_value.ts";

/**
 * What shall happen in a call with streams. Its function reads what it is given, gives numbered items, or gives one for each
 * that it reads.
 */
export interface StreamPlan {
  /** Items that the caller gives by its one argument; `undefined` = it gives none. */
  readonly gives: number | undefined;
  /** Whether the function gives items, as opposed to one result: the number of those that it read. */
  readonly asks: boolean;
  /** Items that the function gives, where it is not given any. */
  readonly total: number;
  /** After so many items the function has had enough, or has given all. */
  readonly stopsAfter: number;
  /** Before this item the function fails; `Infinity` = it does not. */
  readonly failsAt: number;
  /** After so many items the caller gives up; `Infinity` = it does not. */
  readonly readsUntil: number;
  /** Characters of each item. */
  readonly weight: number;
  /** Whether another provider goes on where one was lost. */
  readonly resumes: boolean;
}

/** How many items the caller of a call that ended well got, or its function read. */
export function itemsOf({ gives, total, stopsAfter }: StreamPlan): number {
  return Math.min(gives ?? total, stopsAfter);
}

/** The arguments that tell the function. */
export function planArgs({ gives, total, stopsAfter, failsAt, weight }: StreamPlan): JsonValue[] {
  return [gives ?? null, total, told(stopsAfter), told(failsAt), weight];
}

/** What a function is told. */
export type ToldPlan = Pick<StreamPlan, "total" | "stopsAfter" | "failsAt" | "weight">;

/** What a function reads of its arguments. */
export function readPlan(args: JsonValue): ToldPlan {
  const [, total, stopsAfter, failsAt, weight] = Array.isArray(args) ? args : [];
  return {
    total: Number(total),
    stopsAfter: heard(stopsAfter),
    failsAt: heard(failsAt),
    weight: Number(weight),
  };
}

/** JSON has no infinity. */
function told(count: number): JsonValue {
  return count === Infinity ? null : count;
}

function heard(value: unknown): number {
  return typeof value === "number" ? value : Infinity;
}
