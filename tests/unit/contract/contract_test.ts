import { assert, assertEquals, assertThrows } from "@std/assert";
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { contract } from "../../../lib/contract/contract.ts";
import { streamed } from "../../../lib/contract/streamed.ts";
import { isStandardSchema, type StandardSchema } from "../../../lib/contract/standard_schema.ts";

Deno.test("contract keeps its terms and says what is left out", () => {
  const made = contract("f", {
    args: [v.string()],
    returns: v.null(),
    resources: ["b", "a", "b"],
    version: "2",
  });
  assertEquals([made.name, made.version, made.idempotent], ["f", "2", false]);
  assertEquals(made.resources.map(String), ["a", "b"]);
});

Deno.test("contract refuses terms that can't hold", () => {
  const returns = v.null();
  assertThrows(() => contract("", { args: [], returns }), TypeError, "function name");
  assertThrows(
    () => contract("f", { args: [], returns, resources: [""] }),
    TypeError,
    "resource name",
  );
  assertThrows(
    () => contract("f", { args: Array(257).fill(returns), returns }),
    RangeError,
    "256",
  );
  const long = "x".repeat(65);
  assertThrows(() => contract("f", { args: [], returns, version: long }), RangeError, "64");
  assertThrows(() => contract("f", { args: [], returns, version: "" }), TypeError, "version");
  assertThrows(
    () => contract("f", { args: [], returns, errors: { "": returns } }),
    TypeError,
    "name of an error",
  );
});

Deno.test("contract refuses what only a program without types can say", () => {
  const make = (terms: unknown) => () => Reflect.apply(contract, undefined, ["f", terms]);
  const returns = v.null();
  assertThrows(make({ args: [String], returns }), TypeError, "args[0] of f is no schema");
  assertThrows(make({ args: [], returns: 1 }), TypeError, "returns of f is no schema");
  assertThrows(make({ args: [], yields: {} }), TypeError, "yields of f is no schema");
  assertThrows(make({ args: [], returns, kwargs: 1 }), TypeError, "kwargs of f is no schema");
  assertThrows(make({ args: [], returns, errors: { e: 1 } }), TypeError, "errors.e of f");
  assertThrows(make({ args: [] }), TypeError, "exactly one");
  assertThrows(make({ args: [], returns, yields: returns }), TypeError, "exactly one");
  assertThrows(make({ args: "ab", returns }), TypeError, "list of schemas");
});

Deno.test("isStandardSchema knows the schemas of three libraries, and nothing else", () => {
  assert([v.string(), z.string(), type("string")].every(isStandardSchema));
  const others = [null, 1, "x", {}, () => 1, { "~standard": { version: 2 } }, { "~standard": 1 }];
  assertEquals(others.filter(isStandardSchema), []);
});

Deno.test("the standard's own types fit where a contract takes a schema", () => {
  const fits = (schema: StandardSchema<string, number>): StandardSchema => schema;
  const takes = (
    schema: StandardSchemaV1<string, number>,
    both: StandardSchemaV1<string, number> & StandardJSONSchemaV1<string, number>,
  ): StandardSchema[] => [fits(schema), fits(both)];
  assertEquals(takes.length, 2);
});

Deno.test("streamed takes schemas only, and a contract has eight at most", () => {
  const numbers = streamed(z.number());
  assert(isStandardSchema(numbers));
  const { validate } = numbers["~standard"];
  assertEquals(validate([1]), { issues: [{ message: "Expected a stream" }] });
  const args = (count: number): StandardSchema[] => new Array(count).fill(numbers);
  assertEquals(contract("f", { args: args(8), returns: v.null() }).terms.args.length, 8);
  assertThrows(() => contract("f", { args: args(9), returns: v.null() }), RangeError, "8");
  // @ts-expect-error for programs without types
  assertThrows(() => streamed(Number), TypeError, "schema");
});
