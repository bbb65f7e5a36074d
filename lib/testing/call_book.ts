import type { Outcome } from "../core/effects.ts";
import type { CallError } from "../protocol/errors.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import type { Violation } from "./violation.ts";

/** One call or request, from whoever made it. */
export interface BookedCall {
  /** Number of the call in its world, from 1. */
  readonly number: number;
  /** Who called. */
  readonly caller: string;
  /** What was called; of a request, its functions. */
  readonly fun: string;
  /** World time in ms. */
  readonly startedAt: number;
  /** How it ended; `undefined` = it has not, or it is a command, whose request ends. */
  readonly outcome: Outcome | undefined;
  /** World time of its end, in ms. */
  readonly endedAt: number | undefined;
  /** How often it ended: once, if nothing is wrong. */
  readonly ends: number;
  /** What each of its runs returned, as JSON; `undefined` = it threw or still runs. At most one run is right. */
  readonly runs: readonly (string | undefined)[];
  /** What a run of it threw; `undefined` = nothing. */
  readonly threw: string | undefined;
  /** What was wrong with its streams; `undefined` = nothing. */
  readonly wrong: string | undefined;
  /** Commands of a request; empty = a call. */
  readonly commands: readonly BookedCall[];
}

/** A command of a request, as far as the book checks it. */
export interface BookedCommand {
  /** Its name, by which others refer to what it gave. */
  readonly name: string;
  /** Function to call. */
  readonly fun: string;
  /** Arguments; what is the name of another command stands for what that one gave. */
  readonly args: readonly JsonValue[];
  /** It is run for each item of what another command gave, with the item as its argument. Default: it is run once. */
  readonly mapped?: { readonly over: string; readonly concurrency: number };
}

interface Entry extends BookedCall {
  outcome: Outcome | undefined;
  endedAt: number | undefined;
  runs: (string | undefined)[];
  threw: string | undefined;
  wrong: string | undefined;
  commands: Entry[];
  ends: number;
  isOrphan: boolean;
  /** Of a command: itself, and its siblings by name. */
  readonly command: BookedCommand | undefined;
  siblings: ReadonlyMap<string, Entry>;
  /** It ran with these arguments, and should not have. */
  strange: string | undefined;
}

/** How a run of a function ends, for the book. */
export interface RunEnd {
  /** It returned this JSON. */
  returned(text: string): void;
  /** It threw. */
  threw(message: string): void;
  /** Something is wrong with the streams that it was given. */
  wrong(text: string): void;
}

/** Keeps a book of all calls of a world and checks it (I8): it sees callers and functions, never a machine. */
export class CallBook {
  readonly #calls: Entry[] = [];
  readonly #openByCaller = new Map<object, Set<Entry>>();
  /** What is wrong, and belongs to no call that is known. */
  readonly #strays: string[] = [];

  /** A call begins. */
  begin(owner: object, caller: string, fun: string, startedAt: number): BookedCall {
    return this.#open(owner, this.#enter(caller, fun, startedAt));
  }

  /** A request begins. Its commands get the numbers after its own, in their order. */
  beginRequest(
    owner: object,
    caller: string,
    commands: readonly BookedCommand[],
    startedAt: number,
  ): BookedCall {
    const funs = commands.map(({ fun }) => fun).join(" then ");
    const request = this.#enter(caller, funs, startedAt);
    const siblings = new Map<string, Entry>();
    for (const command of commands) {
      const entry = this.#enter(caller, command.fun, startedAt, command);
      entry.siblings = siblings;
      siblings.set(command.name, entry);
      request.commands.push(entry);
    }
    return this.#open(owner, request);
  }

  /** A function begins to run for a call, with these arguments. */
  run(number: number, args: JsonValue): RunEnd {
    const entry = this.#calls[number - 1];
    const wrong = (text: string): void => this.accuse(number, text);
    if (entry === undefined) return { returned: () => {}, threw: () => {}, wrong };
    const { command, siblings } = entry;
    const isRight = command === undefined || command.mapped !== undefined ||
      JSON.stringify(args) === argsOf(command, siblings);
    if (!isRight) entry.strange = JSON.stringify(args);
    const run = entry.runs.push(undefined) - 1;
    return {
      returned: (text) => entry.runs[run] = text,
      threw: (message) => entry.threw = message,
      wrong,
    };
  }

