import { assertEquals, assertStrictEquals } from "@std/assert";
import type { JsonValue } from "../../../lib/protocol/json_value.ts";
import { DEPTH_MAX } from "../../../lib/protocol/limits.ts";
import { referencesIn, substituted } from "../../../lib/rpc/references.ts";

function results(plain: Record<string, JsonValue>): Map<string, JsonValue> {
  return new Map(Object.entries(plain));
}

function nested(inner: JsonValue, levels: number): JsonValue {
  let value = inner;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { in: value };
  return value;
}

Deno.test("referencesIn finds names in arrays and object values, each once, and never in keys", () => {
  const names = new Set(["a", "b", "c"]);
  const found = referencesIn(["b", { c: 1, x: ["a.x.y", "b"] }, "xa", "a ", 7, null, true], names);
  assertEquals([...found], ["b", "a"]);
});

Deno.test("referencesIn looks a string up as a whole before its part before the first dot", () => {
  assertEquals([...referencesIn(["a.b", "a.b.c"], new Set(["a", "a.b"]))], ["a.b", "a"]);
  assertEquals([...referencesIn(["a.b.c"], new Set(["a.b"]))], []);
});

Deno.test("referencesIn counts a name with a path that may lead nowhere", () => {
  assertEquals([...referencesIn("a.", new Set(["a"]))], ["a"]);
  assertEquals([...referencesIn("a.__proto__", new Set(["a"]))], ["a"]);
});

Deno.test("substituted puts results in place of whole strings, in arrays and object values", () => {
  const value = substituted(["a", { a: "a", n: [["b"]] }, "a b"], results({ a: 1, b: { x: 2 } }));
  assertEquals(value, [1, { a: 1, n: [[{ x: 2 }]] }, "a b"]);
});

Deno.test("substituted follows fields of objects", () => {
  const given = results({ user: { name: "Ada", at: { city: "London" }, none: null, "": 3 } });
  assertEquals(substituted("user.name", given), "Ada");
  assertEquals(substituted("user.at.city", given), "London");
  assertEquals(substituted("user.none", given), null);
  assertEquals(substituted("user.", given), 3);
});

Deno.test("substituted leaves a string whose path leads nowhere as it is", () => {
  const given = results({ a: { list: [1], text: "abc" }, n: null, list: [5] });
  const paths = ["a.x", "a.list.0", "a.text.length", "a.text.0", "n.x", "list.0", "list.length"];
  assertEquals(substituted([...paths, "a."], given), [...paths, "a."]);
});

Deno.test("substituted refuses the fields by which prototypes are reached, also own ones", () => {
  const own = JSON.parse(`{"__proto__":{"x":1},"constructor":{"x":1},"prototype":1}`);
  const paths = [
    "a.__proto__",
    "a.__proto__.x",
    "a.constructor",
    "a.constructor.x",
    "a.prototype",
    "a.toString",
    "a.hasOwnProperty",
  ];
  assertEquals(substituted(paths, results({ a: own })), paths);
  assertEquals(substituted(paths, results({ a: {} })), paths);
});

Deno.test("substituted doesn't search what was put in", () => {
  assertEquals(substituted(["a", "b"], results({ a: "b", b: ["a", "a.x"] })), ["b", ["a", "a.x"]]);
});

Deno.test("substituted takes a command whose name holds a dot by its whole name only", () => {
  const given = results({ "a.b": 1, a: { b: 2, c: 3 } });
  assertEquals(substituted(["a.b", "a.c"], given), [1, 3]);
  assertEquals(substituted("a.b.x", results({ "a.b": { x: 1 } })), "a.b.x");
});

Deno.test("substituted keeps own properties called __proto__ as data", () => {
  const args = JSON.parse(`{"__proto__":"a","x":"a"}`);
  const value = substituted(args, results({ a: { evil: true } }));
  assertEquals(JSON.stringify(value), `{"__proto__":{"evil":true},"x":{"evil":true}}`);
  assertStrictEquals(Object.getPrototypeOf(value), Object.prototype);
});

Deno.test("substituted gives the very same value back where nothing is referred to", () => {
  const value = { list: ["x", { y: "z" }] };
  assertStrictEquals(substituted(value, results({ a: 1 })), value);
});

Deno.test("referencesIn and substituted stop at the same depth", () => {
  const given = results({ a: 1 });
  const within = nested("a", DEPTH_MAX);
  assertEquals(referencesIn(within, given).size, 1);
  assertEquals(substituted(within, given), nested(1, DEPTH_MAX));
  const beyond = nested("a", DEPTH_MAX + 1);
  assertEquals(referencesIn(beyond, given).size, 0);
  assertStrictEquals(substituted(beyond, given), beyond);
  const abyss = nested("a", 100_000);
  assertEquals(referencesIn(abyss, given).size, 0);
  assertStrictEquals(substituted(abyss, given), abyss);
});
