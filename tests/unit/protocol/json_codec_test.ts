import { assert, assertEquals, assertThrows } from "@std/assert";
import type { ProtocolError } from "../../../lib/protocol/errors.ts";
import { jsonCodec } from "../../../lib/protocol/json_codec.ts";
import type { JsonMessage } from "../../../lib/protocol/json_messages.ts";
import { Payload } from "../../../lib/protocol/payload.ts";

const codec = jsonCodec({ frames: "text" });

function read(frame: unknown): JsonMessage {
  const decoded = codec.decode(JSON.stringify(frame));
  assert(decoded.ok, JSON.stringify(decoded));
  const [message] = decoded.messages;
  assert(message !== undefined && decoded.messages.length === 1);
  return message;
}

function refusal(frame: unknown): ProtocolError {
  const decoded = codec.decode(JSON.stringify(frame));
  assert(!decoded.ok, "Expected a refusal");
  return decoded.error;
}

const HELLO = { what: "HELLO", funs: ["f"], locs: ["gpu"], cluster_id: "c" };

function hello(more: Record<string, unknown>) {
  return { role: "server", server: { ...HELLO, ...more }, u: "h" };
}

function readHello(more: Record<string, unknown>) {
  const message = read(hello(more));
  assert(message.type === "HELLO");
  return message;
}

Deno.test("jsonCodec gives a request the defaults of the reference", () => {
  const message = read({ role: "rpc", u: "1", cmds: [{ name: "a", fun: "f" }] });
  assertEquals(JSON.parse(JSON.stringify(message)), {
    type: "rpc",
    u: "1",
    commands: [{ name: "a", fun: "f", args: [], kwargs: {}, resources: [] }],
    returnIntermediateResults: false,
    includeExecutionSummary: false,
  });
});

Deno.test("jsonCodec refuses null where the reference does", () => {
  const command = { name: "a", fun: "f" };
  for (const key of ["args", "kwargs", "locs", "name", "fun"]) {
    const error = refusal({ role: "rpc", u: "1", cmds: [{ ...command, [key]: null }] });
    assertEquals([error.kind, error.replyTo], ["bad_shape", "1"], key);
  }
  assertEquals(refusal({ role: "rpc", u: "1", cmds: null }).kind, "bad_shape");
});

Deno.test("jsonCodec refuses function names that are too long or empty so that they can be answered", () => {
  for (const fun of ["", "x".repeat(257), "a\u0000"]) {
    const error = refusal({ role: "rpc", u: "1", cmds: [{ name: "a", fun }] });
    assertEquals([error.kind, error.replyTo], ["bad_shape", "1"]);
    assert(error.message.includes("fun"), error.message);
  }
});

Deno.test("jsonCodec ignores unknown fields, those of the newest reference among them", () => {
  const command = { name: "a", fun: "f", function_id: null, routing_topic: null };
  const message = read({ role: "rpc", u: "1", cmds: [command], "x-new": { deep: [1] } });
  assert(message.type === "rpc" && !("function_id" in (message.commands[0] ?? {})));
});

Deno.test("jsonCodec tells an unknown role as the reference does", () => {
  const roles: readonly (readonly [unknown, string])[] = [
    [undefined, "None"],
    [null, "None"],
    ["banana", "banana"],
    [7, "7"],
    [["x"], "[…]"],
    ["constructor", "constructor"],
    ["x".repeat(1_000), `${"x".repeat(63)}…`],
  ];
  for (const [role, shown] of roles) {
    const error = refusal({ role, u: "1" });
    assertEquals(error, {
      kind: "unknown_role",
      message: `Invalid RPC request role: ${shown}`,
      replyTo: "1",
    });
  }
  assert(!("replyTo" in refusal({ role: "banana", u: 7 })));
});

Deno.test("jsonCodec knows an answer by its key r, beside a role it is none", () => {
  const message = read({ r: null, error: null, u: "1" });
  assert(message.type === "response" && message.error === undefined);
  assertEquals(message.result.value, null);
  assertEquals(refusal({ error: null, u: "1" }).kind, "unknown_role");
  assertEquals(read({ r: 1, role: "server", server: {}, u: "1" }).type, "STATUS");
});

Deno.test("jsonCodec reads errors, intermediate results and summary of an answer", () => {
  const message = read({
    r: null,
    error: { code: 1003, message: "m" },
    u: "1",
    intermediate_results: [{ level_index: 0 }],
    execution_summary: { total_levels: 1 },
  });
  assert(message.type === "response");
  assertEquals(message.error, { code: 1003, message: "m", details: null });
  assertEquals(message.intermediateResults, [{ level_index: 0 }]);
  assertEquals(message.executionSummary, { total_levels: 1 });
});

Deno.test("jsonCodec gives a HELLO the defaults of the seed", () => {
  const { announcement } = readHello({});
  assertEquals(JSON.parse(JSON.stringify(announcement)), {
    capabilities: { functions: ["f"], resources: ["gpu"], clusterId: "c", advertisedUrls: [] },
    propagation: { hopCount: 0, maxHops: 3, announcementId: "" },
  });
});

