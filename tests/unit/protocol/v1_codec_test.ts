import { assert, assertEquals, assertThrows } from "@std/assert";
import { functionName, nodeUrl, resourceName } from "../../../lib/protocol/names.ts";
import { contractDigest } from "../../../lib/protocol/contract_facts.ts";
import { batchUnits } from "../../../lib/protocol/item_batch.ts";
import { Payload } from "../../../lib/protocol/payload.ts";
import { SUBPROTOCOL_V1, v1Codec } from "../../../lib/protocol/v1_codec.ts";
import type { V1Message } from "../../../lib/protocol/v1_messages.ts";

const codec = v1Codec();
const CALL = { type: "call", id: 7, fun: "f", args: [], timeout_ms: 1_000 };
const GROUP = {
  origin: "ws://a:1",
  incarnation: "01A",
  max_hops: 3,
  scope: "",
  cluster: "c",
  base: 0,
};

function read(...frame: readonly unknown[]): readonly V1Message[] {
  const decoded = codec.decode(JSON.stringify(frame));
  assert(decoded.ok, JSON.stringify(decoded));
  return decoded.messages;
}

function refusal(...frame: readonly unknown[]) {
  const decoded = codec.decode(JSON.stringify(frame));
  assert(!decoded.ok, "Expected a refusal");
  return decoded.error;
}

Deno.test("SUBPROTOCOL_V1 is what the WebSocket handshake offers", () => {
  assertEquals(SUBPROTOCOL_V1, "farcall.v1");
});

Deno.test("v1Codec writes a frame as a JSON array in order, type first", () => {
  const frame = codec.encode([
    { type: "ping" },
    { type: "cancel", id: 3 },
    { type: "reach", handle: 1, hopCount: undefined, seq: 9 },
    { type: "fresh" },
  ]);
  assertEquals(
    frame,
    '[{"type":"ping"},{"type":"cancel","id":3},' +
      '{"type":"reach","handle":1,"hop_count":null,"seq":9},{"type":"fresh"}]',
  );
});

Deno.test("v1Codec puts payloads in as the text they are", () => {
  const frame = codec.encode([{
    type: "call",
    id: 1,
    fun: functionName("f"),
    resources: [],
    args: Payload.fromText("[9007199254740993, 1.0]"),
    kwargs: Payload.fromText('{"k": 1e2}'),
    timeoutMs: 5,
    target: nodeUrl("ws://a:1"),
    ttl: 2,
  }, { type: "result", id: 1, value: Payload.fromText("1.0") }]);
  assertEquals(
    frame,
    '[{"type":"call","id":1,"fun":"f","resources":[],"args":[9007199254740993, 1.0],' +
      '"kwargs":{"k": 1e2},"timeout_ms":5,"target":"ws://a:1","ttl":2},' +
      '{"type":"result","id":1,"value":1.0}]',
  );
});

Deno.test("v1Codec reads bytes as it reads text", () => {
  const bytes = new TextEncoder().encode('[{"type":"pong"}]');
  assertEquals(codec.decode(bytes), { ok: true, messages: [{ type: "pong" }] });
});

Deno.test("v1Codec ignores unknown fields and fills in what a call leaves out", () => {
  const [call] = read({ ...CALL, trace: "x" });
  assert(call?.type === "call" && !("trace" in call) && !("kwargs" in call));
  assertEquals([call.resources, call.args.value], [[], []]);
});

Deno.test("v1Codec cuts a deadline to the longest allowed", () => {
  const [call] = read({ ...CALL, timeout_ms: 1e12 });
  assert(call?.type === "call");
  assertEquals(call.timeoutMs, 3_600_000);
});

Deno.test("v1Codec refuses the whole frame for one wrong message and says which", () => {
  const error = refusal({ type: "ping" }, { ...CALL, fun: "" });
  assertEquals([error.kind, error.replyTo], ["bad_shape", "7"]);
  assert(error.message.startsWith("Message 1 of the frame: Field fun"), error.message);
});

Deno.test("v1Codec gives no id for what is no call", () => {
  assert(!("replyTo" in refusal({ type: "result", id: 7 })));
  assert(!("replyTo" in refusal({ ...CALL, id: "7" })));
});

