/**
 * A linear look over JSON text before it is parsed: how deep it nests and how many bytes it takes.
 *
 * The parser recurses and allocates for whatever it is given; this loop does neither, so hostile text costs no more
 * than its length. It does not tell whether the text is JSON at all: that is the parser's business.
 *
 * @module
 */

import { DEPTH_MAX, MESSAGE_BYTES_MAX } from "./limits.ts";

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
