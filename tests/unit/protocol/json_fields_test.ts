import { assertEquals, assertThrows } from "@std/assert";
import { TEXT } from "../../../lib/protocol/field_shapes.ts";
import {
  defaulted,
  listOf,
  nullable,
  optional,
  own,
  required,
  setOf,
  ShapeDefect,
} from "../../../lib/protocol/json_fields.ts";

Deno.test("own reads own properties only", () => {
  assertEquals(own({}, "constructor"), undefined);
  assertEquals(own({}, "__proto__"), undefined);
  assertEquals(own(JSON.parse('{"__proto__":1}'), "__proto__"), 1);
});

Deno.test("required names the field that is missing or wrong", () => {
  assertEquals(required({ a: "x" }, "a", TEXT), "x");
  assertThrows(() => required({}, "a", TEXT), ShapeDefect, "Field a is missing, expected a string");
  assertThrows(() => required({ a: 1 }, "a", TEXT), ShapeDefect, "Field a is not a string");
});

Deno.test("defaulted takes the default for a missing field and never for null", () => {
  assertEquals(defaulted({}, "a", TEXT, "d"), "d");
  assertEquals(defaulted({ a: "" }, "a", TEXT, "d"), "");
  assertThrows(() => defaulted({ a: null }, "a", TEXT, "d"), ShapeDefect);
});

Deno.test("optional is undefined for a missing field and wrong for null", () => {
  assertEquals(optional({}, "a", TEXT), undefined);
  assertThrows(() => optional({ a: null }, "a", TEXT), ShapeDefect);
});

Deno.test("nullable turns null into the value that stands for it", () => {
  const shape = nullable(TEXT, 0);
  assertEquals(required({ a: null }, "a", shape), 0);
  assertEquals(required({ a: "x" }, "a", shape), "x");
  assertThrows(() => required({ a: 1 }, "a", shape), ShapeDefect, "a string or null");
});

Deno.test("listOf takes lists up to its limit with right items only", () => {
  const shape = listOf(TEXT, 2);
  assertEquals(shape.parse(["a", "a"]), ["a", "a"]);
  for (const wrong of [["a", "b", "c"], ["a", 1], "a", null, {}]) {
    assertEquals(shape.parse(wrong), undefined);
  }
});

Deno.test("setOf keeps each item once", () => {
  assertEquals(setOf(TEXT, 3).parse(["b", "a", "b"]), ["b", "a"]);
  assertEquals(setOf(TEXT, 3).parse(["b", 1]), undefined);
});
