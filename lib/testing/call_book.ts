import type { Outcome } from "../core/effects.ts";
import type { Violation } from "./violation.ts";

/** One call, from whoever made it. */
export interface BookedCall {
  /** Number of the call in its world, from 1. */
  readonly number: number;
  /** Who called. */
  readonly caller: string;
  /** What was called. */
  readonly fun: string;
  /** World time in ms. */
  readonly startedAt: number;
  /** How it ended; `undefined` = it has not. */
  readonly outcome: Outcome | undefined;
  /** World time of its end, in ms. */
  readonly endedAt: number | undefined;
  /** What each of its runs returned, as JSON; `undefined` = it threw or still runs. At most one run is right. */
  readonly runs: readonly (string | undefined)[];
}

interface Entry extends BookedCall {
  outcome: Outcome | undefined;
  endedAt: number | undefined;
  runs: (string | undefined)[];
  ends: number;
  isOrphan: boolean;
}

/** Keeps a book of all calls of a world and checks it (I8): it sees callers and functions, never a machine. */
export class CallBook {
  readonly #calls: Entry[] = [];
  readonly #openByCaller = new Map<object, Set<Entry>>();

  /** A call begins. */
  begin(owner: object, caller: string, fun: string, startedAt: number): BookedCall {
    const number = this.#calls.length + 1;
    const ends = { outcome: undefined, endedAt: undefined, runs: [], ends: 0, isOrphan: false };
    const entry: Entry = { number, caller, fun, startedAt, ...ends };
    this.#calls.push(entry);
    const open = this.#openByCaller.get(owner);
    if (open === undefined) this.#openByCaller.set(owner, new Set([entry]));
    else open.add(entry);
    return entry;
  }

  /** A function begins to run for a call; the returned function takes what it returned. */
  run(number: number): (returned: string) => void {
    const entry = this.#calls[number - 1];
    if (entry === undefined) return () => {};
    const run = entry.runs.push(undefined) - 1;
    return (returned) => entry.runs[run] = returned;
  }

  /** A call ended. */
  end(owner: object, number: number, outcome: Outcome, now: number): void {
    const entry = this.#calls[number - 1];
    if (entry === undefined) return;
    entry.ends += 1;
    entry.outcome ??= outcome;
    entry.endedAt ??= now;
    this.#openByCaller.get(owner)?.delete(entry);
  }

  /** A caller died: nobody waits for its calls any more. */
  callerDied(owner: object): void {
    for (const entry of this.#openByCaller.get(owner) ?? []) entry.isOrphan = true;
    this.#openByCaller.delete(owner);
  }

  /** Calls of these callers that have not ended. */
  openOf(owners: Iterable<object>): number {
    let open = 0;
    for (const owner of owners) open += this.#openByCaller.get(owner)?.size ?? 0;
    return open;
  }

  /** All calls so far. */
  all(): readonly BookedCall[] {
    return this.#calls;
  }

  /** What is wrong with the calls; `stillOpen` are callers whose calls need not have ended. */
  violations(stillOpen: ReadonlySet<string>): Violation[] {
    return this.#calls.flatMap((entry) => {
      const text = defect(entry, stillOpen.has(entry.caller));
      if (text === undefined) return [];
      const { number, fun, caller } = entry;
      return [{ invariant: "I8", text: `call ${number} of ${fun} by ${caller} ${text}` }];
    });
  }
}

function defect(entry: Entry, mayBeOpen: boolean): string | undefined {
  const { outcome, runs, ends, isOrphan } = entry;
  if (runs.length > 1) return `ran ${runs.length} times`;
  if (ends > 1) return `ended ${ends} times`;
  if (outcome === undefined) return isOrphan || mayBeOpen ? undefined : "never ended";
  if (outcome.ok) {
    if (runs.length === 0) return "has a result and did not run";
    const [returned] = runs;
    return returned === outcome.value.text
      ? undefined
      : `got ${outcome.value.text}, not ${returned}`;
  }
  const { code, ran } = outcome.error;
  if (ran === "no" && runs.length > 0) {
    return `ended as ${code} and says that it did not run; it did`;
  }
  if (ran === "yes" && runs.length === 0) {
    return `ended as ${code} and says that it ran; it did not`;
  }
  return undefined;
}
