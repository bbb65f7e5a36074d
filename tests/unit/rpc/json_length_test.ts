import { assert } from "@std/assert";
import fc from "fast-check";
import type { JsonValue } from "../../../lib/protocol/json_value.ts";
import { isJsonLongerThan } from "../../../lib/rpc/json_length.ts";

Deno.test("isJsonLongerThan is exact for values without escapes", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "é") });
  const value = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value")),
      fc.dictionary(text, tie("value")),
    ),
  })).value;
  fc.assert(fc.property(value, (one) => {
    const { length } = JSON.stringify(one);
    assert(!isJsonLongerThan(one, length));
    assert(isJsonLongerThan(one, length - 1));
  }));
});

Deno.test("isJsonLongerThan never says so of a text that is not longer", () => {
  fc.assert(fc.property(fc.jsonValue(), (one) => {
    assert(!isJsonLongerThan(one as JsonValue, JSON.stringify(one).length));
  }));
});

Deno.test("isJsonLongerThan settles a value whose text would not fit into memory", () => {
  let value: JsonValue = "x".repeat(1_000);
  for (let level = 0; level < 60; level++) value = [value, value, value];
  assert(isJsonLongerThan(value, 4 * 1024 * 1024));
});
