import { assertEquals, assertStrictEquals } from "@std/assert";
import { withoutLoneSurrogates } from "../../../lib/protocol/json_text.ts";

Deno.test("withoutLoneSurrogates replaces halves of pairs wherever they stand", () => {
  const value = ["\ud800", "\udc00", "a\udfffb", "\ud83d\ud83d\ude00", "\ude00\ud83d"];
  assertEquals(
    JSON.parse(withoutLoneSurrogates(JSON.stringify(value))),
    value.map((text) => text.toWellFormed()),
  );
});

Deno.test("withoutLoneSurrogates keeps escaped pairs, in either case of the letters", () => {
  for (const text of ['"\\ud83d\\ude00"', '"\\uD83D\\uDE00"', '"\\ud83D\\uDe00"']) {
    assertStrictEquals(withoutLoneSurrogates(text), text);
  }
});

Deno.test("withoutLoneSurrogates keeps the letters ud800 behind an escaped backslash", () => {
  const text = JSON.stringify("\\ud800 \\\\udc00");
  assertStrictEquals(withoutLoneSurrogates(text), text);
  assertEquals(withoutLoneSurrogates('"\\\\\\ud800"'), '"\\\\\\ufffd"');
});

Deno.test("withoutLoneSurrogates replaces halves that are not escaped", () => {
  assertEquals(withoutLoneSurrogates('"\ud800"'), '"\ufffd"');
});
