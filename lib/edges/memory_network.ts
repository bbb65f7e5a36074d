/**
 * A network inside one process, under the same contract as the real one.
 *
 * Every frame is copied, so nothing is shared between the two sides. Frames of one direction keep their order whatever the
 * scheduler does: a scheduled task delivers the oldest frame of its direction, not a certain one. So a simulator may own
 * time and delay each task as it likes.
 *
 * @module
 */

import { memoryPair } from "./memory_connection.ts";
import type { Deliver, MemoryPair } from "./memory_connection.ts";
import { DialError, ListenError } from "./transport.ts";
import type { Accept, Dialer, DialTarget, Listener } from "./transport.ts";

interface Station {
  readonly accept: Accept;
  readonly subprotocols: readonly string[];
}

/** Listeners and dialers that reach each other by URL. */
export class MemoryNetwork {
  readonly #deliver: Deliver;
  readonly #stations = new Map<string, Station>();
  readonly #pairs = new Set<MemoryPair>();

  /**
   * Begins with nobody in it.
   *
   * @param deliver When frames, closings and openings arrive. Default: in microtasks.
   */
  constructor(deliver: Deliver = (task) => queueMicrotask(task)) {
    this.#deliver = deliver;
  }

  /**
   * Listens at a URL.
   *
   * @param url Any URL nobody listens on yet.
   * @param accept Called for each connection.
   * @param subprotocols What this side speaks. Default: nothing.
   * @throws {ListenError} `address_in_use`.
   */
  listen(url: string, accept: Accept, subprotocols: readonly string[] = []): Listener {
    if (this.#stations.has(url)) {
      throw new ListenError("address_in_use", url, `${url} is taken by another listener`);
    }
    const station: Station = { accept, subprotocols };
    this.#stations.set(url, station);
    const close = (): Promise<void> => {
      if (this.#stations.get(url) !== station) return Promise.resolve();
      this.#stations.delete(url);
      for (const pair of this.#pairs) if (pair.listener === url) pair.closeAccepted();
      return Promise.resolve();
    };
    return { url, close };
  }

  /**
   * A dialer into this network.
   *
   * @param from Its name on the other side and for {@linkcode MemoryNetwork.cut}. Default: `"memory:dialer"`.
   */
  dialer(from: string = "memory:dialer"): Dialer {
    const end = new AbortController();
    return {
      dial: (target, accept, signal) => this.#dial(from, target, accept, [signal, end.signal]),
      [Symbol.asyncDispose]: () => {
        end.abort();
        return Promise.resolve();
      },
    };
  }

  /** How many connections are open. */
  get connectionCount(): number {
    return this.#pairs.size;
  }

  /**
   * Breaks connections: both sides hear `closed` with code 1006, frames under way are lost. Dialling again works.
   *
   * @param one One end, by the listener's URL or the dialer's name. Default: every connection.
   * @param other The other end. Default: any.
   */
  cut(one?: string, other?: string): void {
    for (const pair of [...this.#pairs]) {
      const ends = [pair.dialer, pair.listener];
      if (one !== undefined && !ends.includes(one)) continue;
      if (other !== undefined && !ends.includes(other)) continue;
      pair.cut();
    }
  }

  #dial(
    from: string,
    target: DialTarget,
    accept: Accept,
    signals: readonly AbortSignal[],
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const { url } = target;
      const signal = AbortSignal.any([...signals]);
      const giveUp = (): void => reject(new DialError("aborted", url, `Gave up dialling ${url}`));
      if (signal.aborted) return giveUp();
      if (!URL.canParse(url)) {
        return reject(new DialError("unsupported_url", url, `Not a URL: "${url}"`));
      }
      signal.addEventListener("abort", giveUp);
      this.#deliver(
        () => {
          signal.removeEventListener("abort", giveUp);
          if (signal.aborted) return;
          try {
            this.#open(from, target, accept);
            resolve();
          } catch (error) {
            reject(error);
          }
        },
        from,
        url,
      );
    });
  }

  #open(from: string, target: DialTarget, accept: Accept): void {
    const { url } = target;
    const station = this.#stations.get(url);
    if (station === undefined) {
      throw new DialError("refused", url, `Nobody accepts connections at ${url}`);
    }
    const chosen = target.subprotocols.find((name) => station.subprotocols.includes(name)) ?? "";
    const pair = memoryPair(from, url, chosen, this.#deliver, () => this.#pairs.delete(pair));
    this.#pairs.add(pair);
    try {
      pair.startAccepted(station.accept);
    } catch {
      // The listener's owner threw: its side closed with 4500, which the dialling side hears in a moment.
    }
    try {
      pair.startDialled(accept);
    } catch (cause) {
      const message = `The owner of the connection to ${url} threw an error`;
      throw new DialError("handshake", url, message, cause);
    }
  }
}
