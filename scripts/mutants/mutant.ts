/**
 * A planted bug: small replacements in the source that the suite must not let pass.
 *
 * @module
 */

/** One replacement in one file. */
export interface Edit {
  /** Path from the project's root. */
  readonly file: string;
  /** Exact text, which stands in the file once. */
  readonly find: string;
  /** What stands there instead. */
  readonly put: string;
}

/** A planted bug. */
export interface Mutant {
  /** What the node does wrong, in a few words. */
  readonly name: string;
  /** The invariants of the design that it breaks, for instance `"I1 I3"`. */
  readonly breaks: string;
  /** Replacements that make the bug. */
  readonly edits: readonly Edit[];
  /** Test files that should catch it, the likeliest first; the rest of the suite is tried after them. */
  readonly tests: readonly string[];
}

/**
 * The file's text with the bug in it.
 *
 * @throws {Error} If the text to be replaced does not stand there exactly once.
 */
export function planted(text: string, { file, find, put }: Edit): string {
  const parts = text.split(find);
  const [before, after] = parts;
  if (before === undefined || after === undefined || parts.length !== 2) {
    throw new Error(`${file} holds ${parts.length - 1} times, not once:\n${find}`);
  }
  return before + put + after;
}