Deno.test("jsonCodec clamps a hop limit to the ceiling and tells what was asked", () => {
  const message = readHello({ max_hops: 1_000_000_000 });
  assertEquals(Number(message.announcement.propagation.maxHops), 16);
  assertEquals(message.askedMaxHops, 1_000_000_000);
  assert(!("askedMaxHops" in readHello({ max_hops: 16 })));
});

Deno.test("jsonCodec refuses hop counts and limits that are none", () => {
  for (const more of [{ hop_count: -5 }, { hop_count: 0.5 }, { max_hops: -1 }, { max_hops: 2.5 }]) {
    const error = refusal(hello(more));
    assertEquals([error.kind, error.replyTo], ["bad_shape", "h"], JSON.stringify(more));
  }
  assertEquals(refusal(hello({ hop_count: "1" })).kind, "bad_shape");
});

Deno.test("jsonCodec drops advertised URLs that are none and keeps the rest", () => {
  const message = readHello({ advertised_urls: ["nowhere", "ws://a:1"] });
  assertEquals(message.announcement.capabilities.advertisedUrls.map(String), ["ws://a:1"]);
});

Deno.test("jsonCodec refuses an original source that is no URL and takes the empty one", () => {
  assertEquals(refusal(hello({ original_source: "nowhere" })).kind, "bad_shape");
  assertEquals(
    readHello({ original_source: "" }).announcement.propagation.originalSource,
    undefined,
  );
});

Deno.test("jsonCodec refuses a HELLO beyond a limit", () => {
  assertEquals(refusal(hello({ funs: Array(1_025).fill("f") })).kind, "bad_shape");
  assertEquals(refusal(hello({ locs: Array(65).fill("r") })).kind, "bad_shape");
  assertEquals(refusal(hello({ advertised_urls: Array(9).fill("ws://a:1") })).kind, "bad_shape");
});

Deno.test("jsonCodec chooses a server message without what by its fields", () => {
  const { what: _, ...shape } = HELLO;
  assertEquals(read({ role: "server", server: shape, u: "1" }).type, "HELLO");
  assertEquals(read({ role: "server", server: {}, u: "1" }).type, "STATUS");
  assertEquals(refusal({ role: "server", server: { banana: 1 }, u: "1" }).kind, "bad_shape");
  assertEquals(refusal({ role: "server", server: { what: 1 }, u: "1" }).kind, "bad_shape");
});

Deno.test("jsonCodec keeps the name of a server message that is not served", () => {
  for (const what of ["FUNCTION_MAP_REQUEST", "FUNCTION_MAP_RESPONSE"]) {
    const message = read({ role: "server", server: { what }, u: "1" });
    assertEquals(message, { type: "unhandled_server", u: "1", what });
  }
});

Deno.test("jsonCodec leaves nodes that nobody can dial out of gossip", () => {
  const node = { funs: [], locs: [], last_seen: 1.5, cluster_id: "c" };
  const peers = [{ ...node, url: "nowhere" }, { ...node, url: "ws://a:1" }];
  const message = read({ role: "gossip", u: "1", cluster_id: "c", peers });
  assert(message.type === "gossip");
  assertEquals(message.peers.map(({ url }) => String(url)), ["ws://a:1"]);
  assertEquals(refusal({ role: "gossip", u: "1", cluster_id: "c", peers: [1] }).kind, "bad_shape");
});

Deno.test("jsonCodec reads an internal request with or without the results so far", () => {
  const request = { role: "internal-rpc", command: "f", args: [1], u: "1" };
  assertEquals(read({ ...request, results: { a: 5 } }), read(request));
  assertEquals(refusal({ ...request, args: undefined }).kind, "bad_shape");
  assertEquals(refusal({ role: "internal-answer", u: "1" }).replyTo, "1");
});

Deno.test("jsonCodec writes all five keys of an answer and the payload as it is", () => {
  const result = Payload.fromText('{"x": 9007199254740993}');
  assertEquals(
    codec.encode([{ type: "response", u: "1", result, error: undefined }]),
    '{"r":{"x": 9007199254740993},"error":null,"u":"1","intermediate_results":[],"execution_summary":null}',
  );
});

Deno.test("jsonCodec writes no half of a surrogate pair and no NaN", () => {
  const frame = codec.encode([{
    type: "internal-answer",
    u: "\ud800",
    answer: Payload.fromValue(["\udfff", NaN]),
  }]);
  assertEquals(frame, '{"role":"internal-answer","answer":["\\ufffd",null],"u":"\\ufffd"}');
});

Deno.test("jsonCodec writes bytes unless told otherwise", () => {
  const frame = jsonCodec().encode([{ type: "STATUS", u: "é" }]);
  assert(frame instanceof Uint8Array);
  assertEquals(
    new TextDecoder().decode(frame),
    '{"role":"server","server":{"what":"STATUS"},"u":"é"}',
  );
});

Deno.test("jsonCodec takes exactly one message for a frame", () => {
  assertEquals(codec.messagesPerFrameMax, 1);
  assertThrows(() => codec.encode([]), RangeError, "0");
  assertThrows(
    () => codec.encode([{ type: "STATUS", u: "1" }, { type: "STATUS", u: "2" }]),
    RangeError,
    "2",
  );
});
