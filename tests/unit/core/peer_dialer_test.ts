import { assert, assertEquals } from "@std/assert";
import { DialBook } from "../../../lib/core/dial_book.ts";
import { PeerDialer } from "../../../lib/core/peer_dialer.ts";
import { LEARNT_ATTEMPTS_MAX, LEARNT_PEERS_MAX } from "../../../lib/protocol/limits.ts";
import { nodeUrl } from "../../../lib/protocol/names.ts";

const url = nodeUrl("ws://a");

Deno.test("PeerDialer never gives up a configured peer, and a learnt one after a number of failures", () => {
  for (const reason of ["configured", "member"] as const) {
    const peers = new PeerDialer(new DialBook(), () => 0.5, () => false);
    peers.add(url, 0, reason);
    const pauses = Array.from({ length: 50 }, () => peers.down(url, 0));
    const tried = pauses.filter((pause) => pause !== undefined).length;
    assertEquals(tried, reason === "configured" ? 50 : LEARNT_ATTEMPTS_MAX - 1);
    assert(pauses.every((pause = 0) => pause <= 30_000));
    assertEquals(peers.failuresOf(url), reason === "configured" ? 50 : Infinity);
  }
});

Deno.test("PeerDialer takes up a learnt peer that was given up when the author names it", () => {
  const peers = new PeerDialer(new DialBook(), () => 0.5, () => false);
  peers.add(url, 0, "member");
  for (let count = 0; count < LEARNT_ATTEMPTS_MAX; count += 1) peers.down(url, 0);
  peers.add(url, 5, "configured");
  assertEquals(peers.reasonOf(url), "configured");
  assert(peers.failuresOf(url) < Infinity);
  peers.release(url, "member");
  assertEquals(peers.reasonOf(url), "configured");
});

Deno.test("PeerDialer has room for so many learnt peers", () => {
  const peers = new PeerDialer(new DialBook(), () => 0.5, () => false);
  const added = Array.from({ length: 100 }, (_, index) => {
    return peers.add(nodeUrl(`ws://n${index}`), 0, "member");
  });
  assertEquals(added.filter(Boolean).length, LEARNT_PEERS_MAX);
});
