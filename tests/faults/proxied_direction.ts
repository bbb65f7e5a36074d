import type { Socket } from "node:net";

/** What a direction does to what passes; all of it may be changed at any time. */
export interface DirectionFaults {
  /** How much later bytes and ends arrive, in ms. What waits already gets the new delay too. Default 0. */
  readonly delayMs: number;
  /** How fast bytes pass, in bytes per second. Default `Infinity`. */
  readonly bytesPerSecond: number;
  /** Bytes are written in pieces of this size at most, each in a packet of its own. Default `Infinity`. */
  readonly pieceBytes: number;
  /** Nothing is read: what is sent piles up at its sender, as before a receiver that stands still. Default `false`. */
  readonly isStopped: boolean;
  /**
   * Everything is read and thrown away, the end too: the sender sees nothing of it. A stream with a hole can't be mended,
   * so a connection that lost something is reset when this ends. Default `false`.
   */
  readonly isBlackHole: boolean;
}

/** A direction that leaves alone what passes. */
export const NO_FAULTS: DirectionFaults = {
  delayMs: 0,
  bytesPerSecond: Infinity,
  pieceBytes: Infinity,
  isStopped: false,
  isBlackHole: false,
};

/** How a connection ends: after all that was sent, or at once. */
export type End = "close" | "reset";

interface Waiting {
  readonly since: number;
  /** What passes next: bytes, or the end. */
  readonly content: Uint8Array | End;
}

/** A throttled direction writes this often, in ms: a whole chunk at once would be a burst, not a slow line. */
const THROTTLE_STEP_MS = 20;

/**
 * One direction of a proxied connection: reads from one socket, writes to the other.
 *
 * It holds a bounded count of bytes; when that is reached it stops reading, and the sender's own buffers fill.
 */
export class ProxiedDirection {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #bufferBytes: number;
  readonly #reset: () => void;
  readonly #queue: Waiting[] = [];
  #faults = NO_FAULTS;
  /** The whole proxy is cut without a word: nothing is read, whatever the faults are. */
  #isCut = false;
  #waitingBytes = 0;
  #passedBytes = 0;
  #swallowedBytes = 0;
  /** A black hole has taken something: the stream can't go on. */
  #hasHole = false;
  /** Count of passed bytes at which the connection is reset. */
  #resetAt = Infinity;
  /** When the line is free for the next piece. */
  #freeAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isWriting = false;
  /** Nothing after this passes. */
  #isEnding = false;
  #isOver = false;

