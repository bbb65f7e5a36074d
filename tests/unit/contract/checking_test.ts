import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import {
  checkArguments,
  type Checked,
  checkValue,
  type Soon,
} from "../../../lib/contract/checking.ts";
import type { StandardSchema } from "../../../lib/contract/standard_schema.ts";

function now<Value>(checked: Soon<Checked<Value>>): Checked<Value> {
  assert(!(checked instanceof Promise), "the check is over at once");
  return checked;
}

function paths(checked: Checked<unknown>): readonly string[] {
  return checked.ok ? [] : checked.issues.map(({ path }) => path);
}

const LIBRARIES: readonly (readonly [string, StandardSchema])[] = [
  ["valibot", v.object({ urls: v.array(v.string()), "a b": v.number() })],
  ["Zod", z.object({ urls: z.array(z.string()), "a b": z.number() })],
  ["ArkType", type({ urls: "string[]", "a b": "number" })],
];

for (const [library, schema] of LIBRARIES) {
  Deno.test(`checkValue passes what fits a schema of ${library} and names fields that don't`, () => {
    const fits = { urls: ["x"], "a b": 1 };
    assertEquals<unknown>(now(checkValue(schema, fits, "args[0]")), { ok: true, value: fits });
    const wrong = now(checkValue(schema, { urls: ["x", 2], "a b": "1" }, "args[0]"));
    assertEquals(paths(wrong).toSorted(), ["args[0].urls[1]", 'args[0]["a b"]']);
    const whole = now(checkValue(schema, 1, "result"));
    assertEquals(paths(whole), ["result"]);
    assert(!whole.ok && Object.getPrototypeOf(whole.issues) === Array.prototype);
  });

  Deno.test(`checkValue never throws on JSON, with a schema of ${library}`, () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      const checked = now(checkValue(schema, value, "x"));
      assert(checked.ok || checked.issues.every(({ path }) => path.startsWith("x")));
    }));
  });
}

Deno.test("checkValue waits for a schema that takes its time", async () => {
  const even = v.pipeAsync(
    v.number(),
    v.checkAsync((value) => Promise.resolve(value % 2 === 0), "odd"),
  );
  const checked = checkValue(even, 3, "result");
  assert(checked instanceof Promise);
  assertEquals(await checked, { ok: false, issues: [{ path: "result", message: "odd" }] });
  assertEquals<unknown>(await checkValue(even, 4, "result"), { ok: true, value: 4 });
});

Deno.test("checkValue lets through what a schema throws", async () => {
  const broken = v.pipe(v.string(), v.check(() => JSON.parse("{")));
  assertThrows(() => checkValue(broken, "x", "result"), SyntaxError);
  const later = v.pipeAsync(v.string(), v.checkAsync(() => Promise.reject(new Error("down"))));
  await assertRejects(async () => await checkValue(later, "x", "result"), Error, "down");
});

Deno.test("checkValue cuts what a schema says about a value", () => {
  const talkative = v.array(v.number((issue) => `${issue.received} `.repeat(100)));
  const checked = now(checkValue(talkative, Array(100).fill("x"), "result"));
  assert(!checked.ok);
  assertEquals(checked.issues.length, 16);
  assert(checked.issues.every(({ message }) => message.length === 200));
});

const TERMS = {
  args: [v.pipe(v.string(), v.transform(Number)), v.optional(v.number(), 7)],
  kwargs: v.object({ limit: v.number() }),
};

Deno.test("checkArguments gives one value for each schema, with what schemas fill in", () => {
  assertEquals<unknown>(now(checkArguments(TERMS, ["3"], { limit: 1, other: 2 })), {
    ok: true,
    value: { args: [3, 7], kwargs: { limit: 1 } },
  });
});

Deno.test("checkArguments finds all that is wrong, and what nobody asked for", () => {
  assertEquals(paths(now(checkArguments(TERMS, [3, "4"], {}))), [
    "args[0]",
    "args[1]",
    "kwargs.limit",
  ]);
  assertEquals(paths(now(checkArguments(TERMS, [], { limit: 1 }))), ["args[0]"]);
  assertEquals(paths(now(checkArguments(TERMS, ["1", 2, 3], { limit: 1 }))), ["args[2]"]);
  const without = { args: [] };
  assertEquals(paths(now(checkArguments(without, [], { limit: 1 }))), ["kwargs.limit"]);
  assertEquals<unknown>(now(checkArguments(without, [], {})), {
    ok: true,
    value: { args: [], kwargs: {} },
  });
});

Deno.test("checkArguments passes over what is not known yet", () => {
  const known = (which: number | "kwargs") => which === 1;
  assertEquals(paths(now(checkArguments(TERMS, [null, 1], {}, known))), []);
  assertEquals(paths(now(checkArguments(TERMS, [null, "1"], {}, known))), ["args[1]"]);
});

Deno.test("checkArguments waits where one of several schemas takes its time", async () => {
  const slow = v.pipeAsync(v.string(), v.checkAsync(() => Promise.resolve(false), "no"));
  const checked = checkArguments({ args: [v.number(), slow] }, ["x", "y"], {});
  assert(checked instanceof Promise);
  assertEquals(paths(await checked), ["args[0]", "args[1]"]);
});
