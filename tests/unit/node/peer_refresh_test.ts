import { assertEquals } from "@std/assert";
import type { PeerReader } from "../../../lib/edges/peer_reader.ts";
import { PeerRefresh } from "../../../lib/node/peer_refresh.ts";
import { checkPeers } from "../../../lib/node/peer_source.ts";
import { nodeUrl } from "../../../lib/protocol/names.ts";
import { ManualClock } from "../../interop/manual_clock.ts";

const FELL = {
  type: "link_down",
  peer: nodeUrl("ws://x"),
  dialect: "farcall.v1",
  reason: "",
} as const;

function watched(peer: string): {
  readonly clock: ManualClock;
  readonly refresh: PeerRefresh;
  readonly found: string[];
  readonly failures: unknown[];
  readonly read: { count: number; answer: () => string };
} {
  const clock = new ManualClock();
  const found: string[] = [];
  const failures: unknown[] = [];
  const read = { count: 0, answer: () => "ws://a:1" };
  const answer = (): string => {
    read.count += 1;
    return read.answer();
  };
  const reader: PeerReader = {
    resolve: async () => await answer().split(" "),
    readFile: async () => await answer().replaceAll(" ", "\n"),
  };
  const refresh = new PeerRefresh(checkPeers([peer]).sources, {
    ...{ reader, clock, random: () => 0.5 },
    found: (_, urls) => found.push(urls.join(" ")),
    failed: (error) => failures.push(error),
  });
  return { clock, refresh, found, failures, read };
}

Deno.test("PeerRefresh reads a file every five seconds and tells changes only", async () => {
  const { clock, refresh, found, read } = watched("file:///nodes");
  refresh.start();
  await clock.settle();
  assertEquals(found, ["ws://a:1"]);
  await clock.pass(10_000);
  assertEquals([found.length, read.count], [1, 3]);
  read.answer = () => "ws://b:1 ws://a:1";
  await clock.pass(5_000);
  assertEquals(found, ["ws://a:1", "ws://a:1 ws://b:1"]);
  refresh.close();
  await clock.pass(60_000);
  assertEquals(read.count, 4);
});

Deno.test("PeerRefresh looks a name up every minute, and after a fall at once, but not more than once a second", async () => {
  const { clock, refresh, read } = watched("dns+ws://nodes:1");
  read.answer = () => "10.0.0.1";
  refresh.start();
  await clock.pass(59_000);
  assertEquals(read.count, 1);
  await clock.pass(1_000);
  assertEquals(read.count, 2);
  for (let count = 0; count < 10; count += 1) {
    await clock.pass(100);
    refresh.heard(FELL);
  }
  await clock.settle();
  assertEquals(read.count, 3);
  refresh.heard({ ...FELL, type: "link_up" });
  await clock.pass(5_000);
  assertEquals(read.count, 4);
  refresh.close();
});

Deno.test("PeerRefresh keeps what it knew while it can't read, tells that once, and tries again", async () => {
  const { clock, refresh, found, failures, read } = watched("file:///nodes");
  refresh.start();
  await clock.settle();
  read.answer = () => {
    throw new Error("gone");
  };
  await clock.pass(60_000);
  assertEquals([found.length, failures.length], [1, 1]);
  const tried = read.count;
  read.answer = () => "ws://b:1";
  await clock.pass(60_000);
  assertEquals([found.at(-1), tried > 4 && tried < 20], ["ws://b:1", true]);
  refresh.close();
});
