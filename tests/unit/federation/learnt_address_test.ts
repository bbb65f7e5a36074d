import { assertEquals } from "@std/assert";
import { mayDialLearnt } from "../../../lib/federation/learnt_address.ts";
import { nodeUrl } from "../../../lib/protocol/names.ts";

function may(url: string, self: string): boolean {
  return mayDialLearnt(nodeUrl(url), nodeUrl(self));
}

Deno.test("mayDialLearnt lets nobody lead a public node into its host or network", () => {
  const closed = [
    "ws://127.0.0.1:1",
    "ws://0x7f.1:1",
    "ws://2130706433:1",
    "ws://0.0.0.0:1",
    "ws://localhost:1",
    "ws://a.localhost:1",
    "ws://169.254.169.254",
    "ws://10.0.0.1",
    "ws://172.16.0.1",
    "ws://172.31.255.1",
    "ws://192.168.1.1",
    "ws://100.64.0.1",
    "ws://[::1]:1",
    "ws://[::]:1",
    "ws://[fe80::1]",
    "ws://[fd00::1]",
    "ws://[::ffff:127.0.0.1]",
    "ws://[::ffff:10.0.0.1]",
  ];
  assertEquals(closed.filter((url) => may(url, "wss://node.example")), []);
  assertEquals(closed.filter((url) => may(url, "ws://203.0.113.1")), []);
});

Deno.test("mayDialLearnt lets nodes of one kind of address find each other, and everybody public nodes", () => {
  assertEquals(may("ws://127.0.0.1:2", "ws://127.0.0.1:1"), true);
  assertEquals(may("ws://10.0.0.2", "ws://192.168.0.1"), true);
  assertEquals(may("ws://127.0.0.1:2", "ws://10.0.0.1"), false);
  assertEquals(may("wss://node.example", "ws://127.0.0.1:1"), true);
  assertEquals(may("ws://172.32.0.1", "wss://node.example"), true);
  assertEquals(may("ws://[2001:db8::1]", "wss://node.example"), true);
});
