/**
 * From JSON to the messages that nodes of the `json` dialect send each other. Every function throws a `ShapeDefect` for
 * what the codec has to refuse.
 *
 * @module
 */

import {
  ADVERTISED_URLS,
  ANNOUNCEMENT,
  CLUSTER,
  FUNCTIONS,
  HOPS,
  ID,
  NUMBER,
  OBJECT,
  RESOURCES,
  TEXT,
  URL_OF_NODE,
} from "./field_shapes.ts";
import { defaulted, own, required, type Shape, ShapeDefect } from "./json_fields.ts";
import type {
  GoodbyeMessage,
  GoodbyeReason,
  HelloAckMessage,
  HelloMessage,
  JsonMessage,
  StatusMessage,
  UnhandledServerMessage,
} from "./json_messages.ts";
import type { JsonObject } from "./json_value.ts";
import { MAX_HOPS_CEILING, MAX_HOPS_DEFAULT } from "./limits.ts";
import { announcementId, hopCount, maxHops, type NodeUrl, tryNodeUrl } from "./names.ts";

const ASKED_HOPS: Shape<number> = {
  expected: "a hop limit, a whole number from 0",
  parse: (value) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined,
};
const SOURCE: Shape<NodeUrl | ""> = {
  expected: "a node URL or empty",
  parse: (value) => value === "" ? "" : tryNodeUrl(value),
};
const REASONS: readonly GoodbyeReason[] = [
  "graceful_shutdown",
  "maintenance",
  "cluster_rebalance",
  "manual_removal",
];
const REASON: Shape<GoodbyeReason> = {
  expected: `one of ${REASONS.join(", ")}`,
  parse: (value) => REASONS.find((reason) => reason === value),
};
function hello(server: JsonObject, u: string): HelloMessage {
  const asked = defaulted(server, "max_hops", ASKED_HOPS, MAX_HOPS_DEFAULT);
  const source = defaulted(server, "original_source", SOURCE, "");
  return {
    type: "HELLO",
    u,
    announcement: {
      capabilities: {
        functions: required(server, "funs", FUNCTIONS),
        resources: required(server, "locs", RESOURCES),
        clusterId: required(server, "cluster_id", CLUSTER),
        advertisedUrls: defaulted(server, "advertised_urls", ADVERTISED_URLS, []),
      },
      propagation: {
        hopCount: defaulted(server, "hop_count", HOPS, hopCount(0)),
        maxHops: maxHops(Math.min(asked, MAX_HOPS_CEILING)),
        announcementId: defaulted(server, "announcement_id", ANNOUNCEMENT, announcementId("")),
        originalSource: source === "" ? undefined : source,
      },
    },
    ...(asked > MAX_HOPS_CEILING ? { askedMaxHops: asked } : {}),
  };
}

function goodbye(server: JsonObject, u: string): GoodbyeMessage {
  return {
    type: "GOODBYE",
    u,
    departing: required(server, "departing_node_url", URL_OF_NODE),
    clusterId: required(server, "cluster_id", CLUSTER),
    reason: required(server, "reason", REASON),
    timestamp: defaulted(server, "timestamp", NUMBER, 0),
  };
}

function status(_server: JsonObject, u: string): StatusMessage {
  return { type: "STATUS", u };
}

function helloAck(server: JsonObject, u: string): HelloAckMessage {
  return {
    type: "HELLO_ACK",
    u,
    announcementId: required(server, "original_announcement_id", ANNOUNCEMENT),
    functions: required(server, "acknowledged_functions", FUNCTIONS),
    acknowledging: required(server, "acknowledging_server", URL_OF_NODE),
    timestamp: defaulted(server, "timestamp", NUMBER, 0),
  };
}

function unhandled(what: string): (_server: JsonObject, u: string) => UnhandledServerMessage {
  return (_server, u) => ({ type: "unhandled_server", u, what });
}

type ServerReader = (server: JsonObject, u: string) => JsonMessage;
const READERS: ReadonlyMap<string, ServerReader> = new Map<string, ServerReader>([
  ["HELLO", hello],
  ["GOODBYE", goodbye],
  ["STATUS", status],
  ["HELLO_ACK", helloAck],
  ["FUNCTION_MAP_REQUEST", unhandled("FUNCTION_MAP_REQUEST")],
  ["FUNCTION_MAP_RESPONSE", unhandled("FUNCTION_MAP_RESPONSE")],
]);

/** The reference lets `what` be missing and goes by the fields: those of a HELLO, or none at all. */
function kindOf(server: JsonObject): string {
  const what = own(server, "what");
  if (what !== undefined) return TEXT.parse(what) ?? "";
  if (own(server, "funs") !== undefined) return "HELLO";
  return Object.keys(server).length === 0 ? "STATUS" : "";
}

/** A message with `role: "server"`. */
export function decodeServer(value: JsonObject): JsonMessage {
  const u = required(value, "u", ID);
  const server = required(value, "server", OBJECT);
  const read = READERS.get(kindOf(server));
  if (read === undefined) throw new ShapeDefect("Field server.what is no known server message");
  return read(server, u);
}