  /**
   * Waits for its first fault or cut, and passes what comes from then on.
   *
   * @param bufferBytes How much it holds before it stops reading.
   * @param reset Called when the receiver has to see a reset.
   */
  constructor(from: Socket, to: Socket, bufferBytes: number, reset: () => void) {
    this.#from = from;
    this.#to = to;
    this.#bufferBytes = bufferBytes;
    this.#reset = reset;
    from.on("data", (bytes: Uint8Array) => this.#arrived(bytes));
    from.on("end", () => this.#ended());
  }

  /** Bytes that have been written to the receiver. */
  get passedBytes(): number {
    return this.#passedBytes;
  }

  /** Bytes that wait here now. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Bytes that a black hole has taken. */
  get swallowedBytes(): number {
    return this.#swallowedBytes;
  }

  /**
   * Changes some faults, and leaves the others.
   *
   * @throws {RangeError} If a number is not one with which bytes could ever pass.
   */
  set(faults: Partial<DirectionFaults>): void {
    const before = this.#faults;
    const { delayMs, bytesPerSecond, pieceBytes, isBlackHole } = { ...before, ...faults };
    if (!(delayMs >= 0 && bytesPerSecond > 0 && pieceBytes >= 1)) {
      throw new RangeError(`Bytes can't pass with ${JSON.stringify(faults)}`);
    }
    this.#faults = { ...before, ...faults };
    if (before.bytesPerSecond !== bytesPerSecond) this.#freeAt = 0;
    if (this.#hasHole && !isBlackHole) this.fail();
    else this.#step();
  }

  /** Cuts it without a word, or undoes that; what waits already still arrives, but no end does. */
  cut(isCut: boolean): void {
    this.#isCut = isCut;
    this.#step();
  }

  /** The receiver hears that nothing more comes, in order; what the sender sends later is thrown away. */
  halfClose(): void {
    this.#push("close");
  }

  /** Resets the connection when so many more bytes have passed: in the middle of a frame, if the frame is longer. */
  resetAfter(bytes: number): void {
    this.#resetAt = this.#passedBytes + bytes;
    this.#step();
  }

  /** The sender is gone with a reset: the receiver hears of it at once, or when the direction passes things again. */
  fail(): void {
    if (this.#isOver) return;
    this.#isEnding = true;
    this.#queue.splice(0, Infinity, { since: performance.now(), content: "reset" });
    this.#waitingBytes = 0;
    this.#step();
  }

  /** The receiver is gone: nothing is read any more. */
  abandon(): void {
    this.#isOver = true;
    this.#queue.length = 0;
    this.#waitingBytes = 0;
    clearTimeout(this.#timer);
    this.#from.pause();
  }

  get #isStill(): boolean {
    return this.#isCut || this.#faults.isStopped;
  }

  #arrived(bytes: Uint8Array): void {
    if (this.#isEnding || this.#isOver) return;
    if (!this.#faults.isBlackHole) return this.#push(bytes);
    this.#swallowedBytes += bytes.length;
    this.#hasHole = true;
  }

  #ended(): void {
    if (this.#faults.isBlackHole) this.#hasHole = true;
    else this.#push("close");
  }

  #push(content: Uint8Array | End): void {
    if (this.#isEnding || this.#isOver) return;
    if (typeof content === "string") this.#isEnding = true;
    else this.#waitingBytes += content.length;
    this.#queue.push({ since: performance.now(), content });
    this.#step();
  }

  #step(): void {
    if (this.#isOver) return;
    clearTimeout(this.#timer);
    const head = this.#queue[0];
    if (head !== undefined) this.#look(head);
    this.#flow();
  }

  #flow(): void {
    if (this.#isOver) return;
    if (this.#isStill || this.#waitingBytes >= this.#bufferBytes) this.#from.pause();
    else this.#from.resume();
  }

  #look({ since, content }: Waiting): void {
    const { delayMs, isBlackHole } = this.#faults;
    const isHeld = this.#isStill || isBlackHole;
    if (typeof content === "string" ? isHeld : this.#isWriting) return;
    const waitMs = Math.max(since + delayMs, this.#freeAt) - performance.now();
    if (waitMs > 0) this.#timer = setTimeout(() => this.#step(), waitMs);
    else if (content === "reset") this.#fall();
    else if (content !== "close") this.#write(content, since);
    else if (!this.#isWriting) this.#close();
  }

  #write(bytes: Uint8Array, since: number): void {
    const { bytesPerSecond, pieceBytes } = this.#faults;
    const stepBytes = Math.ceil(bytesPerSecond * THROTTLE_STEP_MS / 1_000);
    const left = this.#resetAt - this.#passedBytes;
    const count = Math.min(bytes.length, pieceBytes, stepBytes, left);
    if (count <= 0) return this.#fall();
    if (count < bytes.length) this.#queue[0] = { since, content: bytes.subarray(count) };
    else this.#queue.shift();
    this.#isWriting = true;
    this.#freeAt = Math.max(this.#freeAt, performance.now()) + count / bytesPerSecond * 1_000;
    this.#to.write(bytes.subarray(0, count), () => {
      this.#isWriting = false;
      if (this.#isOver) return;
      this.#waitingBytes = Math.max(0, this.#waitingBytes - count);
      this.#passedBytes += count;
      if (this.#passedBytes >= this.#resetAt) this.#fall();
      else this.#step();
    });
  }

  #fall(): void {
    this.abandon();
    this.#reset();
  }

  #close(): void {
    this.abandon();
    this.#to.end();
    // After a half-close of ours, what the sender says goes nowhere, and its end has to be seen.
    this.#from.resume();
  }
}
