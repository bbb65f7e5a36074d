import { assertEquals } from "@std/assert";
import { isJsonObject } from "../../../lib/protocol/json_value.ts";

Deno.test("isJsonObject takes objects and neither null nor arrays", () => {
  assertEquals([{}, { a: 1 }].map(isJsonObject), [true, true]);
  assertEquals([null, [], "", 0, true, undefined].map(isJsonObject), Array(6).fill(false));
});
