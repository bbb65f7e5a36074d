import { assertEquals } from "@std/assert";
import { v1Codec } from "../../../lib/protocol/v1_codec.ts";
import { isPropagation } from "../../../lib/protocol/v1_messages.ts";

const LIFE = "01HZZZZZZZZZZZZZZZZZZZZZZZ";
const GROUP = {
  ...{ origin: "ws://a.example:1", incarnation: LIFE, max_hops: 3 },
  ...{ scope: "", cluster: "c", base: 0 },
};
const OFFERS = { from: 0, to: 1, final: true, add: [], del: [], floor: 0 };
const COMMAND = { name: "a", fun: "f" };
const ERROR = { code: "INTERNAL", message: "", ran: "unknown", retryable: false };

/** One message of each type of the dialect, and whether offers travel by it. */
const MESSAGES: readonly (readonly [boolean, Record<string, unknown>])[] = [
  [true, { type: "digest", held: [], last: true }],
  [true, { type: "name", handle: 1, group: GROUP }],
  [true, { type: "offers", handle: 1, ...OFFERS }],
  [true, { type: "reach", handle: 1, hop_count: null, seq: 1 }],
  [true, { type: "want", handle: 1, have: 0 }],
  [true, { type: "resync", held: [] }],
  [true, { type: "fresh" }],
  [false, { type: "hello", role: "client" }],
  [false, { type: "call", id: 1, fun: "f", args: [], timeout_ms: 1 }],
  [false, { type: "request", id: 1, commands: [COMMAND], timeout_ms: 1 }],
  [false, { type: "result", id: 1, value: null }],
  [false, { type: "error", id: 1, error: ERROR }],
  [false, { type: "explain", id: 1, fun: "f" }],
  [false, { type: "accepted", id: 1 }],
  [false, { type: "items", id: 1, values: [7] }],
  [false, { type: "end", id: 1, arg: 0 }],
  [false, { type: "stop", id: 1, arg: 0 }],
  [false, { type: "credit", id: 1, units: 7 }],
  [false, { type: "cancel", id: 1 }],
  [false, { type: "ping" }],
  [false, { type: "pong" }],
  [false, { type: "goodbye", reason: "" }],
];

Deno.test("isPropagation holds for the messages by which offers travel, and for no other", () => {
  const decoded = v1Codec().decode(JSON.stringify(MESSAGES.map(([, message]) => message)));
  const told = decoded.ok ? decoded.messages.map(isPropagation) : decoded.error.message;
  assertEquals(told, MESSAGES.map(([expected]) => expected));
});