  /** Something is wrong with the streams of a call; 0 = nobody knows which. */
  accuse(number: number, text: string): void {
    const entry = this.#calls[number - 1];
    if (entry === undefined) this.#strays.push(text);
    else entry.wrong ??= text;
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
    const strays = this.#strays.map((text): Violation => ({ invariant: "I8", text }));
    const wrongs = this.#calls.flatMap((entry): Violation[] => {
      const text = defect(entry, stillOpen.has(entry.caller));
      if (text === undefined) return [];
      const { number, fun, caller } = entry;
      return [{ invariant: "I8", text: `call ${number} of ${fun} by ${caller} ${text}` }];
    });
    return [...strays, ...wrongs];
  }

  /** What is wrong, and belongs to no call that is known. */
  get strays(): readonly string[] {
    return this.#strays;
  }

  #open(owner: object, entry: Entry): Entry {
    const open = this.#openByCaller.get(owner);
    if (open === undefined) this.#openByCaller.set(owner, new Set([entry]));
    else open.add(entry);
    return entry;
  }

  #enter(caller: string, fun: string, startedAt: number, command?: BookedCommand): Entry {
    const number = this.#calls.length + 1;
    const entry: Entry = {
      ...{ number, caller, fun, startedAt, command, outcome: undefined, endedAt: undefined },
      ...{ runs: [], threw: undefined, commands: [], ends: 0, isOrphan: false },
      ...{ siblings: new Map(), strange: undefined, wrong: undefined },
    };
    this.#calls.push(entry);
    return entry;
  }
}

/** The arguments that a command must run with, as JSON; `undefined` = a command that it needs has given nothing yet. */
function argsOf(
  { args }: BookedCommand,
  siblings: ReadonlyMap<string, Entry>,
): string | undefined {
  const texts = args.map((arg) => {
    const sibling = typeof arg === "string" ? siblings.get(arg) : undefined;
    return sibling === undefined ? JSON.stringify(arg) : sibling.runs[0];
  });
  return texts.includes(undefined) ? undefined : `[${texts.join(",")}]`;
}

function defect(entry: Entry, mayBeOpen: boolean): string | undefined {
  const { outcome, runs, ends, isOrphan, strange, wrong } = entry;
  if (wrong !== undefined) return wrong;
  if (runs.length > 1) return `ran ${runs.length} times`;
  if (ends > 1) return `ended ${ends} times`;
  if (strange !== undefined) return `ran with ${strange}, before or without what it needs`;
  if (entry.command !== undefined) return undefined;
  if (outcome === undefined) return isOrphan || mayBeOpen ? undefined : "never ended";
  if (outcome.ok) {
    return entry.commands.length > 0
      ? wrongResults(entry, outcome.value.text)
      : wrongResult(runs, outcome.value.text);
  }
  return wrongError(entry, outcome.error);
}

function wrongResult(runs: readonly (string | undefined)[], got: string): string | undefined {
  if (runs.length === 0) return "has a result and did not run";
  return runs[0] === got ? undefined : `got ${got}, not ${runs[0]}`;
}

/** Of a request all commands have run, and its results are what they gave. */
function wrongResults({ commands }: Entry, text: string): string | undefined {
  const results: Readonly<Record<string, JsonValue>> = JSON.parse(text);
  for (const { command, runs } of commands) {
    if (runs[0] === undefined) return `has results, and ${command?.fun} gave none`;
    const got = results[command?.name ?? ""];
    if (got !== undefined && JSON.stringify(got) !== runs[0]) {
      return `got ${JSON.stringify(got)} of ${command?.fun}, not ${runs[0]}`;
    }
  }
  return undefined;
}

function wrongError(entry: Entry, { code, ran }: CallError): string | undefined {
  const all = [entry, ...entry.commands];
  const hasRun = all.some(({ runs }) => runs.length > 0);
  if (ran === "no" && hasRun) return `ended as ${code} and says that it did not run; it did`;
  if (ran === "yes" && !hasRun) return `ended as ${code} and says that it ran; it did not`;
  const isBlamed = code === "HANDLER_ERROR" && !all.some(({ threw }) => threw !== undefined);
  return isBlamed ? "ended as HANDLER_ERROR, and nothing threw" : undefined;
}
