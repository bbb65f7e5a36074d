import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import type { JsonValue } from "../../../lib/protocol/json_value.ts";
import type { PlacedReference } from "../../../lib/protocol/request_command.ts";
import { fieldOf, filled, hasPlace } from "../../../lib/rpc/references.ts";

const at = (...place: PlacedReference["at"]): PlacedReference => ({ at: place, of: "a", path: [] });

Deno.test("filled puts values at their places and nowhere else", () => {
  const args = ["a", { deep: [null, null] }];
  const made = filled(
    { args, kwargs: { k: null } },
    [at("args", 1, "deep", 0), at("kwargs", "k")],
    () => "here",
  );
  assertEquals(made, {
    ok: true,
    args: ["a", { deep: ["here", null] }],
    kwargs: { k: "here" },
  });
});

Deno.test("filled takes no argument for a reference, whatever it looks like", () => {
  const lookalike = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom<JsonValue>("a", "a.x", ["a"], { at: ["args", 0], of: "a" }, '["a","x"]'),
  );
  fc.assert(fc.property(fc.array(lookalike, { maxLength: 5 }), (values) => {
    const args: readonly JsonValue[] = JSON.parse(JSON.stringify(values));
    const made = filled({ args: [...args, null], kwargs: {} }, [at("args", args.length)], () => 1);
    assert(made.ok);
    assertEquals<unknown>(made.args, [...args, 1]);
  }));
});

Deno.test("filled never searches what was put in", () => {
  const made = filled(
    { args: [null, null], kwargs: {} },
    [at("args", 0), at("args", 1), at("args", 0, "x")],
    () => ({ x: null, of: "a" }),
  );
  assert(made.ok);
  assertEquals(made.args, [{ x: null, of: "a" }, { x: null, of: "a" }]);
});

Deno.test("filled says which reference leads nowhere, unless what stands there may stay", () => {
  const given = { args: ["kept", null], kwargs: {} };
  const optional = { ...at("args", 0), isOptional: true } as const;
  const missing = at("args", 1);
  assertEquals(filled(given, [optional, missing], () => undefined), { ok: false, missing });
  assertEquals(filled(given, [optional], () => undefined), { ok: true, ...given });
});

Deno.test("filled shares what it puts in, so that a value of 2^40 leaves costs nothing", () => {
  let value: JsonValue = ["leaf"];
  for (let level = 0; level < 40; level += 1) {
    const inner: JsonValue = value;
    const made = filled(
      { args: [null, null], kwargs: {} },
      [at("args", 0), at("args", 1)],
      () => inner,
    );
    assert(made.ok);
    assertStrictEquals(made.args[0], made.args[1]);
    value = made.args;
  }
});

Deno.test("fieldOf follows own fields and items of lists by their number", () => {
  const value = { list: ["x", { y: 1 }], text: "abc" };
  assertEquals(fieldOf(value, ["list", "1", "y"]), 1);
  assertEquals(fieldOf(value, []), value);
  for (
    const path of [
      ["list", "2"],
      ["list", "-1"],
      ["list", "00"],
      ["list", "length"],
      ["list", "map"],
      ["text", "length"],
      ["text", "0"],
      ["toString"],
      ["__proto__"],
      ["constructor", "name"],
    ]
  ) assertEquals(fieldOf(value, path), undefined, path.join("."));
  assertEquals(fieldOf(value, ["list", "0"], false), undefined);
});

Deno.test("hasPlace knows the places that arguments have", () => {
  const given = { args: [null, { x: [1] }], kwargs: { k: { v: null } } };
  for (const place of [at("args", 0), at("args", 1, "x", 0), at("kwargs", "k", "v")]) {
    assert(hasPlace(given, place));
  }
  for (
    const place of [
      at("args", 2),
      at("args", -1),
      at("args", "0"),
      at("args", 1, "y"),
      at("args", 1, "x", "length"),
      at("kwargs", "toString"),
      at("kwargs", "k", "v", "w"),
      at("kwargs", 0),
    ]
  ) assertFalse(hasPlace(given, place), JSON.stringify(place.at));
});
