import { assertEquals } from "@std/assert";
import { KnownOffers } from "../../../lib/client/known_offers.ts";
import type { Listing } from "../../../lib/federation/function_registry.ts";
import { WATCHED_OFFERS_MAX } from "../../../lib/protocol/limits.ts";
import {
  clusterId,
  functionName,
  incarnation,
  maxHops,
  nodeUrl,
} from "../../../lib/protocol/names.ts";

function offer(fun: string, distance = 1): Listing {
  return {
    fun: functionName(fun),
    resources: [],
    origin: nodeUrl("ws://a.example"),
    incarnation: incarnation("1"),
    cluster: clusterId("lab"),
    distance,
    maxHops: maxHops(3),
    dialect: "farcall",
  };
}

function known(...offers: readonly Listing[]): KnownOffers {
  const made = new KnownOffers();
  for (const one of offers) made.note({ type: "added", offer: one });
  return made;
}

Deno.test("KnownOffers tells what is different from before, and nothing else", () => {
  const before = known(offer("stays"), offer("moves"), offer("goes"), offer("gone"));
  before.note({ type: "lost", offer: offer("gone") });
  const events = before.replace(known(offer("stays"), offer("moves", 2), offer("comes")));
  assertEquals(events.map((event) => `${event.type} ${event.offer.fun}@${event.offer.distance}`), [
    ...["lost goes@1", "changed moves@2", "added comes@1"],
  ]);
  assertEquals(before.replace(known()).length, 3, "what is there now was taken over");
});

Deno.test("KnownOffers remembers no more than it may, and those that it has", () => {
  const many = new KnownOffers();
  for (let count = 0; count <= WATCHED_OFFERS_MAX; count += 1) {
    many.note({ type: "added", offer: offer(`f${count}`) });
  }
  assertEquals(many.size, WATCHED_OFFERS_MAX);
  many.note({ type: "changed", offer: offer("f0", 3) });
  many.note({ type: "lost", offer: offer("f1") });
  many.note({ type: "added", offer: offer("last") });
  assertEquals(many.size, WATCHED_OFFERS_MAX);
});
