/**
 * An owner of a connection that writes down what it hears.
 *
 * @module
 */

import type { Accept, Closing, Connection, Frame } from "../edges/transport.ts";

/** What happened to one connection. */
export class Recorder {
  /** The connection. */
  readonly connection: Connection;
  /** Frames received, in order. */
  readonly frames: Frame[] = [];
  /** Closings heard; more than one is a broken edge. */
  readonly closings: Closing[] = [];
  readonly #waiting = new Set<() => void>();

  /**
   * Begins with nothing written down.
   *
   * @param connection The connection it owns.
   */
  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** Writes a frame down. */
  received(frame: Frame): void {
    this.frames.push(frame);
    this.#changed();
  }

  /** Writes the closing down. */
  closed(closing: Closing): void {
    this.closings.push(closing);
    this.#changed();
  }

  /** Resolves when `condition` holds after something was heard. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Resolves with the first closing. */
  async end(): Promise<Closing> {
    await this.until(() => this.closings.length > 0);
    const [closing] = this.closings;
    if (closing === undefined) throw new Error("The connection did not end");
    return closing;
  }

  #changed(): void {
    for (const look of [...this.#waiting]) look();
  }
}

/** Accepts connections, one recorder each. */
export class RecordingOwner {
  /** Recorders in the order their connections opened. */
  readonly recorders: Recorder[] = [];
  readonly #began: (recorder: Recorder) => void;
  #opened: (() => void) | undefined;

  /**
   * Begins without connections.
   *
   * @param began What the owner does first, still inside `accept`. Default: nothing.
   */
  constructor(began: (recorder: Recorder) => void = () => {}) {
    this.#began = began;
  }

  /** The owner as an edge wants it. */
  readonly accept: Accept = (connection) => {
    const recorder = new Recorder(connection);
    this.recorders.push(recorder);
    this.#began(recorder);
    this.#opened?.();
    return recorder;
  };

  /** Resolves with the first connection. */
  async first(): Promise<Recorder> {
    const [recorder] = this.recorders;
    if (recorder !== undefined) return recorder;
    await new Promise<void>((resolve) => this.#opened = resolve);
    return await this.first();
  }
}
