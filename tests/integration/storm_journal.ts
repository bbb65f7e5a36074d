/**
 * What processes write down of calls, each into a file of its own that outlives it: a line is in the system's hands before
 * anything is done that it tells of, so that a kill takes back nothing.
 *
 * @module
 */
import { openSync, writeSync } from "node:fs";

/** One process's file. */
export class Journal {
  readonly #file: number;

  /**
   * Opens a file to append to.
   *
   * @param name The process: the file's name but for its ending.
   */
  constructor(directory: string, name: string) {
    this.#file = openSync(`${directory}/${name}.journal`, "a");
  }

  /** A call begins. */
  begins(id: string, fun: string, mayRepeat: boolean): void {
    this.#write(`b ${id} ${fun} ${mayRepeat ? "many" : "once"}`);
  }

  /**
   * A call has ended.
   *
   * @param how `ok`, `wrong:` and what came, or an error's code, a slash, and whether it ran.
   * @param lateMs So much after its deadline, or before it if below 0.
   */
  ends(id: string, how: string, lateMs: number): void {
    this.#write(`e ${id} ${how.replaceAll(/\s/g, "_")} ${Math.round(lateMs)}`);
  }

  /** A function is about to run for a call. */
  runs(id: string): void {
    this.#write(`r ${id}`);
  }

  #write(line: string): void {
    writeSync(this.#file, `${line}\n`);
  }
}

/** A call, as all the files have it. */
export interface JournalledCall {
  readonly id: string;
  readonly fun: string;
  readonly mayRepeat: boolean;
  runs: number;
  /** How it ended; more than one is a defect, none may be one. */
  readonly ends: { readonly how: string; readonly lateMs: number }[];
}

/** All files of a directory, joined by call. Runs of calls that nobody made are told by a call without a function. */
export async function readJournals(directory: string): Promise<Map<string, JournalledCall>> {
  const calls = new Map<string, JournalledCall>();
  const lines: string[][] = [];
  for await (const { name } of Deno.readDir(directory)) {
    if (!name.endsWith(".journal")) continue;
    const text = await Deno.readTextFile(`${directory}/${name}`);
    lines.push(...text.split("\n").map((line) => line.split(" ")));
  }
  for (const [kind, id = "", fun = "", often] of lines) {
    if (kind === "b") calls.set(id, { id, fun, mayRepeat: often === "many", runs: 0, ends: [] });
  }
  for (const [kind, id = "", how = "", lateMs] of lines) {
    if (kind !== "r" && kind !== "e") continue;
    const call = calls.get(id) ?? { id, fun: "", mayRepeat: false, runs: 0, ends: [] };
    calls.set(id, call);
    if (kind === "r") call.runs += 1;
    else call.ends.push({ how, lateMs: Number(lateMs) });
  }
  return calls;
}
