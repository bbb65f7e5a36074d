import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  announcementId,
  clusterId,
  functionName,
  hopCount,
  incarnation,
  maxHops,
  nodeUrl,
  resourceName,
  resourceSet,
  tryAnnouncementId,
  tryClusterId,
  tryFunctionName,
  tryHopCount,
  tryIncarnation,
  tryMaxHops,
  tryNodeUrl,
  tryResourceName,
} from "../../../lib/protocol/names.ts";

const PRIMITIVES = [undefined, null, true, 0, 1.5, [], {}] as const;

Deno.test("nodeUrl keeps the letters of a WebSocket URL", () => {
  for (const url of ["ws://127.0.0.1:9000", "wss://Node.Example/farcall?x=1", "ws://[::1]:80/"]) {
    assertEquals(String(nodeUrl(url)), url);
  }
});

Deno.test("nodeUrl refuses what is no address of a node", () => {
  const wrong = [
    "",
    "http://a",
    "WS://a",
    "ws://",
    "ws:a",
    "ws://u@a",
    "ws://u:p@a",
    "ws://a#f",
    "ws://a#",
    "ws://a ",
    " ws://a",
    "ws://a\n",
    "ws://a:99999",
    `ws://a/${"x".repeat(2_048)}`,
    ...PRIMITIVES,
  ];
  assertEquals(wrong.filter((url) => tryNodeUrl(url) !== undefined), []);
  assertThrows(() => nodeUrl("http://a"), TypeError, '"http://a"');
});

Deno.test("functionName and resourceName take 1 to 256 bytes without control characters", () => {
  for (const attempt of [tryFunctionName, tryResourceName]) {
    assertEquals(attempt("é".repeat(128)) !== undefined, true);
    const wrong = ["", "é".repeat(129), "x".repeat(257), "a\u0000", "a\u007f", "a\u0085", "\ud800"];
    assertEquals([...wrong, ...PRIMITIVES].filter((name) => attempt(name) !== undefined), []);
  }
  assertEquals(String(functionName("a b.c")), "a b.c");
  assertThrows(() => functionName(""), TypeError, '""');
  assertThrows(() => resourceName("a\tb"), TypeError, '"a\\tb"');
});

Deno.test("clusterId takes 1 to 128 bytes", () => {
  assertEquals(tryClusterId("x".repeat(128)) !== undefined, true);
  assertEquals(tryClusterId("x".repeat(129)), undefined);
  assertThrows(() => clusterId(""), TypeError, '""');
});

Deno.test("announcementId takes the empty id and the reference's own, up to 2,560 bytes", () => {
  assertEquals(String(announcementId("")), "");
  assertEquals(String(announcementId(":1795508440.4334176")), ":1795508440.4334176");
  assertEquals(tryAnnouncementId("x".repeat(2_561)), undefined);
  assertThrows(() => announcementId("\n"), TypeError, '"\\n"');
});

Deno.test("hopCount takes whole numbers from 0 that can still be counted on", () => {
  assertEquals([0, 16, 1e9].map((count) => Number(hopCount(count))), [0, 16, 1e9]);
  const wrong = [-1, 0.5, NaN, Infinity, Number.MAX_SAFE_INTEGER, "1", null, undefined];
  assertEquals(wrong.filter((count) => tryHopCount(count) !== undefined), []);
  assertThrows(() => hopCount(-1), RangeError, "-1");
});

Deno.test("maxHops takes whole numbers from 0 to 16", () => {
  assertEquals([0, 3, 16].map((hops) => Number(maxHops(hops))), [0, 3, 16]);
  const wrong = [-1, 17, 2.5, "3", null, undefined];
  assertEquals(wrong.filter((hops) => tryMaxHops(hops) !== undefined), []);
  assertThrows(() => maxHops(17), RangeError, "17");
});

Deno.test("incarnation takes 1 to 64 letters and digits", () => {
  assertEquals(String(incarnation("01M86A37ZM7AT3QS1N64866WDD")), "01M86A37ZM7AT3QS1N64866WDD");
  const wrong = ["", "a-b", "a\n", "x".repeat(65), ...PRIMITIVES];
  assertEquals(wrong.filter((made) => tryIncarnation(made) !== undefined), []);
  assertThrows(() => incarnation("a b"), TypeError, '"a b"');
});

Deno.test("resourceSet is sorted and has each resource once", () => {
  assertEquals(resourceSet(["gpu", "cpu", "gpu"]).map(String), ["cpu", "gpu"]);
  assertThrows(() => resourceSet([""]), TypeError);
});

Deno.test("a long value is cut in the message of its error", () => {
  const error = assertThrows(() => functionName("x".repeat(100_000)), TypeError);
  assertEquals(error.message.length < 250, true);
});

Deno.test("tryNodeUrl takes an address of plain letters exactly when the URL parser does", () => {
  const host = fc.array(fc.constantFrom("a", "z9", "0", "7f", "xn", "x", "0x1", ".", "-"), {
    minLength: 1,
    maxLength: 8,
  }).map((parts) => parts.join(""));
  const port = fc.constantFrom("", ":", ":0", ":9000", ":59999", ":65535", ":65536", ":100000");
  const path = fc.constantFrom("", "/", "/a//b1", "/A", "/..", "#", "/?q");
  fc.assert(
    fc.property(fc.constantFrom("ws", "wss", "http"), host, port, path, (scheme, ...parts) => {
      const text = `${scheme}://${parts.join("")}`;
      const isTaken = scheme !== "http" && !text.includes("#") && URL.canParse(text) &&
        new URL(text).hostname !== "";
      assertEquals(tryNodeUrl(text) !== undefined, isTaken, text);
    }),
    { numRuns: 2_000 },
  );
});
