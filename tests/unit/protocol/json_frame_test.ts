import { assertEquals } from "@std/assert";
import { parseFrame, refused } from "../../../lib/protocol/json_frame.ts";

function kindOf(frame: string | Uint8Array): string {
  const parsed = parseFrame(frame);
  return parsed.ok ? "ok" : parsed.error.kind;
}

Deno.test("parseFrame reads text and bytes alike", () => {
  assertEquals(parseFrame('{"é":[1]}'), { ok: true, value: { "é": [1] } });
  assertEquals(parseFrame(new TextEncoder().encode('{"é":[1]}')), {
    ok: true,
    value: { "é": [1] },
  });
});

Deno.test("parseFrame refuses what the strict parser of the reference refuses", () => {
  for (const text of ["", "{not json", "[NaN]", "[1,]", "[Infinity]", "\ufeff[]", "[1] 2", "'a'"]) {
    assertEquals(kindOf(text), "not_json", text);
  }
});

Deno.test("parseFrame refuses bytes that are not UTF-8, halves of pairs among them", () => {
  for (
    const bytes of [[0xff, 0xfe], [0x22, 0xed, 0xa0, 0x80, 0x22], [0xc3], [0xef, 0xbb, 0xbf, 0x31]]
  ) {
    assertEquals(kindOf(Uint8Array.from(bytes)), "not_json", String(bytes));
  }
});

Deno.test("refused leaves the id out when there is none", () => {
  assertEquals(refused("bad_shape", "m"), {
    ok: false,
    error: { kind: "bad_shape", message: "m" },
  });
  assertEquals(refused("bad_shape", "m", "u").error.replyTo, "u");
});
