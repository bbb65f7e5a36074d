/** What a failed assertion throws. */
export class AssertionError extends Error {
  /** Makes the error; `message` says what was expected and what came. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/** The caller's message put behind ours. */
export function withSuffix(message: string, suffix: string | undefined): string {
  return suffix === undefined ? message : `${message}: ${suffix}`;
}

/** A value as text for a failure's message. */
export function show(value: unknown): string {
  return Deno.inspect(value, { depth: 20, sorted: true, strAbbreviateSize: 10_000 });
}
