/**
 * Offers as a client sees them: what its node tells, and after a change of nodes what the next one tells that is different.
 *
 * @module
 */

import type { Clock } from "../edges/system_clock.ts";
import { FarcallError } from "../protocol/errors.ts";
import { OFFER_LOOK_MS, OFFER_WATCH_AGAIN_MS } from "../protocol/limits.ts";
import type { Missable } from "./broadcaster.ts";
import type { UntypedCalling } from "./calling.ts";
import { NODE_FUNCTIONS } from "./description.ts";
import { KnownOffers } from "./known_offers.ts";
import { type OfferEvent, readListings, readWatchedOffer } from "./offer_event.ts";

/** What happened to an offer, and which node told it. */
export interface ClientOfferEvent extends OfferEvent {
  /** The node that the client was connected to. */
  readonly via: string;
}

/** What watching needs of a client. */
export interface WatchEdges {
  readonly calls: UntypedCalling;
  readonly clock: Clock;
  /** The node it is connected to now. */
  readonly url: () => string | undefined;
  /** Aborts when the client ends. */
  readonly closing: AbortSignal;
}

/** An iteration over offers. Ended by leaving the loop, by its signal and with the client, without an error. */
export class OfferWatch implements AsyncIterableIterator<ClientOfferEvent & Missable> {
  readonly #edges: WatchEdges;
  readonly #fun: string | undefined;
  readonly #leave = new AbortController();
  readonly #over: AbortSignal;
  readonly #known = new KnownOffers();
  readonly #events: AsyncGenerator<ClientOfferEvent & Missable, undefined>;

  /**
   * Watches.
   *
   * @param fun Only offers of this function. Default: all.
   * @param signal Ends it.
   */
  constructor(edges: WatchEdges, fun: string | undefined, signal: AbortSignal | undefined) {
    this.#edges = edges;
    this.#fun = fun;
    const all = [this.#leave.signal, edges.closing, ...(signal === undefined ? [] : [signal])];
    this.#over = AbortSignal.any(all);
    this.#events = this.#watch();
  }

  /**
   * The next event.
   *
   * @throws {FarcallError} If the node can't tell: one of the reference.
   */
  next(): Promise<IteratorResult<ClientOfferEvent & Missable, undefined>> {
    return this.#events.next();
  }

  /** Nobody reads any more. Idempotent. */
  async return(): Promise<IteratorResult<ClientOfferEvent & Missable, undefined>> {
    this.#leave.abort();
    return await this.#events.return(undefined);
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  async *#watch(): AsyncGenerator<ClientOfferEvent & Missable, undefined> {
    while (!this.#over.aborted) {
      let pauseMs = OFFER_WATCH_AGAIN_MS;
      try {
        yield* this.#told();
      } catch (error) {
        if (this.#over.aborted) break;
        if (!(error instanceof FarcallError)) throw error;
        if (error.code === "UNSUPPORTED_VERSION") {
          yield* this.#looked();
          pauseMs = OFFER_LOOK_MS;
        } else if (!PASSING.has(error.code)) throw error;
      }
      await this.#pause(pauseMs);
    }
    return undefined;
  }

  /** As the node tells it, until it ends or says no more. */
  async *#told(): AsyncGenerator<ClientOfferEvent & Missable> {
    let fresh: KnownOffers | undefined = new KnownOffers();
    let expected = 0;
    const args = this.#fun === undefined ? [] : [this.#fun];
    for await (
      const item of this.#edges.calls.stream(NODE_FUNCTIONS.offers, args, { signal: this.#over })
    ) {
      const said = readWatchedOffer(item);
      if ("listed" in said) expected = said.listed;
      else if (fresh === undefined) {
        this.#known.note(said);
        yield this.#event(said);
      } else {
        fresh.note(said);
        expected -= 1 + (said.missed ?? 0);
      }
      if (fresh === undefined || expected > 0) continue;
      for (const event of this.#known.replace(fresh)) yield this.#event(event);
      fresh = undefined;
    }
  }

  /** As one finds it by asking, where the dialect has no streams. */
  async *#looked(): AsyncGenerator<ClientOfferEvent> {
    const args = this.#fun === undefined ? [] : [this.#fun];
    let answer: unknown;
    try {
      answer = await this.#edges.calls.call(NODE_FUNCTIONS.listed, args, { signal: this.#over });
    } catch (error) {
      if (this.#over.aborted || (error instanceof FarcallError && PASSING.has(error.code))) return;
      throw error;
    }
    const fresh = new KnownOffers();
    for (const offer of readListings(answer)) fresh.note({ type: "added", offer });
    for (const event of this.#known.replace(fresh)) yield this.#event(event);
  }

  #event<Event extends OfferEvent>(event: Event): Event & { readonly via: string } {
    return { ...event, via: this.#edges.url() ?? "" };
  }

  /** Ends early when nobody reads any more. */
  async #pause(ms: number): Promise<void> {
    const { clock } = this.#edges;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancelTimer = clock.wake(clock.now() + ms, resolve);
    const over = (): void => resolve();
    this.#over.addEventListener("abort", over);
    if (this.#over.aborted) resolve();
    await promise;
    cancelTimer();
    this.#over.removeEventListener("abort", over);
  }
}

/** The node or the connection is gone or busy: the next one, or the same a little later, tells more. */
const PASSING: ReadonlySet<string> = new Set([
  "UNAVAILABLE",
  "DRAINING",
  "CANCELLED",
  "DEADLINE_EXCEEDED",
  "RESOURCE_EXHAUSTED",
]);
