/**
 * The functions that every node has for itself: what is known of a function, of all functions, and the contracts it holds.
 *
 * @module
 */

import {
  DESCRIBED_OFFERS_MAX,
  type DescribedContract,
  type DescribedOffer,
  type FunctionDescription,
  NODE_FUNCTIONS,
} from "../client/description.ts";
import { openRpcDocument, type OpenRpcFunction } from "../contract/open_rpc.ts";
import type { Listing } from "../federation/function_registry.ts";
import { CONTRACTS_LENGTH_MAX, contractsShown, digestsAsked } from "../client/own_contracts.ts";
import type { ContractDigest, OfferContract } from "../protocol/contract_facts.ts";
import { callError } from "../protocol/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../protocol/json_value.ts";
import { type FunctionName, hopCount, type NodeUrl, tryFunctionName } from "../protocol/names.ts";
import type { Broadcaster } from "../client/broadcaster.ts";
import type { OfferEvent } from "../client/offer_event.ts";
import { listedOffers, toldOffers, watchOffers } from "./offers_in_reach.ts";
import type { ContractFetcher } from "./contract_fetcher.ts";
import { ContractFailure } from "../client/contract_function.ts";
import type { ContractShelf } from "./contract_shelf.ts";
import type { RegisteredFunction } from "../client/function_context.ts";

/** Contracts that are looked up for one question, at most. */
const ASKED_MAX = 256;

/** What introspection needs of its node. */
export interface IntrospectionRooms {
  readonly self: NodeUrl;
  /** Everything in reach, this node's own included. */
  readonly listings: () => Iterable<Listing>;
  /** Those of one function, nearest first. */
  readonly offersOf: (fun: FunctionName) => readonly Listing[];
  readonly shelf: ContractShelf;
  readonly fetcher: ContractFetcher;
  /** The contract of this digest, from a client of this node that goes by it; `undefined` = there is none, or it says nothing. */
  readonly askClients: (digest: ContractDigest) => Promise<JsonValue | undefined>;
  /** What happens to offers in reach. */
  readonly events: Broadcaster<OfferEvent>;
  /** Aborts when the node begins to leave. */
  readonly leaving: AbortSignal;
}

/** The node's own functions, by name. */
export function introspection(rooms: IntrospectionRooms): ReadonlyMap<string, RegisteredFunction> {
  return new Map<string, RegisteredFunction>([
    [NODE_FUNCTIONS.contracts, async ([digests]) => await heldContracts(rooms, digests)],
    [NODE_FUNCTIONS.describe, async ([name]) => await describe(rooms, name)],
    [NODE_FUNCTIONS.discover, async () => await discover(rooms)],
    [NODE_FUNCTIONS.offers, ([name], { signal }) => {
      const { listings, events, leaving } = rooms;
      const bounds = { signal: AbortSignal.any([signal, leaving]) };
      return toldOffers(watchOffers(listings(), events, functionOf(name), bounds));
    }],
    [NODE_FUNCTIONS.listed, ([name]) => listedOffers(rooms.listings(), functionOf(name))],
  ]);
}

/** The function that offers are asked of; `undefined` = all. */
function functionOf(name: unknown): FunctionName | undefined {
  const fun = tryFunctionName(name);
  if (fun !== undefined || name === undefined || name === null) return fun;
  const message = "Offers are asked for by the name of a function, or without any";
  throw new ContractFailure(callError("INVALID_ARGUMENT", message), false);
}

/** Contracts that this node has, and those of its clients' functions, which are asked once. */
async function heldContracts(rooms: IntrospectionRooms, value: unknown): Promise<JsonObject> {
  const digests = digestsAsked(value).slice(0, ASKED_MAX);
  const missing = digests.filter((digest) => rooms.shelf.find(digest) === undefined);
  await Promise.all(missing.map(async (digest) => {
    const document = await rooms.askClients(digest);
    if (isJsonObject(document)) rooms.shelf.take(digest, document);
  }));
  return contractsShown(rooms.shelf, digests);
}

async function describe(rooms: IntrospectionRooms, name: unknown): Promise<FunctionDescription> {
  const fun = tryFunctionName(name);
  if (fun === undefined) {
    const message = `${NODE_FUNCTIONS.describe} takes the name of a function`;
    throw new ContractFailure(callError("INVALID_ARGUMENT", message), false);
  }
  const listings = rooms.offersOf(fun).slice(0, DESCRIBED_OFFERS_MAX);
  await rooms.fetcher.fetch(listings);
  let length = 0;
  const contracts = [...contractsOf(listings).values()].map((contract): DescribedContract => {
    const text = rooms.shelf.find(contract.digest);
    length += text?.length ?? 0;
    const isTold = text !== undefined && length <= CONTRACTS_LENGTH_MAX;
    return { ...contract, ...(isTold ? { document: JSON.parse(text) } : {}) };
  });
  return { function: fun, offers: listings.map(describedOffer), contracts };
}

function describedOffer(listing: Listing): DescribedOffer {
  const { origin, cluster, distance, resources, contract } = listing;
  return {
    ...{ origin, cluster, distance: hopCount(distance), resources },
    ...(contract === undefined ? {} : { contract: contract.digest }),
  };
}

async function discover(rooms: IntrospectionRooms): Promise<JsonObject> {
  const listings = [...rooms.listings()].sort((a, b) => a.distance - b.distance);
  await rooms.fetcher.fetch(listings);
  const byName = new Map<string, Listing[]>();
  for (const listing of listings) {
    const same = byName.get(listing.fun);
    if (same === undefined) byName.set(listing.fun, [listing]);
    else same.push(listing);
  }
  let length = 0;
  const functions = [...byName].sort(([a], [b]) => a < b ? -1 : 1).map(
    ([name, offers]): OpenRpcFunction => {
      const [nearest, ...others] = contractsOf(offers).values();
      const known = { name, offers: offers.length, others: others.map(({ digest }) => digest) };
      if (nearest === undefined) return known;
      const text = rooms.shelf.find(nearest.digest);
      length += text?.length ?? 0;
      const isTold = text !== undefined && length <= CONTRACTS_LENGTH_MAX;
      const { digest, version } = nearest;
      return {
        ...known,
        contract: {
          digest,
          ...(version === undefined ? {} : { version }),
          ...(isTold ? { document: JSON.parse(text) } : {}),
        },
      };
    },
  );
  return openRpcDocument(rooms.self, functions);
}

/** By digest, that of the nearest offer first. */
function contractsOf(listings: readonly Listing[]): ReadonlyMap<ContractDigest, OfferContract> {
  const contracts = new Map<ContractDigest, OfferContract>();
  for (const { contract } of listings) {
    if (contract !== undefined && !contracts.has(contract.digest)) {
      contracts.set(contract.digest, contract);
    }
  }
  return contracts;
}
