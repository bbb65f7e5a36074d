import type { BookedCall } from "./call_book.ts";
import type { Chance } from "./seeded_chance.ts";
import type { SimulatedCommand } from "./simulated_offer.ts";

/** What a storm's functions make of a number. */
export type Answer = (number: number) => number;

/** A request of a storm, and what comes of it if nothing fails. */
export interface StormRequest {
  /** Its commands. */
  readonly commands: readonly SimulatedCommand[];
  /** Its results, as JSON. */
  readonly expected: string;
  /** By command: whether it may run again when nobody knows whether it ran. */
  readonly mayRepeat: readonly boolean[];
}

/** Items of the list that maps of a storm go over. */
const ITEMS = 3;

/**
 * Draws a request: a chain, a map over a list, or two that use the same result and one that uses both. Nodes of
 * an odd number offer `odd`, all but the first of the others `even` and `pair`: the first one runs nothing of it itself.
 */
export function stormRequest(chance: Chance, number: number, answer: Answer): StormRequest {
  const shape = [chain, map, diamond][Math.floor(chance.next() * 3)] ?? chain;
  const repeats = (): { readonly idempotent?: true } =>
    chance.isHit(0.5) ? { idempotent: true } : {};
  const { commands, result } = shape(number, answer);
  const drawn = commands.map((command) => ({
    ...command,
    ...repeats(),
    fun: command.fun === "count" && chance.isHit(0.2) ? "linger" : command.fun,
  }));
  return {
    commands: drawn,
    expected: JSON.stringify(result),
    mayRepeat: drawn.map(({ idempotent }) => idempotent === true),
  };
}

/** What is wrong with the runs of a request's commands; `undefined` = nothing. */
export function wrongRuns(
  { mayRepeat }: StormRequest,
  { commands }: BookedCall,
): string | undefined {
  for (const [index, { fun, runs }] of commands.entries()) {
    if (mayRepeat[index] === true) continue;
    const known = runs.filter((run) => run !== undefined);
    // Each run of a map gives another number.
    if (new Set(known).size < known.length) return `ran ${fun} twice for the same`;
    if (runs.length > ITEMS) return `ran ${fun} ${runs.length} times`;
  }
  return undefined;
}

interface Shape {
  readonly commands: readonly SimulatedCommand[];
  readonly result: Readonly<Record<string, unknown>>;
}

function chain(number: number, answer: Answer): Shape {
  return {
    commands: [
      { name: "a", fun: "odd", args: [number] },
      { name: "b", fun: "even", args: ["a"] },
      { name: "c", fun: "odd", args: ["b"] },
    ],
    result: { c: answer(answer(answer(number))) },
  };
}

function map(number: number, answer: Answer): Shape {
  const items = Array.from({ length: ITEMS }, (_, index) => number + index);
  return {
    commands: [
      { name: "a", fun: "span", args: [number] },
      { name: "b", fun: "count", args: [], mapped: { over: "a", concurrency: 2 } },
      { name: "c", fun: "pair", args: ["b", "d"] },
      { name: "d", fun: "odd", args: [number] },
    ],
    result: { c: [items.map(answer), answer(number)] },
  };
}

function diamond(number: number, answer: Answer): Shape {
  const first = answer(number);
  return {
    commands: [
      { name: "a", fun: "odd", args: [number] },
      { name: "b", fun: "even", args: ["a"] },
      { name: "c", fun: "pair", args: ["a", "a"] },
      { name: "d", fun: "pair", args: ["b", "c"] },
    ],
    result: { d: [answer(first), [first, first]] },
  };
}
