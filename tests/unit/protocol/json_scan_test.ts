import { assertEquals } from "@std/assert";
import { jsonExcess } from "../../../lib/protocol/json_scan.ts";

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