Deno.test("v1Codec refuses fields that are not what they should be", () => {
  const name = { type: "name", handle: 1, group: GROUP };
  const offers = {
    type: "offers",
    handle: 1,
    from: 0,
    to: 1,
    final: false,
    add: [],
    del: [],
    floor: 0,
  };
  const wrong: readonly unknown[] = [
    null,
    7,
    [],
    {},
    { type: "banana" },
    { type: "constructor" },
    { type: "hello", role: "boss" },
    { type: "hello", role: "link" },
    { type: "hello", role: "caller", url: "ws://a:1" },
    { type: "hello", role: "client", url: "http://a" },
    { ...CALL, args: {} },
    { ...CALL, kwargs: [] },
    { ...CALL, kwargs: null },
    { ...CALL, timeout_ms: -1 },
    { ...CALL, ttl: 17 },
    { ...CALL, id: 1.5 },
    { ...CALL, target: "" },
    { ...CALL, args: Array(257).fill(0) },
    { type: "request", id: 1, commands: [{ name: "a" }], timeout_ms: 1 },
    { type: "error", id: 1, error: { code: "LOOP", message: "m", ran: "maybe", retryable: true } },
    { ...name, handle: 2 ** 32 },
    { ...name, handle: -1 },
    { ...name, group: { ...GROUP, max_hops: 17 } },
    { ...name, group: { ...GROUP, incarnation: "a-b" } },
    { ...name, group: { ...GROUP, base: -1 } },
    { ...name, group: { ...GROUP, writer: null } },
    { ...name, group: { ...GROUP, scope: "x".repeat(4_097) } },
    { type: "reach", handle: 1, seq: 1 },
    { type: "reach", handle: 1, hop_count: 17, seq: 1 },
    { ...offers, to: 0.5 },
    { ...offers, add: [{ id: 1, fun: "f", at: 1 }] },
    { ...offers, add: [[1, "f"]] },
    { ...offers, add: [[-1, "f", 1]] },
    { ...offers, add: [[1, "", 1]] },
    { ...offers, add: [[1, 7, 1]] },
    { ...offers, add: [[1, "f", 0.5]] },
    { ...offers, add: [[1, "f", 1, null]] },
    { ...offers, add: [[1, "f", 1, [], null]] },
    { ...offers, add: [[1, "f", 1, [], { digest: "" }]] },
    { ...offers, del: [1] },
    { ...offers, del: [[1]] },
    { ...offers, del: [{ id: 1, at: 1 }] },
    { ...offers, final: 0 },
    { type: "digest", held: [{ group: GROUP }], last: true },
    { type: "digest", held: [] },
    { type: "goodbye" },
  ];
  for (const message of wrong) {
    assertEquals(refusal(message).kind, "bad_shape", JSON.stringify(message).slice(0, 100));
  }
});

Deno.test("v1Codec takes a group with and without a writer", () => {
  const [plain, proxy] = read(
    { type: "name", handle: 0, group: GROUP },
    { type: "name", handle: 2 ** 32 - 1, group: { ...GROUP, writer: "ws://g:1", base: 2 } },
  );
  assert(plain?.type === "name" && !("writer" in plain.group));
  assert(proxy?.type === "name" && proxy.group.writer !== undefined && proxy.group.base === 2);
});

Deno.test("v1Codec makes INTERNAL of a code that a later version adds", () => {
  const error = { code: "TOO_NEW", message: "m", ran: "no", retryable: true, retry_after_ms: 5 };
  const [message] = read({ type: "error", id: 1, error });
  assert(message?.type === "error");
  assertEquals(message.error, {
    code: "INTERNAL",
    message: "m",
    ran: "no",
    retryable: true,
    retryAfterMs: 5,
  });
});

Deno.test("v1Codec refuses frames that are no list of 1 to 1,024 messages", () => {
  assertEquals(codec.messagesPerFrameMax, 1_024);
  assertEquals(read(...Array(1_024).fill({ type: "ping" })).length, 1_024);
  assertEquals(refusal(...Array(1_025).fill({ type: "ping" })).kind, "bad_shape");
  for (const text of ["[]", "{}", "null", '"x"', '{"type":"ping"}']) {
    const decoded = codec.decode(text);
    assertEquals(decoded.ok ? "ok" : decoded.error.kind, "bad_shape", text);
  }
});

Deno.test("v1Codec throws for a frame it could not decode itself", () => {
  assertThrows(() => codec.encode([]), RangeError, "0");
  assertThrows(() => codec.encode(Array(1_025).fill({ type: "ping" })), RangeError, "1025");
});

Deno.test("v1Codec reads an offer whatever of its list is there, and passes over what comes after", () => {
  const contract = { digest: "d", idempotent: true };
  const offers = { type: "offers", handle: 1, from: 0, to: 1, final: false, del: [], floor: 0 };
  const [message] = read({
    ...offers,
    add: [[1, "f", 1], [2, "g", 1, ["gpu"]], [3, "h", 1, [], contract, "later"]],
  });
  assert(message?.type === "offers");
  assertEquals(message.add.map(({ offer }) => ({ ...offer })), [
    { id: 1, fun: functionName("f"), resources: [] },
    { id: 2, fun: functionName("g"), resources: [resourceName("gpu")] },
    {
      id: 3,
      fun: functionName("h"),
      resources: [],
      contract: { ...contract, digest: contractDigest("d") },
    },
  ]);
});

Deno.test("v1Codec reads which arguments of a call are streams, each once and eight at most", () => {
  const places = (streamed: readonly unknown[]): unknown => {
    const [message] = read({ ...CALL, streamed });
    return message?.type === "call" && message.streamed;
  };
  assertEquals(places([2, 0, 2]), [2, 0]);
  assertEquals(places([]), undefined);
  assertEquals(places([0, 1, 2, 3, 4, 5, 6, 7]), [0, 1, 2, 3, 4, 5, 6, 7]);
  for (const wrong of [[0, 1, 2, 3, 4, 5, 6, 7, 8], [256], [-1], ["0"], 0]) {
    assertEquals(refusal({ ...CALL, streamed: wrong }).kind, "bad_shape");
  }
});

Deno.test("v1Codec counts the items of a message, of which there is at least one", () => {
  const [items] = read({ type: "items", id: 1, arg: 3, values: [1, "two", null] });
  assert(items?.type === "items");
  assertEquals([items.arg, items.batch.count, items.batch.list.text], [3, 3, '[1,"two",null]']);
  // Each counts as its text and 64 more.
  assertEquals(batchUnits(items.batch), 1 + 5 + 4 + 3 * 64);
  for (const wrong of [{ values: [] }, { values: 7 }, {}, { values: [1], arg: 256 }]) {
    assertEquals(refusal({ type: "items", id: 1, ...wrong }).kind, "bad_shape");
  }
  for (const type of ["end", "stop"]) {
    assertEquals(refusal({ type, id: 1 }).kind, "bad_shape");
  }
});
