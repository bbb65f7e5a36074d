import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { jsonCodec } from "../../lib/protocol/json_codec.ts";
import type { JsonMessage } from "../../lib/protocol/json_messages.ts";
import type { JsonObject } from "../../lib/protocol/json_value.ts";
import { maxHops } from "../../lib/protocol/names.ts";
import {
  announcement,
  anyFrame,
  broken,
  cluster,
  command,
  finite,
  fun,
  hops,
  id,
  limit,
  list,
  object,
  payload,
  plain,
  resources,
  url,
  value,
} from "./message_arbitraries.ts";

const functions = fc.array(fun, { maxLength: 4 });
const urls = fc.array(url, { maxLength: 8 });

const reach = fc.oneof(
  limit.map((most) => ({ most, asked: {} })),
  fc.integer({ min: 17, max: 1e9 }).map((askedMaxHops) => ({
    most: maxHops(16),
    asked: { askedMaxHops },
  })),
);

const hello: fc.Arbitrary<JsonMessage> = fc.record({
  u: id,
  capabilities: fc.record({ functions, resources, clusterId: cluster, advertisedUrls: urls }),
  hopCount: hops,
  reach,
  announcementId: announcement,
  originalSource: fc.option(url, { nil: undefined }),
}).map(({ u, capabilities, reach, ...rest }) => ({
  type: "HELLO",
  u,
  announcement: { capabilities, propagation: { ...rest, maxHops: reach.most } },
  ...reach.asked,
}));

const response: fc.Arbitrary<JsonMessage> = fc.record({
  type: fc.constant("response"),
  u: id,
  result: payload,
  error: fc.option(
    fc.record({ code: fc.integer(), message: fc.string(), details: value }),
    { nil: undefined },
  ),
  more: fc.record({
    intermediateResults: fc.array(value, { minLength: 1, maxLength: 3 }),
    executionSummary: object,
  }, { requiredKeys: [] }),
}).map(({ more, ...rest }) => ({ ...rest, ...more }));

const gossip: fc.Arbitrary<JsonMessage> = fc.record({
  type: fc.constant("gossip"),
  u: id,
  clusterId: cluster,
  peers: fc.array(
    fc.record({
      url,
      functions,
      resources,
      lastSeen: finite,
      clusterId: cluster,
      advertisedUrls: urls,
      logicalClock: fc.dictionary(url, fc.integer()),
    }),
    { maxLength: 3 },
  ),
});

const message: fc.Arbitrary<JsonMessage> = fc.oneof(
  hello,
  response,
  gossip,
  fc.record({
    type: fc.constant("rpc"),
    u: id,
    commands: fc.array(command, { maxLength: 4 }),
    returnIntermediateResults: fc.boolean(),
    includeExecutionSummary: fc.boolean(),
  }),
  fc.record({
    type: fc.constant("GOODBYE"),
    u: id,
    departing: url,
    clusterId: cluster,
    reason: fc.constantFrom("graceful_shutdown", "maintenance", "manual_removal"),
    timestamp: finite,
  }),
  fc.record({ type: fc.constant("STATUS"), u: id }),
  fc.record({
    type: fc.constant("HELLO_ACK"),
    u: id,
    announcementId: announcement,
    functions,
    acknowledging: url,
    timestamp: finite,
  }),
  fc.record({
    type: fc.constant("unhandled_server"),
    u: id,
    what: fc.constantFrom("FUNCTION_MAP_REQUEST", "FUNCTION_MAP_RESPONSE"),
  }),
  fc.record({ type: fc.constant("internal-rpc"), u: id, fun, args: list, kwargs: object }),
  fc.record({ type: fc.constant("internal-answer"), u: id, answer: payload }),
);

const CODECS = [jsonCodec(), jsonCodec({ frames: "text" })] as const;

Deno.test("jsonCodec reads back every message it writes", () => {
  fc.assert(fc.property(message, (sent) => {
    for (const codec of CODECS) {
      const decoded = codec.decode(codec.encode([sent]));
      assert(decoded.ok, JSON.stringify(decoded));
      assertEquals(plain(decoded.messages), plain([sent]));
    }
  }));
});

Deno.test("jsonCodec refuses or reads any frame and never throws", () => {
  fc.assert(fc.property(anyFrame, (frame) => {
    const decoded = jsonCodec().decode(frame);
    assert(decoded.ok ? decoded.messages.length === 1 : decoded.error.message !== "");
  }));
});

Deno.test("jsonCodec refuses or reads any message with one wrong place and never throws", () => {
  const text = message.map((sent): JsonObject =>
    JSON.parse(String(jsonCodec({ frames: "text" }).encode([sent])))
  );
  fc.assert(fc.property(broken(text), (wrong) => {
    const decoded = jsonCodec().decode(JSON.stringify(wrong));
    assert(decoded.ok || ["bad_shape", "unknown_role"].includes(decoded.error.kind));
  }));
});

Deno.test("jsonCodec writes text that a strict parser takes, whatever strings it is given", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.nat(), (text, at) => {
    const cut = text.slice(at % (text.length + 1));
    const u = `${cut}\ud800`;
    const frame = String(jsonCodec({ frames: "text" }).encode([{ type: "STATUS", u }]));
    assertEquals(JSON.parse(frame).u, u.toWellFormed());
  }));
});
