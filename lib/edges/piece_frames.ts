/**
 * Pieces: frames that never wait for a delayed acknowledgement, for sockets without TCP_NODELAY.
 *
 * Such a socket holds a small segment back while an earlier one has no acknowledgement, and the receiver's system sends
 * that some 40 ms late unless data goes back. So the dialling side cuts frames into pieces of at most 1,000 bytes, and the
 * accepting side answers every piece at once with an empty text frame, unless it sends data in the same turn anyway. Only
 * the dialling side needs this: an accepted socket has TCP_NODELAY, and an answer to an answer would be a small segment
 * nobody acknowledges, which is the very thing to avoid.
 *
 * It needs both sides, so it is agreed on as subprotocol {@linkcode PIECES_SUBPROTOCOL}; their owners see
 * {@linkcode PLAIN_SUBPROTOCOL}. On the wire each piece, and each frame of the accepting side, carries one mark in front:
 * `+` more follows, `.` last (in binary frames the bytes 43 and 46).
 *
 * @module
 */

import { PieceJoiner, piecesOf, wholePiece } from "./piece_marks.ts";
import type { Accept, Closing, Connection, ConnectionReader, Dialer, Frame } from "./transport.ts";

/** The subprotocol a connection has on the wire when it carries pieces. */
export const PIECES_SUBPROTOCOL = "farcall.v1.pieces";

/** The subprotocol the owners of such a connection see. */
export const PLAIN_SUBPROTOCOL = "farcall.v1";

/** Code for a peer that breaks the rules of pieces. */
const BROKEN_PIECES = 4400;

/** A dialer that offers pieces before `farcall.v1` and falls back to it if the peer knows none. */
export function offerPieces(dialer: Dialer): Dialer {
  return {
    dial(target, accept, signal): Promise<void> {
      const subprotocols = target.subprotocols.flatMap((name) =>
        name === PLAIN_SUBPROTOCOL ? [PIECES_SUBPROTOCOL, name] : [name]
      );
      return dialer.dial({ ...target, subprotocols }, wrapping(accept, "dialled"), signal);
    },
    [Symbol.asyncDispose]: () => dialer[Symbol.asyncDispose](),
  };
}

/** What a listener that also knows {@linkcode PIECES_SUBPROTOCOL} passes on as `accept`; other connections go through unchanged. */
export function acceptPieces(accept: Accept): Accept {
  return wrapping(accept, "accepted");
}

function wrapping(accept: Accept, side: "dialled" | "accepted"): Accept {
  return (connection) => {
    if (connection.subprotocol !== PIECES_SUBPROTOCOL) return accept(connection);
    const pieced = new PiecedConnection(connection, side);
    pieced.reader = accept(pieced);
    return pieced;
  };
}

/** Both the connection its owner sees and the reader of the one below. */
class PiecedConnection implements Connection, ConnectionReader {
  readonly subprotocol = PLAIN_SUBPROTOCOL;
  reader: ConnectionReader | undefined;
  readonly #below: Connection;
  readonly #side: "dialled" | "accepted";
  readonly #joiner = new PieceJoiner();
  #answerDue = false;
  #over = false;

  constructor(below: Connection, side: "dialled" | "accepted") {
    this.#below = below;
    this.#side = side;
  }

  get remote(): string {
    return this.#below.remote;
  }

  get bufferedBytes(): number {
    return this.#below.bufferedBytes;
  }

  send(frame: Frame): void {
    this.#answerDue = false;
    if (this.#side === "accepted") return this.#below.send(wholePiece(frame));
    for (const piece of piecesOf(frame)) this.#below.send(piece);
  }

  close(code: number, reason: string): void {
    this.#over = true;
    this.#below.close(code, reason);
  }

  received(piece: Frame): void {
    if (piece.length === 0) return; // an answer: its arrival was all
    if (this.#side === "accepted") this.#answerDue = true;
    const joined = this.#joiner.join(piece);
    if (joined === "broken") return this.close(BROKEN_PIECES, "broken pieces");
    if (joined !== "more") this.reader?.received(joined.frame);
    if (this.#answerDue) this.#answerInThisTurn(joined === "more");
  }

  closed(closing: Closing): void {
    this.#over = true;
    this.reader?.closed(closing);
  }

  #answerInThisTurn(atOnce: boolean): void {
    const answer = (): void => {
      if (!this.#answerDue || this.#over) return;
      this.#answerDue = false;
      this.#below.send("");
    };
    // After a whole frame the owner may have an answer ready at the end of the turn, which does the same.
    if (atOnce) answer();
    else queueMicrotask(answer);
  }
}
