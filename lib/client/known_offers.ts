import type { Listing } from "../federation/function_registry.ts";
import { offerKey } from "../federation/offer_key.ts";
import { WATCHED_OFFERS_MAX } from "../protocol/limits.ts";
import type { OfferEvent } from "./offer_event.ts";

/** What a client has told of offers: so that after a change of nodes, or between two looks, it tells only what is different. */
export class KnownOffers {
  #offers = new Map<string, Listing>();

  /** How many are known. */
  get size(): number {
    return this.#offers.size;
  }

  /** Something happened to an offer. */
  note({ type, offer }: OfferEvent): void {
    const key = keyOf(offer);
    if (type === "lost") this.#offers.delete(key);
    else if (this.#offers.size < WATCHED_OFFERS_MAX || this.#offers.has(key)) {
      this.#offers.set(key, offer);
    }
  }

  /** All that there is now; gives what is different from before. */
  replace(by: KnownOffers): OfferEvent[] {
    const events: OfferEvent[] = [];
    for (const [key, offer] of this.#offers) {
      if (!by.#offers.has(key)) events.push({ type: "lost", offer });
    }
    for (const [key, offer] of by.#offers) {
      const before = this.#offers.get(key);
      if (before === undefined) events.push({ type: "added", offer });
      else if (JSON.stringify(before) !== JSON.stringify(offer)) {
        events.push({ type: "changed", offer });
      }
    }
    this.#offers = by.#offers;
    return events;
  }
}

function keyOf({ origin, fun, resources, contract }: Listing): string {
  return `${origin}\n${offerKey(fun, resources, contract)}`;
}
