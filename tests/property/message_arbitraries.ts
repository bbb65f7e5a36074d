/** Arbitrary parts of messages, shared by the tests of both codecs. */

import fc from "fast-check";
import type { Command } from "../../lib/protocol/json_messages.ts";
import type { JsonObject, JsonValue } from "../../lib/protocol/json_value.ts";
import {
  announcementId,
  clusterId,
  functionName,
  hopCount,
  incarnation,
  maxHops,
  nodeUrl,
  resourceName,
  tryFunctionName,
} from "../../lib/protocol/names.ts";
import { Payload } from "../../lib/protocol/payload.ts";

const name = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" })
  .filter((text) => tryFunctionName(text) !== undefined);

export const id = fc.string({ maxLength: 30, unit: "grapheme" });
export const fun = name.map(functionName);
export const resources = fc.uniqueArray(name, { maxLength: 4 }).map((all) => all.map(resourceName));
export const cluster = name.map(clusterId);
export const url = fc.tuple(fc.domain(), fc.integer({ min: 1, max: 65_535 }))
  .map(([host, port]) => nodeUrl(`ws://${host}:${port}`));
export const hops = fc.integer({ min: 0, max: 16 }).map(hopCount);
export const limit = fc.integer({ min: 0, max: 16 }).map(maxHops);
export const announcement = fc.oneof(fc.constant(""), name).map(announcementId);
export const life = fc.stringMatching(/^[0-9A-Z]{1,26}$/).map(incarnation);
export const uint32 = fc.nat({ max: 0xffff_ffff });
/** A finite number that JSON says as it is: there is no -0. */
export const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
export const value: fc.Arbitrary<JsonValue> = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<
  JsonValue
>;
export const object: fc.Arbitrary<JsonObject> = fc.dictionary(fc.string(), value, { maxKeys: 4 });
export const list = fc.array(value, { maxLength: 4 });
export const payload = value.map((made) => Payload.fromValue(made));
export const command: fc.Arbitrary<Command> = fc.record({
  name: id,
  fun,
  args: list,
  kwargs: object,
  resources,
});

/** Messages as plain JSON: a payload is its value, and what is undefined is not there. */
export function plain(messages: readonly unknown[]): JsonValue {
  return JSON.parse(
    JSON.stringify(messages, (_, one) => one instanceof Payload ? { payload: one.value } : one),
  );
}

/** Anything at all: text, JSON of any shape, bytes. */
export const anyFrame: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.json({ maxDepth: 8 }),
  fc.uint8Array({ maxLength: 200 }),
);

/** Wraps a message so that one place in it holds something else. */
export function broken(
  messages: fc.Arbitrary<JsonObject>,
): fc.Arbitrary<{ readonly [key: string]: JsonValue }> {
  return fc.tuple(messages, fc.nat(), value).map(([message, place, instead]) => {
    const keys = Object.keys(message);
    const key = keys[place % Math.max(keys.length, 1)] ?? "x";
    const inner = message[key];
    // Every other time the place is one level down, as most fields of a server message are.
    const deeper = place % 2 === 0 && typeof inner === "object" && inner !== null &&
      !Array.isArray(inner);
    return {
      ...message,
      [key]: deeper ? { ...inner, [Object.keys(inner)[0] ?? "x"]: instead } : instead,
    };
  });
}
