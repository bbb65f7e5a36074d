import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { contractDigest, isContractVersion } from "../../lib/protocol/contract_facts.ts";
import { type CallError, ERROR_CODES } from "../../lib/protocol/errors.ts";
import type { JsonObject } from "../../lib/protocol/json_value.ts";
import { batchOf, type ItemBatch } from "../../lib/protocol/item_batch.ts";
import { Payload } from "../../lib/protocol/payload.ts";
import { REACHES } from "../../lib/protocol/reach.ts";
import type { Place, RequestCommand } from "../../lib/protocol/request_command.ts";
import { v1Codec } from "../../lib/protocol/v1_codec.ts";
import type { GroupName, V1Hello, V1Message } from "../../lib/protocol/v1_messages.ts";
import {
  anyFrame,
  broken,
  cluster,
  command,
  fun,
  hops,
  id,
  life,
  limit,
  list,
  object,
  payload,
  plain,
  resources,
  uint32,
  url,
  value,
} from "./message_arbitraries.ts";

const reach = fc.constantFrom(...REACHES);
const callId = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const timeoutMs = fc.nat({ max: 3_600_000 });

const hello: fc.Arbitrary<V1Hello> = fc.oneof(
  fc.record({
    type: fc.constant("hello"),
    role: fc.constantFrom("link", "caller"),
    url,
    cluster,
    incarnation: life,
    learnt: fc.constant(true as const),
  }, { requiredKeys: ["type", "role", "url", "cluster", "incarnation"] }),
  fc.record(
    {
      type: fc.constant("hello"),
      role: fc.constant("client"),
      url,
      cluster,
      incarnation: life,
    },
    { requiredKeys: ["type", "role"] },
  ),
);

const group: fc.Arbitrary<GroupName> = fc.record({
  origin: url,
  incarnation: life,
  maxHops: limit,
  scope: fc.string({ maxLength: 40 }),
  cluster,
  writer: url,
  base: fc.integer({ min: 0, max: 16 }),
}, { requiredKeys: ["origin", "incarnation", "maxHops", "scope", "cluster", "base"] });
const held = fc.array(fc.record({ group, seq: uint32 }), { maxLength: 3 });
const digest = fc.stringMatching(/^[0-9a-f]{64}$/).map(contractDigest);
const version = fc.string({ minLength: 1, maxLength: 20 }).filter(isContractVersion);
const contract = fc.record({ digest, version, idempotent: fc.boolean() }, {
  requiredKeys: ["digest", "idempotent"],
});
const asked = fc.record({ digest, exact: fc.boolean() });
const offer = fc.record({ id: uint32, fun, resources, contract }, {
  requiredKeys: ["id", "fun", "resources"],
});
const path = fc.array(fc.string({ maxLength: 8 }), { maxLength: 3 });
const keys = fc.array(fc.oneof(fc.string({ maxLength: 8 }), fc.nat(9)), {
  minLength: 1,
  maxLength: 3,
});
const where: fc.Arbitrary<Place> = fc.tuple(fc.constantFrom("args" as const, "kwargs"), keys)
  .map(([kind, inner]) => [kind, ...inner]);
const ticket = fc.string({ maxLength: 128 });
const requestCommand: fc.Arbitrary<RequestCommand> = fc.tuple(
  command,
  fc.array(fc.record({ at: where, of: fc.option(id, { nil: undefined }), path }), { maxLength: 3 }),
  fc.record({
    contract: asked,
    over: fc.record({
      list: fc.record({ of: id, path }),
      concurrency: fc.integer({ min: 1, max: 64 }),
    }),
    idempotent: fc.constant(true as const),
    hedgeMs: fc.nat({ max: 3_600_000 }),
  }, { requiredKeys: [] }),
).map(([made, refs, more]) => ({ ...made, refs, ...more }));

const error: fc.Arbitrary<CallError> = fc.record({
  code: fc.constantFrom(...ERROR_CODES),
  message: fc.string({ maxLength: 512 }),
  ran: fc.constantFrom("no", "yes", "unknown"),
  retryable: fc.boolean(),
  retryAfterMs: fc.nat(),
  details: value,
}, { requiredKeys: ["code", "message", "ran", "retryable"] });

const place = fc.nat(255);
const batch: fc.Arbitrary<ItemBatch> = fc.array(fc.jsonValue(), { minLength: 1, maxLength: 4 })
  .map((values) => batchOf(values.map((value) => JSON.stringify(value))));
