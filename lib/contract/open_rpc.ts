/**
 * Functions in reach as an OpenRPC document, for tools that read those.
 *
 * @module
 */

import { isJsonObject, type JsonObject, type JsonValue } from "../protocol/json_value.ts";

/** The version of the specification that documents keep to (spec.open-rpc.org). */
const OPEN_RPC = "1.3.2";

/** A declared error's number there: the one that callers of the `json` dialect get for every failed call. */
const ERROR_NUMBER = 1003;

/** One function for the document. */
export interface OpenRpcFunction {
  /** Its name. */
  readonly name: string;
  /** How many offers are in reach. */
  readonly offers: number;
  /** The contract of the nearest offer that has one. Default: none is known. */
  readonly contract?: {
    /** Which one. */
    readonly digest: string;
    /** What its author calls this edition. */
    readonly version?: string;
    /** What was agreed on; `undefined` = it could not be had. */
    readonly document?: JsonObject;
  };
  /** Digests of other contracts that it is offered under. */
  readonly others: readonly string[];
}

/** Makes the document; `where` is the node from which these functions are in reach. */
export function openRpcDocument(where: string, functions: readonly OpenRpcFunction[]): JsonObject {
  return {
    openrpc: OPEN_RPC,
    info: { title: `Functions in reach of ${where}`, version: "1" },
    methods: functions.map(methodOf),
  };
}

function methodOf({ name, offers, contract, others }: OpenRpcFunction): JsonObject {
  const document = contract?.document ?? {};
  const args = Array.isArray(document["args"]) ? document["args"] : [];
  const params = args.map((schema: JsonValue, index) => content(`arg${index}`, schema));
  const { kwargs, returns, yields, errors, resources = [], idempotent = null } = document;
  if (kwargs !== undefined) params.push(content("kwargs", kwargs));
  return {
    name,
    paramStructure: "by-position",
    params,
    ...(returns === undefined ? {} : { result: content("result", returns) }),
    ...(isJsonObject(errors) ? { errors: Object.entries(errors).map(errorOf) } : {}),
    "x-farcall": {
      offers,
      resources,
      ...(contract === undefined ? {} : {
        digest: contract.digest,
        ...(contract.version === undefined ? {} : { version: contract.version }),
        ...(contract.document === undefined ? { contractMissing: true } : { idempotent }),
      }),
      ...(yields === undefined ? {} : { yields }),
      ...(others.length === 0 ? {} : { otherContracts: others }),
    },
  };
}

/** Null stands for a schema that could not be said: anything may be. */
function content(name: string, schema: JsonValue): JsonObject {
  return { name, schema: schema ?? true };
}

function errorOf([name, schema]: readonly [string, JsonValue]): JsonObject {
  return { code: ERROR_NUMBER, message: name, data: { schema: schema ?? true } };
}
