import { assertEquals, assertStrictEquals } from "@std/assert";
import type { JsonValue } from "../../../lib/protocol/json_value.ts";
import { DEPTH_MAX } from "../../../lib/protocol/limits.ts";
import { fieldOf, filled } from "../../../lib/rpc/references.ts";
import { referencesIn as refsIn } from "../../../lib/rpc/text_references.ts";

function results(plain: Record<string, JsonValue>): Map<string, JsonValue> {
  return new Map(Object.entries(plain));
}

function referencesIn(args: readonly JsonValue[], names: ReadonlySet<string>): string[] {
  const found = refsIn({ args, kwargs: {} }, names).map(({ of }) => of ?? "");
  return [...new Set(found)];
}

/** What the `json` dialect makes of arguments: references are read, then results are put in. */
function substituted(
  args: readonly JsonValue[],
  given: ReadonlyMap<string, JsonValue>,
): readonly JsonValue[] {
  const refs = refsIn({ args, kwargs: {} }, given);
  const made = filled(
    { args, kwargs: {} },
    refs,
    ({ of = "", path }) => fieldOf(given.get(of), path, false),
  );
  return made.ok ? made.args : [];
}

function nested(inner: JsonValue, levels: number): JsonValue {
  let value = inner;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { in: value };
  return value;
}

Deno.test("referencesIn finds names in arrays and object values, and never in keys", () => {
  const names = new Set(["a", "b", "c"]);
  const found = referencesIn(["b", { c: 1, x: ["a.x.y", "b"] }, "xa", "a ", 7, null, true], names);
  assertEquals(found, ["b", "a"]);
});

Deno.test("referencesIn says where each is and which fields it follows", () => {
  const args = ["a", { x: ["no", "a.b.c"] }];
  const kwargs = { k: [["a."]] };
  assertEquals(refsIn({ args, kwargs }, new Set(["a"])), [
    { at: ["args", 0], of: "a", path: [], isOptional: true },
    { at: ["args", 1, "x", 1], of: "a", path: ["b", "c"], isOptional: true },
    { at: ["kwargs", "k", 0, 0], of: "a", path: [""], isOptional: true },
  ]);
});

Deno.test("referencesIn looks a string up as a whole before its part before the first dot", () => {
  assertEquals(referencesIn(["a.b", "a.b.c"], new Set(["a", "a.b"])), ["a.b", "a"]);
  assertEquals(referencesIn(["a.b.c"], new Set(["a.b"])), []);
});

Deno.test("references put results in place of whole strings, in arrays and object values", () => {
  const value = substituted(["a", { a: "a", n: [["b"]] }, "a b"], results({ a: 1, b: { x: 2 } }));
  assertEquals(value, [1, { a: 1, n: [[{ x: 2 }]] }, "a b"]);
});

Deno.test("references follow fields of objects", () => {
  const given = results({ user: { name: "Ada", at: { city: "London" }, none: null, "": 3 } });
  const paths = ["user.name", "user.at.city", "user.none", "user."];
  assertEquals(substituted(paths, given), ["Ada", "London", null, 3]);
});

Deno.test("references leave a string whose path leads nowhere as it is", () => {
  const given = results({ a: { list: [1], text: "abc" }, n: null, list: [5] });
  const paths = ["a.x", "a.list.0", "a.text.length", "a.text.0", "n.x", "list.0", "list.length"];
  assertEquals(substituted([...paths, "a."], given), [...paths, "a."]);
});

Deno.test("references refuse the fields by which prototypes are reached, also own ones", () => {
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

Deno.test("references don't search what was put in", () => {
  assertEquals(substituted(["a", "b"], results({ a: "b", b: ["a", "a.x"] })), ["b", ["a", "a.x"]]);
});

Deno.test("references take a command whose name holds a dot by its whole name only", () => {
  const given = results({ "a.b": 1, a: { b: 2, c: 3 } });
  assertEquals(substituted(["a.b", "a.c"], given), [1, 3]);
  assertEquals(substituted(["a.b.x"], results({ "a.b": { x: 1 } })), ["a.b.x"]);
});

Deno.test("references keep own properties called __proto__ as data", () => {
  const args = [JSON.parse(`{"__proto__":"a","x":"a"}`)];
  const [value] = substituted(args, results({ a: { evil: true } }));
  assertEquals(JSON.stringify(value), `{"__proto__":{"evil":true},"x":{"evil":true}}`);
  assertStrictEquals(Object.getPrototypeOf(value), Object.prototype);
});

Deno.test("references give the very same value back where nothing is referred to", () => {
  const args = [{ list: ["x", { y: "z" }] }];
  assertStrictEquals(substituted(args, results({ a: 1 })), args);
});

Deno.test("references are found and replaced down to the same depth", () => {
  const given = results({ a: 1 });
  const within = [nested("a", DEPTH_MAX - 1)];
  assertEquals(substituted(within, given), [nested(1, DEPTH_MAX - 1)]);
  const abyss = [nested("a", 100_000)];
  assertEquals(referencesIn(abyss, new Set(["a"])).length, 0);
  assertStrictEquals(substituted(abyss, given), abyss);
});