const message: fc.Arbitrary<V1Message> = fc.oneof(
  hello,
  fc.record({
    type: fc.constant("members"),
    hops: fc.constantFrom(1, 2),
    add: fc.array(url, { maxLength: 4 }),
    gone: fc.array(url, { maxLength: 4 }),
  }),
  fc.record({ type: fc.constant("name"), handle: uint32, group }),
  fc.record({ type: fc.constant("digest"), held, last: fc.boolean() }),
  fc.record({
    type: fc.constant("reach"),
    handle: uint32,
    hopCount: fc.option(hops, { nil: undefined }),
    seq: uint32,
  }),
  fc.record({
    type: fc.constant("offers"),
    handle: uint32,
    from: uint32,
    to: uint32,
    final: fc.boolean(),
    add: fc.array(fc.record({ offer, at: uint32 }), { maxLength: 4 }),
    del: fc.array(fc.record({ id: uint32, at: uint32 }), { maxLength: 4 }),
    floor: uint32,
  }),
  fc.record({ type: fc.constant("want"), handle: uint32, have: uint32 }),
  fc.record({ type: fc.constant("resync"), held }),
  fc.record({
    type: fc.constant("call"),
    id: callId,
    fun,
    resources,
    args: list.map((made) => Payload.fromValue(made)),
    kwargs: object.map((made) => Payload.fromValue(made)),
    timeoutMs,
    target: url,
    ttl: fc.integer({ min: 0, max: 16 }),
    contract: asked,
    idempotent: fc.constant(true as const),
    wait: fc.constant(true as const),
    hedgeMs: fc.nat(3_600_000),
    credit: uint32,
    resumeFrom: callId,
    offer: callId,
    keep: fc.constant(true as const),
    takes: fc.array(fc.record({ at: where, holder: url, ticket, path }), { maxLength: 3 }),
    reach,
    streamed: fc.uniqueArray(place, { minLength: 1, maxLength: 8 }),
  }, { requiredKeys: ["type", "id", "fun", "resources", "args", "timeoutMs"] }),
  fc.record({
    type: fc.constant("request"),
    id: callId,
    commands: fc.array(requestCommand, { maxLength: 4 }),
    wanted: fc.array(id, { maxLength: 4 }),
    timeoutMs,
    wait: fc.constant(true as const),
    reach,
    progress: fc.constant(true as const),
  }, { requiredKeys: ["type", "id", "commands", "timeoutMs"] }),
  fc.record({ type: fc.constant("explain"), id: callId, fun, resources, reach }, {
    requiredKeys: ["type", "id", "fun", "resources"],
  }),
  fc.record({ type: fc.constant("accepted"), id: callId }),
  fc.record({
    type: fc.constant("offer"),
    id: callId,
    fun,
    resources,
    maxHops: limit,
    scope: fc.string({ maxLength: 40 }),
    concurrency: uint32,
    queue: uint32,
    contract,
  }, {
    requiredKeys: [
      ...["type", "id", "fun", "resources"] as const,
      ...["maxHops", "scope", "concurrency", "queue"] as const,
    ],
  }),
  fc.record({ type: fc.constant("withdraw"), id: callId }),
  fc.record({ type: fc.constant("items"), id: callId, arg: place, batch }, {
    requiredKeys: ["type", "id", "batch"],
  }),
  fc.record({ type: fc.constant("credit"), id: callId, arg: place, units: uint32 }, {
    requiredKeys: ["type", "id", "units"],
  }),
  fc.record({ type: fc.constantFrom("end", "stop"), id: callId, arg: place }),
  fc.record({
    type: fc.constant("result"),
    id: callId,
    value: payload,
    differs: fc.array(fc.record({ fun, asked: digest, found: digest }), { maxLength: 3 }),
    kept: fc.record({ ticket, units: uint32 }),
  }, { requiredKeys: ["type", "id", "value"] }),
  fc.record({ type: fc.constant("take"), id: callId, ticket, path }),
  fc.record({ type: fc.constant("release"), ticket }),
  fc.record({ type: fc.constant("error"), id: callId, error }),
  fc.record({ type: fc.constant("cancel"), id: callId }),
  fc.record({ type: fc.constantFrom("ping", "pong", "fresh") }),
  fc.record(
    { type: fc.constant("goodbye"), reason: fc.string({ maxLength: 100 }), last: callId },
    { requiredKeys: ["type", "reason"] },
  ),
);

const codec = v1Codec();

Deno.test("v1Codec reads back every frame it writes, in order", () => {
  fc.assert(fc.property(fc.array(message, { minLength: 1, maxLength: 5 }), (sent) => {
    const decoded = codec.decode(codec.encode(sent));
    assert(decoded.ok, JSON.stringify(decoded));
    assertEquals(plain(decoded.messages), plain(sent));
  }));
});

Deno.test("v1Codec writes the type of each message first", () => {
  fc.assert(fc.property(message, (sent) => {
    assert(String(codec.encode([sent])).startsWith(`[{"type":"${sent.type}"`));
  }));
});

Deno.test("v1Codec refuses or reads any frame and never throws", () => {
  fc.assert(fc.property(anyFrame, (frame) => {
    const decoded = codec.decode(frame);
    assert(decoded.ok ? decoded.messages.length > 0 : decoded.error.message !== "");
  }));
});

Deno.test("v1Codec refuses or reads any message with one wrong place and never throws", () => {
  const text = message.map((sent): JsonObject => JSON.parse(String(codec.encode([sent])))[0]);
  fc.assert(fc.property(broken(text), (wrong) => {
    const decoded = codec.decode(JSON.stringify([wrong]));
    assert(decoded.ok || decoded.error.kind === "bad_shape");
  }));
});
