/** How a node of the reference reads and writes frames, for the stand-in of the tests. */

import { listOf, objectOf } from "./conversations.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../lib/protocol/json_value.ts";

/** The body of a HELLO. */
export interface Hello {
  readonly funs: readonly string[];
  readonly locs: readonly string[];
  readonly cluster_id: string;
  readonly advertised_urls: readonly string[];
  readonly hop_count: number;
  readonly max_hops: number;
  readonly announcement_id: string;
  readonly original_source: string;
}

/** What a frame turned out to be. */
export type Read =
  /** A good message of a known role, or anything with a key `r`. */
  | { readonly kind: "message"; readonly role: string; readonly json: JsonObject }
  | { readonly kind: "unknown_role"; readonly role: string; readonly u: string }
  /** Anything else: it ends whoever reads. */
  | { readonly kind: "broken" };

/** The largest frame that a node of the reference takes over a socket that it dialled. */
export const DIALED_FRAME_BYTES_MAX = 1_048_576;

type Check = (value: JsonValue | undefined) => boolean;

const isString: Check = (value) => typeof value === "string";
const isList: Check = (value) => Array.isArray(value);
const isStrings: Check = (value) => Array.isArray(value) && value.every(isString);
const isObject: Check = (value) => value !== undefined && isJsonObject(value);
const isNumber: Check = (value) => typeof value === "number";
const isAny: Check = (value) => value !== undefined;

function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

function isCommand(value: JsonValue | undefined): boolean {
  return fits(value, {
    name: isString,
    fun: isString,
    args: optional(isList),
    kwargs: optional(isObject),
    locs: optional(isStrings),
  });
}

const SERVER_SHAPES: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  HELLO: {
    funs: isStrings,
    locs: isStrings,
    cluster_id: isString,
    advertised_urls: optional(isStrings),
    hop_count: optional(isNumber),
    max_hops: optional(isNumber),
    announcement_id: optional(isString),
    original_source: optional(isString),
  },
  GOODBYE: {
    departing_node_url: isString,
    cluster_id: isString,
    reason: (value) =>
      ["graceful_shutdown", "maintenance", "cluster_rebalance", "manual_removal"].includes(
        String(value),
      ),
    timestamp: optional(isNumber),
  },
  STATUS: {},
  HELLO_ACK: {
    original_announcement_id: isString,
    acknowledged_functions: isStrings,
    acknowledging_server: isString,
  },
  FUNCTION_MAP_REQUEST: {},
};

const ROLE_SHAPES: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  "rpc": { u: isString, cmds: (value) => Array.isArray(value) && value.every(isCommand) },
  "internal-rpc": {
    u: isString,
    command: isString,
    args: isList,
    kwargs: optional(isObject),
    results: isObject,
  },
  "internal-answer": { u: isString, answer: isAny },
  "gossip": { u: isString, peers: isList, cluster_id: isString },
  "server": {
    u: isString,
    server: (value) => {
      const shape = SERVER_SHAPES[String(objectOf(value)["what"])];
      return shape !== undefined && fits(value, shape);
    },
  },
};

function fits(value: JsonValue | undefined, shape: Readonly<Record<string, Check>>): boolean {
  if (value === undefined || !isJsonObject(value)) return false;
  return Object.entries(shape).every(([key, check]) => check(value[key]));
}

/** Reads one frame as strictly as the reference does. */
export function readFrame(frame: string | Uint8Array): Read {
  let json: JsonValue;
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    json = JSON.parse(typeof frame === "string" ? frame : decoder.decode(frame));
  } catch {
    return { kind: "broken" };
  }
  if (!isJsonObject(json)) return { kind: "broken" };
  if ("r" in json && !("role" in json)) return { kind: "message", role: "response", json };
  const role = String(json["role"] ?? "None");
  const shape = ROLE_SHAPES[role];
  if (shape === undefined) {
    return { kind: "unknown_role", role, u: String(json["u"] ?? "unknown") };
  }
  return fits(json, shape) ? { kind: "message", role, json } : { kind: "broken" };
}

/** The body of a HELLO with its defaults. */
export function helloOf(server: JsonObject): Hello {
  return {
    funs: listOf(server["funs"]).map(String),
    locs: listOf(server["locs"]).map(String),
    cluster_id: String(server["cluster_id"]),
    advertised_urls: listOf(server["advertised_urls"]).map(String),
    hop_count: Number(server["hop_count"] ?? 0),
    max_hops: Number(server["max_hops"] ?? 3),
    announcement_id: String(server["announcement_id"] ?? ""),
    original_source: String(server["original_source"] ?? ""),
  };
}

/** A frame as the reference's nodes send it: bytes. */
export function frameOf(json: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(json));
}

/** An answer. */
export function responseOf(u: JsonValue | undefined, r: unknown, error: unknown = null): unknown {
  return { r, error, u, intermediate_results: [], execution_summary: null };
}

/** What goes wrong inside is told with a traceback. */
export function tracebackOf(exception: string): unknown {
  const details = `Traceback (most recent call last):\n  File "server.py", line 1\n${exception}`;
  return { code: 1003, message: "RPC execution failed", details };
}
