import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Listing, ListingChange } from "../../lib/federation/function_registry.ts";
import type { GroupView } from "../../lib/federation/router_contract.ts";
import { contractDigest } from "../../lib/protocol/contract_facts.ts";
import {
  clusterId,
  functionName,
  incarnation,
  maxHops,
  nodeUrl,
  resourceName,
} from "../../lib/protocol/names.ts";
import { ToldRegistry } from "../unit/federation/told_registry.ts";
import { runOptions } from "./run_options.ts";

/** Reads everything from the groups' last views, every time. */
function naiveListings(views: ReadonlyMap<number, GroupView>): Map<string, Listing> {
  const inReach = [...views.values()].filter((view) => view.distance !== undefined);
  const best = new Map<string, Listing>();
  for (const { name, distance, offers } of inReach) {
    const rivals = inReach.filter((other) => other.name.origin === name.origin);
    const isOutspoken = name.writer !== undefined &&
      rivals.some((other) => other.name.writer === undefined);
    const isPast = rivals.some((other) =>
      other.name.writer === name.writer && other.name.incarnation > name.incarnation
    );
    if (isOutspoken || isPast || distance === undefined) continue;
    for (const { offer } of offers) {
      const resources = [...new Set(offer.resources)].sort();
      const key = JSON.stringify([name.origin, offer.fun, resources, offer.contract?.digest]);
      const dialect = name.writer === undefined ? "farcall" : "reference";
      const { origin, incarnation, cluster, maxHops } = name;
      const listing = {
        fun: offer.fun,
        resources,
        origin,
        incarnation,
        cluster,
        distance,
        maxHops,
      };
      const known = best.get(key);
      if (known === undefined || rank(listing) < rank(known)) {
        const contract = offer.contract === undefined ? {} : { contract: offer.contract };
        best.set(key, { ...listing, dialect, ...contract });
      }
    }
  }
  return best;
}

function rank(listing: Omit<Listing, "dialect">): string {
  // One digit each: nearer first, then the wider radius, then the later life.
  return `${listing.distance}${9 - listing.maxHops}${9 - Number(listing.incarnation)}`;
}

const RESOURCES = ["cpu", "gpu", "tpu"] as const;

/** A group's number stands for its name: origin, life, radius and speaker. */
function viewOf(index: number, distance: number | undefined, wanted: readonly number[]): GroupView {
  const writer = index % 4;
  return {
    index,
    name: {
      origin: nodeUrl(`ws://o${index % 3}.example`),
      incarnation: incarnation(`${index % 2 + 1}`),
      maxHops: maxHops(index % 5 + 1),
      scope: "",
      cluster: clusterId("c"),
      ...(writer === 0 ? {} : { writer: nodeUrl(`ws://w${writer}.example`) }),
      base: writer === 0 ? 0 : 1,
    },
    distance,
    offers: distance === undefined ? [] : wanted.map((one, id) => ({
      offer: {
        id,
        fun: functionName(`f${one % 3}`),
        resources: RESOURCES.filter((_, bit) => (one >> bit) & 1).map(resourceName).reverse(),
        ...(one < 16 ? {} : {
          contract: { digest: contractDigest(`d${one >> 4}`), idempotent: index % 2 === 0 },
        }),
      },
      at: 1,
    })),
  };
}

Deno.test("FunctionRegistry agrees with a naive twin over any series of group events", () => {
  const event = fc.record({
    index: fc.nat(23),
    distance: fc.option(fc.nat(5), { nil: undefined }),
    wanted: fc.uniqueArray(fc.nat(47), { maxLength: 6 }),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const told = new Map<string, Listing>();
      const registry = new ToldRegistry(({ type, listing }: ListingChange) => {
        const { origin, fun, resources, contract } = listing;
        const key = JSON.stringify([origin, fun, resources, contract?.digest]);
        assertEquals(told.has(key), type !== "added");
        if (type === "lost") told.delete(key);
        else told.set(key, listing);
      });
      const views = new Map<number, GroupView>();
      for (const { index, distance, wanted } of events) {
        const view = viewOf(index, distance, wanted);
        views.set(index, view);
        registry.apply(view);
        const expected = naiveListings(views);
        assertEquals(told, expected);
        assertEquals(registry.size, expected.size);
        for (const name of ["f0", "f1", "f2"].map(functionName)) {
          const listings = registry.offersOf(name);
          const distances = listings.map((one) => one.distance);
          assertEquals(distances, distances.toSorted((a, b) => a - b));
          const byTwin = [...expected.values()].filter((one) => one.fun === name);
          assertEquals(new Set(listings), new Set(byTwin));
          const withGpu = byTwin.filter((one) => one.resources.includes(resourceName("gpu")));
          const found = registry.providers(name, [resourceName("gpu")]);
          assertEquals(found.length, withGpu.length);
        }
      }
      for (const index of views.keys()) registry.apply(viewOf(index, undefined, []));
      assertEquals(registry.sizes(), { groups: 0, origins: 0, functions: 0 });
      assertEquals(told.size, 0);
    }),
    runOptions(300),
  );
});
