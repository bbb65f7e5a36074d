/** Something that must never be. */
export interface Violation {
  /** Which of the promises is broken, for instance `"I1"`. */
  readonly invariant: string;
  /** For people: where, and what was expected. */
  readonly text: string;
}
