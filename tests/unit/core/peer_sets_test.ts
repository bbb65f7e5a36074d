import { assertEquals } from "@std/assert";
import { DialBook } from "../../../lib/core/dial_book.ts";
import { PeerDialer } from "../../../lib/core/peer_dialer.ts";
import { PeerSets } from "../../../lib/core/peer_sets.ts";
import { nodeUrl } from "../../../lib/protocol/names.ts";

const [a, b] = [nodeUrl("ws://a"), nodeUrl("ws://b")];

Deno.test("PeerSets leaves an address when no source names it any more, and only then", () => {
  const peers = new PeerDialer(new DialBook(), () => 0.5, () => false);
  const sets = new PeerSets(peers);
  const dialled = (): boolean[] => [a, b].map((url) => peers.reasonOf(url) === "configured");
  sets.set("dns+ws://one", [a, b], 0);
  sets.set("file:///two", [b], 0);
  sets.add(a, 0);
  assertEquals(dialled(), [true, true]);
  sets.set("dns+ws://one", [], 0);
  assertEquals(dialled(), [true, true]);
  sets.set("file:///two", [], 0);
  assertEquals(dialled(), [true, false]);
});

Deno.test("PeerSets does not dial again what turned out to be this node, while the source names it", () => {
  const peers = new PeerDialer(new DialBook(), () => 0.5, () => false);
  const sets = new PeerSets(peers);
  sets.set("dns+ws://one", [a, b], 0);
  peers.forget(a);
  sets.set("dns+ws://one", [a], 0);
  assertEquals(peers.reasonOf(a), undefined);
});
