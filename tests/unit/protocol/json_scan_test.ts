import { assertEquals } from "@std/assert";
import { jsonExcess, outerString } from "../../../lib/protocol/json_scan.ts";

Deno.test("jsonExcess lets a text through that is exactly at both limits", () => {
  assertEquals(jsonExcess('[["é"]]', 8, 2), undefined);
});

Deno.test("jsonExcess counts bytes and not characters", () => {
  for (const [text, bytes] of [["é", 4], ["€", 5], ["😀", 6], ["a", 3]] as const) {
    assertEquals(jsonExcess(`"${text}"`, bytes), undefined, text);
    assertEquals(jsonExcess(`"${text}"`, bytes - 1), "too_large", text);
  }
});

Deno.test("jsonExcess counts arrays and objects inside each other", () => {
  assertEquals(jsonExcess('{"a":[{}]}', 100, 3), undefined);
  assertEquals(jsonExcess('{"a":[{}]}', 100, 2), "too_deep");
  assertEquals(jsonExcess("[[],[],[],{},{}]", 100, 2), undefined);
});

Deno.test("jsonExcess takes brackets in strings for what they are", () => {
  assertEquals(jsonExcess(JSON.stringify(["[[[[{{{{", 'a"[[[', "\\", "[["]), 100, 1), undefined);
  assertEquals(jsonExcess('["\\\\"[[', 100, 1), "too_deep");
});

Deno.test("jsonExcess ends at a string that does not end", () => {
  assertEquals(jsonExcess('["[[[[', 100, 1), undefined);
  assertEquals(jsonExcess('["\\', 100, 1), undefined);
});

Deno.test("outerString reads a string of the outermost object, the last of several, and none of any other", () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  assertEquals(outerString(`{"u":"a","x":${deep}}`, "u"), "a");
  assertEquals(outerString(`{"x":{"u":"no"},"y":["u","no"],${"\n"} "u" : "b\\"c" }`, "u"), 'b"c');
  assertEquals(outerString('{"u":"a","u":"b"}', "u"), "b");
  assertEquals(outerString('{"u":"a","u":7}', "u"), undefined);
  assertEquals(outerString('{"x":"u","y":"u"}', "u"), undefined);
  assertEquals(outerString('{"x":{"u":"no"}}', "u"), undefined);
  assertEquals(outerString('[["u","no"]]', "u"), undefined);
});

Deno.test("outerString takes no string that is longer than an id may be, or that does not end", () => {
  assertEquals(outerString(`{"u":"${"x".repeat(1_024)}"}`, "u"), "x".repeat(1_024));
  assertEquals(outerString(`{"u":"${"x".repeat(1_025)}"}`, "u"), undefined);
  assertEquals(outerString(`{"u":"${"\\u0041".repeat(2_000)}"}`, "u"), undefined);
  for (const text of ['{"u', '{"u"', '{"u":', '{"u":"', '{"u":"x', '{"u":"\\']) {
    assertEquals(outerString(text, "u"), undefined, text);
  }
});
