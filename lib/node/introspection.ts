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
import {
  type ContractDigest,
  type OfferContract,
  tryContractDigest,
} from "../protocol/contract_facts.ts";
import { callError } from "../protocol/errors.ts";
import type { JsonObject } from "../protocol/json_value.ts";
import { type FunctionName, hopCount, type NodeUrl, tryFunctionName } from "../protocol/names.ts";
import type { ContractFetcher } from "./contract_fetcher.ts";
import { ContractFailure } from "../client/contract_function.ts";
import type { ContractShelf } from "./contract_shelf.ts";
import type { RegisteredFunction } from "../client/function_context.ts";

/** Longest answer about contracts, in UTF-16 units of JSON: half of what a message may have, whatever its letters. */
const ANSWER_LENGTH_MAX = 1024 * 1024;

/** What introspection needs of its node. */
export interface IntrospectionRooms {
  readonly self: NodeUrl;
  /** Everything in reach, this node's own included. */
  readonly listings: () => Iterable<Listing>;
  /** Those of one function, nearest first. */
  readonly offersOf: (fun: FunctionName) => readonly Listing[];
  readonly shelf: ContractShelf;
  readonly fetcher: ContractFetcher;
}

/** The node's own functions, by name. */
export function introspection(rooms: IntrospectionRooms): ReadonlyMap<string, RegisteredFunction> {
  return new Map<string, RegisteredFunction>([
    [NODE_FUNCTIONS.contracts, ([digests]) => heldContracts(rooms.shelf, digests)],
    [NODE_FUNCTIONS.describe, async ([name]) => await describe(rooms, name)],
    [NODE_FUNCTIONS.discover, async () => await discover(rooms)],
  ]);
}

function heldContracts(shelf: ContractShelf, digests: unknown): JsonObject {
  const held: Record<string, JsonObject> = {};
  let length = 0;
  for (const value of Array.isArray(digests) ? digests : []) {
    const digest = tryContractDigest(value);
    const text = digest === undefined ? undefined : shelf.find(digest);
    if (digest === undefined || text === undefined) continue;
    length += text.length;
    // The first always fits; who wants the others asks again.
    if (length > ANSWER_LENGTH_MAX && Object.keys(held).length > 0) break;
    held[digest] = JSON.parse(text);
  }
  return held;
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
    const isTold = text !== undefined && length <= ANSWER_LENGTH_MAX;
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
      const isTold = text !== undefined && length <= ANSWER_LENGTH_MAX;
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
