/**
 * Where our node is meant to answer otherwise than the recorded one, and why.
 *
 * Each entry must be needed by some recording, and where it names places, by each of them.
 */

import type { Difference } from "./differences.ts";

/** Differences of one kind that are meant. */
export interface IntendedDifference {
  /** Why. */
  readonly reason: string;
  readonly what: Difference["what"];
  readonly message: string;
  /** Default: any. */
  readonly path?: string;
  /** Recorded lines, `recording:line`. Default: wherever the rest fits. */
  readonly places?: readonly string[];
  /** What the recorded side must look like. Default: anything. */
  readonly recorded?: RegExp;
  /** What our side must look like. Default: anything. */
  readonly ours?: RegExp;
}

/** `malformed:2` and so on, for several lines of one recording. */
function at(recording: string, ...lines: number[]): string[] {
  return lines.map((line) => `${recording}:${line}`);
}

const CLOSED_FOR_BROKEN_FRAMES = [
  ...at("hello-variants-raw", 12),
  ...at("json-edge", 3, 10, 57, 60, 67, 70, 75),
  ...at("malformed", 3, 6, 9, 12, 25, 28, 31, 34, 37, 40),
  ...at("server-roles-raw", 7, 18),
];

/** The table. */
export const INTENDED_DIFFERENCES: readonly IntendedDifference[] = [
  // Answers to calls.
  {
    reason: "nobody to call is 1001, as in the newest reference",
    what: "changed",
    message: "response",
    path: "error.code",
    recorded: /^1003$/,
    ours: /^1001$/,
  },
  {
    reason: "a call out of time is 1004, as in the newest reference",
    what: "changed",
    message: "response",
    path: "error.code",
    places: at("routed-call-errors", 35, 67),
    recorded: /^1003$/,
    ours: /^1004$/,
  },
  {
    reason: "the words that go with 1001 and 1004",
    what: "changed",
    message: "response",
    path: "error.message",
    recorded: /^"RPC execution failed"$/,
    ours: /^"(Command not found|RPC execution timed out)"$/,
  },
  {
    reason: "details are our code and one sentence: a traceback is nobody's business",
    what: "changed",
    message: "response",
    path: "error.details",
    recorded: /^"Traceback /,
    ours: /^"[A-Z_]+: [^\n]+"$/,
  },
  {
    reason: "a step that no other one uses is returned wherever it stands",
    what: "changed",
    message: "response",
    path: "r",
    places: [...at("rpc-parallel-finals", 7), ...at("routed-call", 14)],
    ours: /"(leaf_early|l)":/,
  },
  {
    reason: "JavaScript has one kind of number, and writes it in its own way",
    what: "changed",
    message: "response",
    path: "r",
    places: [
      ...at("json-edge", 13, 17, 21, 33, 37),
      ...at("rpc-dependencies", 5),
      ...at("routed-call", 14),
      ...at("unserialisable-results", 8),
    ],
    recorded: /\d\.\d|\d[eE]/,
  },
  {
    reason: "JavaScript has one kind of number",
    what: "changed",
    message: "internal-answer",
    path: "r",
    places: at("routed-call", 13),
    recorded: /10\.0/,
    ours: /"mean":10\}/,
  },
  {
    reason: "whole numbers beyond 2^53 lose digits in JavaScript",
    what: "changed",
    message: "response",
    path: "r",
    places: [...at("json-edge", 25, 29), ...at("unserialisable-results", 13)],
    recorded: /\d{16}/,
  },
  {
    reason: "a number beyond 64 bits is a number in JavaScript",
    what: "extra",
    message: "response",
    places: at("unserialisable-results", 11),
    ours: /^\{"r":\{"a":8301\d+\},"error":null/,
  },
  {
    reason: "a number beyond all numbers is read as infinite, which JSON writes as null",
    what: "extra",
    message: "response",
    places: at("json-edge", 56),
    ours: /^\{"r":\{"a":null\},"error":null/,
  },
  {
    reason: "half a character is replaced, not refused",
    what: "extra",
    message: "response",
    places: at("json-edge", 2),
    ours: /"r":\{"a":"(\ufffd|\\ufffd)"\}/,
  },
  {
    reason: "a result that is not JSON is an error at once, not silence",
    what: "extra",
    message: "response",
    places: at("unserialisable-results", 2),
    ours: /RESULT_NOT_SERIALIZABLE/,
  },
  {
    reason: "requests of one connection run at once: a fast answer overtakes a slow one",
    what: "changed",
    message: "order",
    places: at("serial-connection", 4),
  },
  // Calls between nodes.
  {
    reason: "another node is called by a request of one step, since only that answers errors",
    what: "changed",
    message: "call",
    path: "role",
    recorded: /^internal-rpc$/,
    ours: /^rpc$/,
  },
  {
    reason: "the nearest provider runs a call, and this node is nearer than any other",
    what: "missing",
    message: "call",
    places: [...at("abrupt-kill", 17, 21, 25), ...at("routed-call", 9, 20)],
    recorded: /"command":"echos?"/,
  },
  {
    reason: "a call that fails is answered, though the caller can only take it for a result",
    what: "extra",
    message: "internal-answer",
    places: [...at("server-roles-raw", 24, 25), ...at("routed-call-errors", 5, 38)],
    ours: /"answer":\{"error":"[^"]+","command":"\w+","error_type":"[A-Z_]+"\}/,
  },
  {
    reason: "a call is answered on the connection that it came over, also if we dialled it",
    what: "extra",
    message: "internal-answer",
    places: at("dialed-link-reader", 7),
    ours: /"answer":"x"/,
  },
  {
    reason: "arguments are never substituted a second time, by the caller's `results`",
    what: "changed",
    message: "internal-answer",
    path: "r",
    places: at("server-roles-raw", 27),
    recorded: /^"resolved again"$/,
    ours: /^"a\.b"$/,
  },
  // Frames that are broken, or that we do not take.
  {
    reason: "a frame that can't be read is answered",
    what: "extra",
    message: "response",
    places: [
      ...at("hello-variants-raw", 11),
      ...at("json-edge", 9, 59, 66, 69, 74),
      ...at("malformed", 2, 5, 8, 11, 24, 27, 30, 33, 36, 39),
      ...at("server-roles-raw", 5, 17),
    ],
    ours: /^\{"r":null,"error":\{"code":1003,.*"details":"(INVALID_ARGUMENT|PROTOCOL): /,
  },
  {
    reason: "a frame that can't be read does not end the connection and what runs for it",
    what: "missing",
    message: "close",
    places: CLOSED_FOR_BROKEN_FRAMES,
  },
  {
    reason: "an answer that nobody waits for is dropped and does not end the connection",
    what: "missing",
    message: "close",
    places: at("server-roles-raw", 34),
  },
  {
    reason: "frames nest 64 deep at most",
    what: "changed",
    message: "response",
    places: at("json-edge", 49, 53),
    ours: /nests deeper than 64 levels|^(null|1003|code message details|"RPC execution failed"|)$/,
  },
  ...["error keys", "error.code", "error.message", "error.details", "error", "r"].map((path) => ({
    reason: "a node of any cluster may link: what crosses the border is decided for each offer",
    what: "changed" as const,
    message: "response",
    path,
    places: [...at("fed-rejected", 3), ...at("hello-variants-raw", 3)],
    recorded: path === "error" ? /^$/ : /^(null|1003|code message details|"Connection rejected.*)$/,
    ours: path === "r" ? /^"ADDED"$/ : path === "error" ? /^null$/ : /^$/,
  })),
  ...["error keys", "error.code", "error.message", "error.details", "error", "r"].map((path) => ({
    reason: "a hop count below zero is refused",
    what: "changed" as const,
    message: "response",
    path,
    places: at("hello-variants-raw", 15),
    recorded: path === "r" ? /^"ADDED"$/ : path === "error" ? /^null$/ : /^$/,
    ours: path === "error.details" ? /^"INVALID_ARGUMENT: Field hop_count/ : /./s,
  })).filter(({ path }) => path !== "error"),
  {
    reason: "a hop count below zero is refused",
    what: "changed",
    message: "response",
    path: "error",
    places: at("hello-variants-raw", 15),
    recorded: /^null$/,
    ours: /^$/,
  },
  // Announcements.
  {
    reason: "thanks for an announcement change nothing for whoever gets them",
    what: "missing",
    message: "HELLO_ACK",
  },
  {
    reason: "gossip teaches no functions: peers are configured",
    what: "missing",
    message: "gossip",
  },
  {
    reason: "a handshake has no id, so that nobody thanks for it or forwards it",
    what: "changed",
    message: "handshake",
    path: "server.announcement_id",
    recorded: /^":\d+\.\d+"$/,
    ours: /^""$/,
  },
  {
    reason:
      "a handshake is repeated within 25 s, and goes out when a link takes over for another, and on our own link to a peer",
    what: "extra",
    message: "handshake",
    ours: /"hop_count":0,"max_hops":3,"announcement_id":"","original_source":""\}/,
  },
  {
    reason: "each offer is announced to each peer by itself, or the peer would not forward it",
    what: "extra",
    message: "announcement",
    ours:
      /"funs":\["\w+"\],.*"hop_count":[012],"max_hops":3,"announcement_id":"(ws:[^"]+?):\w+:01M86A0000\.\d+(@\d+)?","original_source":"\1"\}/,
  },
  {
    reason: "all functions of one HELLO are passed on, each by itself",
    what: "extra",
    message: "announcement",
    places: at("hello-several-functions", 3),
    ours: /"funs":\["m[23]"\],.*"hop_count":1,/,
  },
  {
    reason: "a function is passed on also where its origin gave no id or no source",
    what: "extra",
    message: "announcement",
    places: at("hello-several-functions", 37, 40),
    ours: /"funs":\["e[12]"\],.*"hop_count":1,/,
  },
  {
    reason:
      "an id names the function, too: all functions of one moment differ, and far gateways know it",
    what: "changed",
    message: "announcement",
    path: "server.announcement_id",
    ours: /^"ws:\/\/[^"]+:\w+:01M86A0000\.\d+"$/,
  },
  {
    reason: "what was learned from a peer does not go back to it, nor to its origin",
    what: "missing",
    message: "announcement",
    places: [
      ...at("dedup-slow-link", 14, 23),
      ...at("fed-border", 17),
      ...at("fed-chain-5", 9, 18, 24),
      ...at("hello-several-functions", 10, 23, 33),
    ],
    recorded: /"hop_count":[12],/,
  },
  {
    reason: "of two ways the shorter counts (here the slow one: it is recorded when it was sent)",
    what: "changed",
    message: "announcement",
    path: "server.hop_count",
    places: at("dedup-slow-link", 22, 30),
    recorded: /^2$/,
    ours: /^1$/,
  },
  {
    reason: "a HELLO says one set of resources: functions with others have one of their own",
    what: "changed",
    message: "handshake",
    path: "server.funs",
    places: at("hello-variants-raw", 8),
  },
  {
    reason: "a handshake is answered once on each connection, not after each HELLO",
    what: "missing",
    message: "handshake",
    places: [
      ...at("fed-border", 11),
      ...at("foreign-node", 92),
      ...at("peers-announce-runtime", 4, 11),
    ],
  },
  // Comings and goings.
  {
    reason: "a link that we dialled stays when its peer says GOODBYE, until the peer closes it",
    what: "missing",
    message: "close",
    places: [...at("fed-goodbye-gossip", 5, 6), ...at("goodbye", 5, 6)],
  },
  {
    reason: "so it needs not be dialled again when the peer comes back",
    what: "missing",
    message: "handshake",
    places: at("foreign-node", 94),
  },
  {
    reason: "a leaving node closes every connection itself, also those that its peers dialled",
    what: "extra",
    message: "close",
    places: [...at("fed-goodbye-gossip", 5, 6), ...at("goodbye", 5, 6)],
  },
  {
    reason:
      "a peer that answers no HELLO for long is dead; the recorded ones were not asked so often",
    what: "extra",
    message: "close",
    places: at("steady-prune", 102, 103, 104, 105, 124, 125),
  },
];

/** Whether an entry covers a difference. */
export function covers(entry: IntendedDifference, difference: Difference): boolean {
  const { what, message, path, places, recorded, ours } = entry;
  return what === difference.what && message === difference.message &&
    (path === undefined || path === difference.path) &&
    (places === undefined || places.includes(difference.place)) &&
    (recorded === undefined || recorded.test(difference.recorded)) &&
    (ours === undefined || ours.test(difference.ours));
}
