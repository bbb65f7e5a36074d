import type { JsonValue } from "../protocol/json_value.ts";

/**
 * A command that is run for each item of a list: which runs may begin, and what came of them, in the list's order whatever
 * the order in which they end. A failed run has no place here, as it ends the whole request.
 */
export class MapRun {
  readonly #items: readonly JsonValue[];
  readonly #concurrency: number;
  readonly #results: JsonValue[];
  readonly #open = new Set<number>();
  #begun = 0;
  #done = 0;

  /**
   * Begins; nothing is run by it.
   *
   * @param concurrency Runs at once, at most.
   */
  constructor(items: readonly JsonValue[], concurrency: number) {
    this.#items = items;
    this.#concurrency = concurrency;
    this.#results = new Array<JsonValue>(items.length).fill(null);
  }

  /** How many items there are. */
  get size(): number {
    return this.#items.length;
  }

  /** How many runs have ended. */
  get doneCount(): number {
    return this.#done;
  }

  /** Whether all runs have ended. */
  get isDone(): boolean {
    return this.#done === this.#items.length;
  }

  /** The item to begin with now, which counts as running from then on; `undefined` = none for the moment. */
  next(): { readonly part: number; readonly item: JsonValue } | undefined {
    if (this.#open.size >= this.#concurrency) return undefined;
    const part = this.#begun;
    const item = this.#items[part];
    if (item === undefined) return undefined;
    this.#begun += 1;
    this.#open.add(part);
    return { part, item };
  }

  /**
   * Takes the result of a run.
   *
   * @throws {RangeError} If it is not running.
   */
  finish(part: number, value: JsonValue): void {
    if (!this.#open.delete(part)) throw new RangeError(`Not a running part: ${part}`);
    this.#results[part] = value;
    this.#done += 1;
  }

  /** Results so far, in the order of the items; null for those that have not ended. */
  results(): readonly JsonValue[] {
    return this.#results;
  }
}
