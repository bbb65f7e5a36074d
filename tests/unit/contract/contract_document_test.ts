import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { digestOf, sha256Hex } from "../../../lib/client/contract_digest.ts";
import { contract } from "../../../lib/contract/contract.ts";
import { streamed } from "../../../lib/contract/streamed.ts";

Deno.test("a contract's text is canonical and holds all that was agreed on", () => {
  const made = contract("f", {
    resources: ["b", "a"],
    errors: { bad: v.null() },
    kwargs: v.object({}),
    args: [v.string()],
    returns: v.null(),
    idempotent: true,
    version: "7",
  });
  assertEquals(
    made.text,
    '{"args":[null],"errors":{"bad":null},"idempotent":true,"kwargs":null,"name":"f",' +
      '"resources":["a","b"],"returns":null}',
  );
  assertEquals<string>(digestOf(made), sha256Hex(made.text));
  assertEquals(sha256Hex("abc").slice(0, 16), "ba7816bf8f01cfea");
});

Deno.test("a contract's schemas are JSON Schema of what travels, where the library can say it", () => {
  const returnsOf = (returns: Parameters<typeof contract>[1]["returns"]): unknown =>
    JSON.parse(contract("f", { args: [], returns: returns ?? v.null() }).text).returns;
  const number = { $schema: "https://json-schema.org/draft/2020-12/schema", type: "number" };
  assertEquals(returnsOf(z.number()), number);
  assertEquals(returnsOf(type("number")), number);
  assertEquals(returnsOf(toStandardJsonSchema(v.number())), number);
  assertEquals(returnsOf(z.number().transform(String)), number);
  assertEquals([returnsOf(v.number()), returnsOf(z.date())], [null, null]);
});

Deno.test("a streamed argument is a list to those who read a contract's text", () => {
  const made = contract("f", {
    args: [streamed(z.number()), streamed(z.date())],
    returns: v.null(),
  });
  const number = { $schema: "https://json-schema.org/draft/2020-12/schema", type: "number" };
  assertEquals(JSON.parse(made.text).args, [
    { type: "array", items: number, streamed: true },
    { type: "array", items: {}, streamed: true },
  ]);
});

Deno.test("equal contracts have equal digests, and each part of a contract counts", () => {
  const base = { args: [z.string()], returns: z.number() } as const;
  const digest = (name: string, terms: Parameters<typeof contract>[1]): string =>
    digestOf(contract(name, terms));
  const one = digest("f", base);
  assertEquals(one, digest("f", { returns: z.number(), args: [z.string()], version: "2" }));
  assertEquals(one, digest("f", { args: [type("string")], returns: type("number") }));
  const others = [
    digest("g", base),
    digest("f", { ...base, args: [z.string(), z.string()] }),
    digest("f", { ...base, returns: z.string() }),
    digest("f", { args: base.args, yields: base.returns }),
    digest("f", { ...base, kwargs: z.object({}) }),
    digest("f", { ...base, resources: ["gpu"] }),
    digest("f", { ...base, idempotent: true }),
    digest("f", { ...base, errors: { bad: z.null() } }),
  ];
  assertEquals(new Set([one, ...others]).size, others.length + 1);
  assertNotEquals(one, "");
});

Deno.test("a contract that is too long to be shown is refused where it is first used", () => {
  const long = contract("f", { args: [z.enum(["x".repeat(70_000)])], returns: z.null() });
  assertThrows(() => digestOf(long), RangeError, "65536 bytes");
});
