import type { Broadcaster, ListenOptions, Missable } from "../client/broadcaster.ts";
import { LISTED_MAX, type OfferEvent, type WatchedOffer } from "../client/offer_event.ts";
import type { Listing } from "../federation/function_registry.ts";

/** Offers of one moment, and what happens to them from then on. */
export interface Watched {
  /** How many there are. */
  readonly listed: number;
  /** Each of them, as `added`, and then each change. */
  readonly events: AsyncIterableIterator<OfferEvent & Missable>;
}

/** Offers with those of nearer nodes first. */
export function nearestFirst(listings: Iterable<Listing>): Listing[] {
  return [...listings].sort((a, b) => a.distance - b.distance);
}

/**
 * Watches offers.
 *
 * @param listings Those of this moment.
 * @param changes What happens to offers.
 * @param fun Only offers of this function. Default: all.
 */
export function watchOffers(
  listings: Iterable<Listing>,
  changes: Broadcaster<OfferEvent>,
  fun: string | undefined,
  options: ListenOptions,
): Watched {
  const accepts = ({ offer }: OfferEvent): boolean => fun === undefined || offer.fun === fun;
  const first = nearestFirst(listings)
    .map((offer): OfferEvent => ({ type: "added", offer })).filter(accepts);
  return { listed: first.length, events: changes.listen(options, first, accepts) };
}

/** The same for a client, which has to know when it has heard of all that there were. */
export async function* toldOffers({ listed, events }: Watched): AsyncGenerator<WatchedOffer> {
  yield { listed };
  yield* events;
}

/** The nearest offers of this moment. */
export function listedOffers(listings: Iterable<Listing>, fun: string | undefined): Listing[] {
  return nearestFirst(listings).filter((one) => fun === undefined || one.fun === fun)
    .slice(0, LISTED_MAX);
}
