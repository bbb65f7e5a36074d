const MAYBE_SURROGATE = /\\u[dD][89a-fA-F]/;
// A pair of escapes is one alternative, a single half the next, any other escape the last: so an escaped backslash
// before the letters ud800 is never taken for an escape of a surrogate.
const ESCAPES =
  /\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\[^]/g;
const SINGLE_LENGTH = 6;

/**
 * JSON text without half surrogate pairs: each becomes U+FFFD.
 *
 * `JSON.stringify` writes the half of a pair as an escape like `\ud800`, at which the parser of the reference gives up
 * the whole connection. Whole pairs and everything else stay as they are.
 */
export function withoutLoneSurrogates(json: string): string {
  const text = json.toWellFormed();
  if (!MAYBE_SURROGATE.test(text)) return text;
  return text.replace(ESCAPES, (escape) => escape.length === SINGLE_LENGTH ? "\\ufffd" : escape);
}
