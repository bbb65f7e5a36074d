/**
 * From messages to the JSON of the `json` dialect, keys in the order in which the reference writes them. Payloads are
 * put in as the text they are.
 *
 * @module
 */

import type {
  Command,
  GossipMessage,
  HelloMessage,
  InternalRequest,
  JsonMessage,
  PeerInfo,
  RpcRequest,
  RpcResponse,
} from "./json_messages.ts";
import type { JsonObject } from "./json_value.ts";

function command(step: Command): JsonObject {
  const { name, fun, args, kwargs, resources } = step;
  return { name, fun, args, kwargs, locs: resources };
}

function rpc(message: RpcRequest): string {
  return JSON.stringify({
    role: "rpc",
    cmds: message.commands.map(command),
    u: message.u,
    return_intermediate_results: message.returnIntermediateResults,
    intermediate_result_callback_topic: null,
    include_execution_summary: message.includeExecutionSummary,
    debug_mode: false,
  });
}

// All five keys, always: clients of the reference read them without asking.
function response(message: RpcResponse): string {
  const { error } = message;
  const shown = error && { code: error.code, message: error.message, details: error.details };
  return `{"r":${message.result.text},"error":${JSON.stringify(shown ?? null)},` +
    `"u":${JSON.stringify(message.u)},` +
    `"intermediate_results":${JSON.stringify(message.intermediateResults ?? [])},` +
    `"execution_summary":${JSON.stringify(message.executionSummary ?? null)}}`;
}

function server(u: string, fields: JsonObject): string {
  return JSON.stringify({ role: "server", server: fields, u });
}

function hello(message: HelloMessage): string {
  const { capabilities, propagation } = message.announcement;
  return server(message.u, {
    what: "HELLO",
    funs: capabilities.functions,
    locs: capabilities.resources,
    cluster_id: capabilities.clusterId,
    advertised_urls: capabilities.advertisedUrls,
    hop_count: propagation.hopCount,
    max_hops: message.askedMaxHops ?? propagation.maxHops,
    announcement_id: propagation.announcementId,
    original_source: propagation.originalSource ?? "",
  });
}

function peer(info: PeerInfo): JsonObject {
  return {
    url: info.url,
    funs: info.functions,
    locs: info.resources,
    last_seen: info.lastSeen,
    cluster_id: info.clusterId,
    advertised_urls: info.advertisedUrls,
    logical_clock: info.logicalClock,
  };
}

function gossip(message: GossipMessage): string {
  return JSON.stringify({
    role: "gossip",
    peers: message.peers.map(peer),
    u: message.u,
    cluster_id: message.clusterId,
  });
}

// No results travel with it: the reference would substitute the arguments a second time with them.
function internalRequest(message: InternalRequest): string {
  return JSON.stringify({
    role: "internal-rpc",
    command: message.fun,
    args: message.args,
    kwargs: message.kwargs,
    results: {},
    u: message.u,
  });
}

/** The JSON text of one message. */
export function encodeJsonMessage(message: JsonMessage): string {
  switch (message.type) {
    case "rpc":
      return rpc(message);
    case "response":
      return response(message);
    case "HELLO":
      return hello(message);
    case "GOODBYE":
      return server(message.u, {
        what: "GOODBYE",
        departing_node_url: message.departing,
        cluster_id: message.clusterId,
        reason: message.reason,
        timestamp: message.timestamp,
      });
    case "STATUS":
      return server(message.u, { what: "STATUS" });
    case "HELLO_ACK":
      return server(message.u, {
        what: "HELLO_ACK",
        original_announcement_id: message.announcementId,
        acknowledged_functions: message.functions,
        acknowledging_server: message.acknowledging,
        timestamp: message.timestamp,
      });
    case "unhandled_server":
      return server(message.u, { what: message.what });
    case "gossip":
      return gossip(message);
    case "internal-rpc":
      return internalRequest(message);
    case "internal-answer":
      return `{"role":"internal-answer","answer":${message.answer.text},` +
        `"u":${JSON.stringify(message.u)}}`;
  }
}
