/**
 * Cutting frames into marked pieces and joining them again.
 *
 * @module
 */

import type { Frame } from "./transport.ts";

/** Bytes of a piece, its mark included. Up to 1,024 bytes leave in one write; this keeps clear of it. */
export const PIECE_BYTES_MAX = 1_000;

/** Bytes (or UTF-16 units) of a joined frame with the marks of its pieces; a peer that goes on without a last piece gets no further. */
export const JOINED_LENGTH_MAX = 64 * 1024 * 1024;

const MORE = "+";
const LAST = ".";
const MORE_BYTE = 43;
const LAST_BYTE = 46;

/** The frame as pieces of at most {@linkcode PIECE_BYTES_MAX} bytes. */
export function* piecesOf(frame: Frame): Generator<Frame> {
  if (typeof frame === "string") yield* textPieces(frame);
  else yield* bytePieces(frame);
}

/** The frame as one single piece of any length. */
export function wholePiece(frame: Frame): Frame {
  return typeof frame === "string" ? LAST + frame : marked(frame, LAST_BYTE);
}

function* textPieces(text: string): Generator<string> {
  let from = 0;
  do {
    const to = textPieceEnd(text, from);
    yield (to < text.length ? MORE : LAST) + text.slice(from, to);
    from = to;
  } while (from < text.length);
}

/** ASCII is one byte a unit, anything else at most three; a pair of surrogates must stay together. */
function textPieceEnd(text: string, from: number): number {
  const room = PIECE_BYTES_MAX - 1;
  const ascii = !/[\u0080-\uffff]/.test(text.slice(from, from + room));
  const end = Math.min(text.length, from + (ascii ? room : Math.floor(room / 3)));
  const splitsPair = end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1));
  return splitsPair ? end - 1 : end;
}

function* bytePieces(bytes: Uint8Array<ArrayBuffer>): Generator<Uint8Array<ArrayBuffer>> {
  const room = PIECE_BYTES_MAX - 1;
  let from = 0;
  do {
    const piece = bytes.subarray(from, from + room);
    from += room;
    yield marked(piece, from < bytes.length ? MORE_BYTE : LAST_BYTE);
  } while (from < bytes.length);
}

function marked(bytes: Uint8Array<ArrayBuffer>, mark: number): Uint8Array<ArrayBuffer> {
  const piece = new Uint8Array(bytes.length + 1);
  piece[0] = mark;
  piece.set(bytes, 1);
  return piece;
}

/** Joins pieces in the order they come. */
export class PieceJoiner {
  #texts: string[] = [];
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  #length = 0;

  /** @returns The whole frame after its last piece, `"more"` before, `"broken"` for what no piece may be. */
  join(piece: Frame): { readonly frame: Frame } | "more" | "broken" {
    return typeof piece === "string" ? this.#joinText(piece) : this.#joinBytes(piece);
  }

  #joinText(piece: string): { readonly frame: Frame } | "more" | "broken" {
    const mark = piece.charAt(0);
    if ((mark !== MORE && mark !== LAST) || this.#chunks.length > 0) return "broken";
    if (this.#grow(piece.length)) return "broken";
    this.#texts.push(piece.slice(1));
    if (mark === MORE) return "more";
    const frame = this.#texts.join("");
    this.#reset();
    return { frame };
  }

  #joinBytes(piece: Uint8Array<ArrayBuffer>): { readonly frame: Frame } | "more" | "broken" {
    const mark = piece[0];
    if ((mark !== MORE_BYTE && mark !== LAST_BYTE) || this.#texts.length > 0) return "broken";
    if (this.#grow(piece.length)) return "broken";
    this.#chunks.push(piece.subarray(1));
    if (mark === MORE_BYTE) return "more";
    const frame = new Uint8Array(this.#length - this.#chunks.length);
    let at = 0;
    for (const chunk of this.#chunks) {
      frame.set(chunk, at);
      at += chunk.length;
    }
    this.#reset();
    return { frame };
  }

  /** Marks count, so that pieces without content come to an end too. */
  #grow(length: number): boolean {
    this.#length += length;
    return this.#length > JOINED_LENGTH_MAX;
  }

  #reset(): void {
    this.#texts = [];
    this.#chunks = [];
    this.#length = 0;
  }
}
