import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Payload } from "../../../lib/protocol/payload.ts";

Deno.test("Payload passes its text on letter by letter", () => {
  const text = '{"a": 9007199254740993, "b": 1.0}';
  assertStrictEquals(Payload.fromText(text).text, text);
});

Deno.test("Payload reads its value from the text once", () => {
  const payload = Payload.fromText('{"a":[1]}');
  assertEquals(payload.value, { a: [1] });
  assertStrictEquals(payload.value, payload.value);
});

Deno.test("Payload writes the text of a value", () => {
  assertStrictEquals(Payload.fromValue({ a: [1, null] }).text, '{"a":[1,null]}');
  assertStrictEquals(Payload.fromValue(null).text, "null");
  assertStrictEquals(Payload.fromText("null").value, null);
});

Deno.test("Payload.tryFromUnknown is undefined for what JSON can't say", () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const throwing = {
    toJSON() {
      throw new Error("no");
    },
  };
  for (const value of [circle, 1n, throwing]) {
    assertEquals(Payload.tryFromUnknown(value), undefined);
  }
});

Deno.test("Payload.tryFromUnknown makes null of what JSON leaves out", () => {
  for (const value of [undefined, () => 1, Symbol("s"), NaN, Infinity]) {
    const payload = Payload.tryFromUnknown(value);
    assert(payload !== undefined);
    assertStrictEquals(payload.value, null);
  }
});
