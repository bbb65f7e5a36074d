/**
 * A linear look over JSON text before it is parsed: how deep it nests and how many bytes it takes.
 *
 * The parser recurses and allocates for whatever it is given; this loop does neither, so hostile text costs no more
 * than its length. It does not tell whether the text is JSON at all: that is the parser's business.
 *
 * @module
 */

import { DEPTH_MAX, ID_LENGTH_MAX, MESSAGE_BYTES_MAX } from "./limits.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Index after the string that begins behind `start`, or the length of the text if it never ends. */
function afterString(text: string, start: number): number {
  let index = start;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) return index + 1;
    index += code === BACKSLASH ? 2 : 1;
  }
  return text.length;
}

function isTooDeep(text: string, depthMax: number): boolean {
  let depth = 0;
  let index = 0;
  while (index < text.length) {
    const code = text.charCodeAt(index++);
    if (code === QUOTE) index = afterString(text, index);
    // The set bit makes [ into { and ] into }, and nothing else into either.
    else if ((code | 0x20) === 0x7b) {
      if (++depth > depthMax) return true;
    } else if ((code | 0x20) === 0x7d) depth--;
  }
  return false;
}

/** Bytes of the text in UTF-8, counted no further than beyond `bytesMax`. */
function isTooLarge(text: string, bytesMax: number): boolean {
  // A UTF-16 unit takes one to three bytes, so the count is needed for texts of doubtful length only.
  if (text.length > bytesMax) return true;
  if (text.length * 3 <= bytesMax) return false;
  let bytes = text.length;
  for (let index = 0; index < text.length && bytes <= bytesMax; index++) {
    const code = text.charCodeAt(index);
    // Each half of a surrogate pair counts two of its four bytes.
    if (code >= 0x80) bytes += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2;
  }
  return bytes > bytesMax;
}

/**
 * What is too much about a JSON text, or `undefined` when it may be parsed or sent.
 *
 * @param bytesMax Default 4 MiB.
 * @param depthMax Arrays and objects inside each other; default 64.
 */
export function jsonExcess(
  text: string,
  bytesMax: number = MESSAGE_BYTES_MAX,
  depthMax: number = DEPTH_MAX,
): "too_large" | "too_deep" | undefined {
  if (isTooLarge(text, bytesMax)) return "too_large";
  return isTooDeep(text, depthMax) ? "too_deep" : undefined;
}

const COLON = 0x3a;
const SPACES = /[ \t\n\r]*/y;

function afterSpaces(text: string, start: number): number {
  SPACES.lastIndex = start;
  SPACES.test(text);
  return SPACES.lastIndex;
}

/** The text of a JSON string literal, if it is one and no longer than an id may be. */
function literalOf(text: string, start: number, end: number): string | undefined {
  // Each unit of a string takes at most six characters of its literal.
  if (end - start > 6 * ID_LENGTH_MAX + 2) return undefined;
  try {
    const value: unknown = JSON.parse(text.slice(start, end));
    return typeof value === "string" && value.length <= ID_LENGTH_MAX ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The string under a key of the outermost object, read without parsing the rest: a request that nests too deep can be
 * answered by its id. The last one counts, as for the parser; `undefined` where there is none, or it is no string.
 */
export function outerString(text: string, key: string): string | undefined {
  let found: string | undefined;
  let depth = 0;
  let index = 0;
  while (index < text.length) {
    const start = index;
    const code = text.charCodeAt(index++);
    if (code === QUOTE) {
      index = afterString(text, index);
      if (depth !== 1 || literalOf(text, start, index) !== key) continue;
      const colon = afterSpaces(text, index);
      if (text.charCodeAt(colon) !== COLON) continue;
      const value = afterSpaces(text, colon + 1);
      index = text.charCodeAt(value) === QUOTE ? afterString(text, value + 1) : value;
      found = index > value ? literalOf(text, value, index) : undefined;
    } else if ((code | 0x20) === 0x7b) depth++;
    else if ((code | 0x20) === 0x7d) depth--;
  }
  return found;
}
