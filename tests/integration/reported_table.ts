import type { Listing } from "../../lib/federation/function_registry.ts";
import {
  clusterId,
  functionName,
  incarnation,
  maxHops,
  nodeUrl,
  resourceName,
} from "../../lib/protocol/names.ts";

/** What a node of the churn test says that it knows. */
export interface ReportedTable {
  readonly incarnation: string;
  /** URLs of the nodes that it has links to. */
  readonly links: readonly string[];
  readonly listings: readonly Listing[];
  /** How long its process stood still so far, in ms. */
  readonly stillMs: number;
}

/**
 * Reads the answer of a node's function `table`.
 *
 * @throws {TypeError | RangeError} If it is not what it must be.
 */
export function readTable(answer: unknown): ReportedTable {
  return {
    incarnation: text(answer, "incarnation"),
    links: list(answer, "links").map(String),
    listings: list(answer, "listings").map(readListing),
    stillMs: number(answer, "stillMs"),
  };
}

function readListing(listing: unknown): Listing {
  const dialect = text(listing, "dialect");
  if (dialect !== "farcall" && dialect !== "reference") throw new TypeError(`Not one: ${dialect}`);
  return {
    fun: functionName(text(listing, "fun")),
    resources: list(listing, "resources").map(String).map(resourceName),
    origin: nodeUrl(text(listing, "origin")),
    incarnation: incarnation(text(listing, "incarnation")),
    cluster: clusterId(text(listing, "cluster")),
    distance: number(listing, "distance"),
    maxHops: maxHops(number(listing, "maxHops")),
    dialect,
  };
}

function field(value: unknown, key: string): unknown {
  if (typeof value === "object" && value !== null) return Reflect.get(value, key);
  throw new TypeError(`No object with ${key}: ${value}`);
}

function text(value: unknown, key: string): string {
  const found = field(value, key);
  if (typeof found === "string") return found;
  throw new TypeError(`${key} is no text: ${found}`);
}

function number(value: unknown, key: string): number {
  const found = field(value, key);
  if (typeof found === "number") return found;
  throw new TypeError(`${key} is no number: ${found}`);
}

function list(value: unknown, key: string): unknown[] {
  const found = field(value, key);
  if (Array.isArray(found)) return found;
  throw new TypeError(`${key} is no list: ${found}`);
}
