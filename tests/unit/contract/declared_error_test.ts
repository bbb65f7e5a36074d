import { assert, assertEquals, assertThrows } from "@std/assert";
import * as v from "valibot";
import { contract } from "../../../lib/contract/contract.ts";
import {
  DeclaredError,
  declaredError,
  declaredFromWire,
  declaredOnWire,
  declaringFunction,
  isDeclaredError,
} from "../../../lib/contract/declared_error.ts";
import { callError, FarcallError } from "../../../lib/protocol/errors.ts";

const order = contract("order", {
  args: [],
  returns: v.null(),
  errors: { out_of_stock: v.object({ when: v.pipe(v.string(), v.transform(Number)) }) },
});
const other = contract("order", order.terms);

Deno.test("a declared error travels with its name and data and is read back typed", async () => {
  const thrown = declaredError(order, "out_of_stock", { when: "5" }, {
    message: "Sold out",
    retryable: true,
  });
  const wire = await declaredOnWire(thrown);
  assert("code" in wire);
  assertEquals([wire.code, wire.message, wire.ran, wire.retryable], [
    "HANDLER_ERROR",
    "Sold out",
    "yes",
    true,
  ]);
  assertEquals(declaringFunction(wire.details), "order");
  const read = await declaredFromWire(order, new FarcallError(wire));
  assert(isDeclaredError(order, read));
  assertEquals([read.error, read.data, read.message, read.retryable], [
    "out_of_stock",
    { when: 5 },
    "Sold out",
    true,
  ]);
});

Deno.test("declaredError refuses an error that the contract does not declare", () => {
  const untyped = (name: string) => Reflect.apply(declaredError, undefined, [order, name, {}]);
  assertThrows(() => untyped("nothing"), TypeError, "nothing");
  assertThrows(() => untyped("constructor"), TypeError, "constructor");
});

Deno.test("declaredOnWire says what is wrong with the data", async () => {
  const wrong = new DeclaredError(order, "out_of_stock", {}, callError("HANDLER_ERROR", "m"));
  const issues = await declaredOnWire(wrong);
  assert(!("code" in issues));
  assertEquals(issues.map(({ path }) => path), ["data.when"]);
  const cyclic = new DeclaredError(order, "out_of_stock", { when: 1n }, wrong.toJSON());
  const cannot = await declaredOnWire(cyclic);
  assert(!("code" in cannot));
});

Deno.test("isDeclaredError knows errors of its own contract only", () => {
  const error = declaredError(order, "out_of_stock", { when: "1" });
  assert(isDeclaredError(order, error) && !isDeclaredError(other, error));
  assert(!isDeclaredError(order, new FarcallError(callError("HANDLER_ERROR", "m"))));
});

Deno.test("declaredFromWire leaves alone what is no error of the contract", async () => {
  const data = { when: "5" };
  const details = [
    undefined,
    null,
    "out_of_stock",
    { of: "other", error: "out_of_stock", data },
    { of: "order", error: "constructor", data },
    { of: "order", error: 1, data },
    { of: "order", error: "out_of_stock" },
    { of: "order", error: "out_of_stock", data: { when: 5 } },
  ];
  for (const one of details) {
    const more = one === undefined ? {} : { details: one };
    const error = new FarcallError(callError("HANDLER_ERROR", "m", "yes", more));
    assertEquals(await declaredFromWire(order, error), error);
  }
  const right = { of: "order", error: "out_of_stock", data };
  const elsewhere = new FarcallError(callError("INTERNAL", "m", "yes", { details: right }));
  assertEquals(await declaredFromWire(order, elsewhere), elsewhere);
});
