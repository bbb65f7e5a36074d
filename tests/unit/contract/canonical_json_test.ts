import { assertEquals } from "@std/assert";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { canonicalJson } from "../../../lib/contract/canonical_json.ts";
import type { JsonValue } from "../../../lib/protocol/json_value.ts";

Deno.test("canonicalJson writes the example of RFC 8785, section 3.2.4", () => {
  const value = {
    numbers: [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    literals: [null, true, false],
  };
  assertEquals(
    canonicalJson(value),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

Deno.test("canonicalJson sorts keys by UTF-16 units, as in RFC 8785, section 3.2.3", () => {
  const keys = ["\u20ac", "\r", "\ufb33", "1", "\u{1F600}", "\u0080", "\u00f6"];
  const value = Object.fromEntries(keys.map((key) => [key, 0]));
  const sorted = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\u{1F600}", "\ufb33"];
  assertEquals(canonicalJson(value), `{${sorted.map((key) => `${JSON.stringify(key)}:0`)}}`);
});

Deno.test("canonicalJson agrees with a known implementation and can be read back", () => {
  fc.assert(fc.property(fc.jsonValue(), (made) => {
    const value: JsonValue = JSON.parse(JSON.stringify(made));
    const text = canonicalJson(value);
    assertEquals<unknown>(text, canonicalize(value));
    assertEquals<unknown>(JSON.parse(text), value);
  }));
});
