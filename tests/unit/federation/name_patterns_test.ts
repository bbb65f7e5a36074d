import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { fits } from "../../../lib/federation/name_patterns.ts";

Deno.test("fits takes * for any text, also none, at any place", () => {
  const yes: [string, string][] = [
    ["*", ""],
    ["embed", "embed"],
    ["embed*", "embed"],
    ["embed*", "embed.v2"],
    ["*.read", "table.read"],
    ["a*b*c", "a-b-b-c"],
    ["a**c", "abc"],
    ["*a*", "bab"],
  ];
  const no: [string, string][] = [
    ["embed", "embedd"],
    ["embed*", "xembed"],
    ["*.read", "table.reads"],
    ["a*a", "a"],
    ["ab*ba", "aba"],
    ["a*b*c", "acb"],
    [".", "x"],
  ];
  assertEquals(yes.filter(([pattern, name]) => !fits(pattern, name)), []);
  assertEquals(no.filter(([pattern, name]) => fits(pattern, name)), []);
  assertEquals([fits(undefined, "x"), fits(["a", "x"], "x"), fits(["a", "b"], "x")], [
    true,
    true,
    false,
  ]);
});

Deno.test("fits agrees with a regular expression on any pattern", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
  fc.assert(fc.property(text, text.map((one) => one.replaceAll("*", "")), (pattern, name) => {
    const twin = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
    assertEquals(fits(pattern, name), twin.test(name));
  }));
});
