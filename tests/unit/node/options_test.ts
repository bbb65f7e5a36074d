import { assertEquals, assertThrows } from "@std/assert";
import { advertisedUrl } from "../../../lib/node/listening.ts";
import { checkNodeOptions } from "../../../lib/node/options.ts";

Deno.test("checkNodeOptions fills in the defaults", () => {
  const checked = checkNodeOptions({ url: "wss://a.example/x" });
  const { url, cluster, peers, resources, reach, listen } = checked;
  assertEquals<unknown[]>(
    [url, cluster, peers, resources, checked.maxHops, reach, listen],
    ["wss://a.example/x", "default", { urls: [], sources: [] }, [], 3, "auto", undefined],
  );
});

Deno.test("checkNodeOptions refuses bad options with the value in the message", () => {
  const listen = "ws://127.0.0.1:0";
  assertThrows(() => checkNodeOptions({}), TypeError, "`listen`");
  assertThrows(() => checkNodeOptions({ listen: "http://a" }), TypeError, "http://a");
  assertThrows(() => checkNodeOptions({ listen: "ws://0.0.0.0:1" }), TypeError, "`url`");
  assertThrows(() => checkNodeOptions({ listen: "wss://a:1" }), TypeError, "`tls`");
  assertThrows(() => checkNodeOptions({ listen, cluster: "" }), TypeError, "cluster");
  assertThrows(() => checkNodeOptions({ listen, peers: ["x"] }), TypeError, '"x"');
  assertThrows(() => checkNodeOptions({ listen, maxHops: 17 }), RangeError, "17");
  // @ts-expect-error: not a reach
  assertThrows(() => checkNodeOptions({ listen, reach: "far" }), TypeError, "far");
});

Deno.test("advertisedUrl keeps a URL as it was written but for port 0", () => {
  const real = "ws://127.0.0.1:4711/";
  assertEquals(advertisedUrl("ws://127.0.0.1:9001", real), "ws://127.0.0.1:9001");
  assertEquals(advertisedUrl("ws://127.0.0.1:0", real), "ws://127.0.0.1:4711");
  assertEquals(advertisedUrl("ws://127.0.0.1:0/path:0", real), "ws://127.0.0.1:4711/path:0");
  assertEquals(advertisedUrl("ws://[::1]:0/", real), "ws://[::1]:4711/");
});
