/**
 * What a node tells of a function, read from its answer.
 *
 * @module
 */

import {
  type ContractDigest,
  isContractVersion,
  tryContractDigest,
} from "../protocol/contract_facts.ts";
import { callError, FarcallError } from "../protocol/errors.ts";
import {
  BOOLEAN,
  CLUSTER,
  FUNCTION,
  HOPS,
  OBJECT,
  RESOURCES,
  URL_OF_NODE,
} from "../protocol/field_shapes.ts";
import { listOf, optional, required, type Shape, ShapeDefect } from "../protocol/json_fields.ts";
import type { JsonObject, JsonValue } from "../protocol/json_value.ts";
import type {
  ClusterId,
  FunctionName,
  HopCount,
  NodeUrl,
  ResourceName,
} from "../protocol/names.ts";

/** Names of functions that every node has for itself. They are never announced. */
export const NODE_FUNCTIONS = {
  /** `[function]`: what is known of it. */
  describe: "rpc.describe",
  /** `[]`: everything in reach as an OpenRPC document. */
  discover: "rpc.discover",
  /** `[digests]`: the contracts of these digests that this very node holds. */
  contracts: "rpc.contracts",
  /** `[function?]`: a stream of the offers in reach and of what happens to them. */
  offers: "rpc.offers",
  /** `[function?]`: the offers in reach now. */
  listed: "rpc.listed",
} as const;

/** Offers of one function that a description holds, at most: the nearest. */
export const DESCRIBED_OFFERS_MAX = 256;

/** One offer of a function, as the asked node sees it. */
export interface DescribedOffer {
  /** The node that hosts it. */
  readonly origin: NodeUrl;
  /** Its cluster. */
  readonly cluster: ClusterId;
  /** Links from the asked node to it. */
  readonly distance: HopCount;
  /** What it has. */
  readonly resources: readonly ResourceName[];
  /** The contract it goes by; `undefined` = none that is known. */
  readonly contract?: ContractDigest;
}

/** One contract that a function is offered under. */
export interface DescribedContract {
  /** Which one. */
  readonly digest: ContractDigest;
  /** What its author calls this edition. */
  readonly version?: string;
  /** Whether running the function twice does no harm. */
  readonly idempotent: boolean;
  /**
   * What was agreed on: `name`, `args`, `kwargs`, `returns` or `yields`, `errors`, `resources`, `idempotent`, with schemas as
   * JSON Schema, or null where their library can't say them. `undefined` = nobody who has it could be asked.
   */
  readonly document?: JsonObject;
}

/** What a node knows of a function. */
export interface FunctionDescription {
  /** The function. */
  readonly function: FunctionName;
  /** Its offers in reach, nearest first, at most 256. */
  readonly offers: readonly DescribedOffer[];
  /** The contracts of these offers, that of the nearest first. More than one: editions differ. */
  readonly contracts: readonly DescribedContract[];
}

const DIGEST: Shape<ContractDigest> = { expected: "a digest", parse: tryContractDigest };
const VERSION: Shape<string> = {
  expected: "a version",
  parse: (value) => isContractVersion(value) ? value : undefined,
};

const OFFERS: Shape<readonly DescribedOffer[]> = listOf({
  expected: "an offer",
  parse(value) {
    const offer = OBJECT.parse(value);
    if (offer === undefined) return undefined;
    const contract = optional(offer, "contract", DIGEST);
    return {
      origin: required(offer, "origin", URL_OF_NODE),
      cluster: required(offer, "cluster", CLUSTER),
      distance: required(offer, "distance", HOPS),
      resources: required(offer, "resources", RESOURCES),
      ...(contract === undefined ? {} : { contract }),
    };
  },
}, DESCRIBED_OFFERS_MAX);

const CONTRACTS: Shape<readonly DescribedContract[]> = listOf({
  expected: "a contract",
  parse(value) {
    const contract = OBJECT.parse(value);
    if (contract === undefined) return undefined;
    const version = optional(contract, "version", VERSION);
    const document = optional(contract, "document", OBJECT);
    return {
      digest: required(contract, "digest", DIGEST),
      ...(version === undefined ? {} : { version }),
      idempotent: required(contract, "idempotent", BOOLEAN),
      ...(document === undefined ? {} : { document }),
    };
  },
}, DESCRIBED_OFFERS_MAX);

/**
 * Reads a description.
 *
 * @throws {FarcallError} `PROTOCOL` if it is none.
 */
export function readDescription(answer: JsonValue): FunctionDescription {
  return read(answer, (value) => ({
    function: required(value, "function", FUNCTION),
    offers: required(value, "offers", OFFERS),
    contracts: required(value, "contracts", CONTRACTS),
  }));
}

/**
 * Reads a document that is nothing but an object.
 *
 * @throws {FarcallError} `PROTOCOL` if it is none.
 */
export function readDocument(answer: JsonValue): JsonObject {
  return read(answer, (value) => value);
}

function read<Read>(answer: JsonValue, parse: (value: JsonObject) => Read): Read {
  try {
    const value = OBJECT.parse(answer);
    if (value !== undefined) return parse(value);
  } catch (defect) {
    if (!(defect instanceof ShapeDefect)) throw defect;
    throw new FarcallError(callError("PROTOCOL", `The node's description: ${defect.message}`));
  }
  throw new FarcallError(callError("PROTOCOL", "The node's description is not an object"));
}
