import { KNOWN_NAMES_MAX } from "./limits.ts";
import { type FunctionName, tryFunctionName } from "./names.ts";

/**
 * Function names that a codec has read: each is checked once, and all offers of one name share its text. Many nodes of a
 * federation offer the same functions, and a node holds thousands of offers.
 */
export class KnownNames {
  readonly #known = new Map<unknown, FunctionName>();

  /** Names that are kept. */
  get size(): number {
    return this.#known.size;
  }

  /** The name, `undefined` for a value that is none. */
  find(value: unknown): FunctionName | undefined {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const made = tryFunctionName(value);
    if (made === undefined) return undefined;
    if (this.#known.size >= KNOWN_NAMES_MAX) this.#known.clear();
    this.#known.set(made, made);
    return made;
  }
}
