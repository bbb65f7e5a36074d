import { backOffMs } from "../core/back_off.ts";
import type { Report } from "../core/reports.ts";
import type { PeerReader } from "../edges/peer_reader.ts";
import type { Clock } from "../edges/system_clock.ts";
import { DNS_REFRESH_MS, PEER_FILE_REFRESH_MS, PEER_READ_MS_MIN } from "../protocol/limits.ts";
import type { NodeUrl } from "../protocol/names.ts";
import { type PeerSource, readSource } from "./peer_source.ts";

/** What a refresh works with. */
export interface RefreshRooms {
  readonly reader: PeerReader;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Told all addresses of a source whenever they are others than before. */
  readonly found: (source: string, urls: readonly NodeUrl[]) => void;
  /** Told once of each failure in a row; what was known before stays. */
  readonly failed: (error: unknown) => void;
}

/**
 * Reads the sources of peers again: files every few seconds, names every minute, all of them soon after a link fell or a
 * dial failed, and with growing pauses while they can't be read.
 */
export class PeerRefresh {
  readonly #sources: readonly RefreshedSource[];

  /** Nothing is read before {@linkcode PeerRefresh.start}. */
  constructor(sources: readonly PeerSource[], rooms: RefreshRooms) {
    this.#sources = sources.map((source) => new RefreshedSource(source, rooms));
  }

  /** Reads all sources, and goes on doing so. */
  start(): void {
    for (const source of this.#sources) source.readSoon();
  }

  /** Looks at what the node's machine reports. */
  heard({ type }: Report): void {
    if (type !== "link_down" && type !== "dial_failed") return;
    for (const source of this.#sources) source.readSoon();
  }

  /** Reads nothing more. */
  close(): void {
    for (const source of this.#sources) source.close();
  }
}

class RefreshedSource {
  readonly #source: PeerSource;
  readonly #rooms: RefreshRooms;
  #known: string | undefined;
  #readAt = -Infinity;
  #failures = 0;
  #isReading = false;
  #isClosed = false;
  #wakesAt = Infinity;
  #cancel: () => void = () => {};

  constructor(source: PeerSource, rooms: RefreshRooms) {
    this.#source = source;
    this.#rooms = rooms;
  }

  readSoon(): void {
    this.#wake(this.#readAt + PEER_READ_MS_MIN);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  #wake(at: number): void {
    const { clock } = this.#rooms;
    if (this.#isClosed || this.#isReading || at >= this.#wakesAt) return;
    this.#cancel();
    this.#wakesAt = at;
    this.#cancel = clock.wake(Math.max(at, clock.now()), () => void this.#read());
  }

  async #read(): Promise<void> {
    const { reader, clock, found, failed, random } = this.#rooms;
    this.#wakesAt = Infinity;
    this.#isReading = true;
    this.#readAt = clock.now();
    try {
      const urls = await readSource(this.#source, reader);
      const text = urls.join("\n");
      if (text !== this.#known && !this.#isClosed) found(this.#source.text, urls);
      this.#known = text;
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      if (this.#failures === 1 && !this.#isClosed) failed(error);
    }
    this.#isReading = false;
    const everyMs = this.#source.kind === "dns" ? DNS_REFRESH_MS : PEER_FILE_REFRESH_MS;
    this.#wake(clock.now() + (this.#failures > 0 ? backOffMs(this.#failures, random) : everyMs));
  }
}
