import { assertEquals } from "@std/assert";
import { exceedsBytes, frameBytes } from "../../../lib/edges/frame_size.ts";

Deno.test("frameBytes counts text as UTF-8", () => {
  assertEquals(frameBytes("aé€😀"), 1 + 2 + 3 + 4);
  assertEquals(frameBytes(new Uint8Array(7)), 7);
});

Deno.test("exceedsBytes is exact at the limit for every width of character", () => {
  for (const [text, bytes] of [["aaaa", 4], ["éé", 4], ["€€", 6], ["😀", 4]] as const) {
    assertEquals(exceedsBytes(text, bytes), false);
    assertEquals(exceedsBytes(text, bytes - 1), true);
  }
  assertEquals(exceedsBytes(new Uint8Array(4), 4), false);
  assertEquals(exceedsBytes(new Uint8Array(5), 4), true);
});
