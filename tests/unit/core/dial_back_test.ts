import { assert, assertEquals } from "@std/assert";
import { DialBook } from "../../../lib/core/dial_book.ts";
import { PeerDialer } from "../../../lib/core/peer_dialer.ts";
import { DIAL_BACK_ATTEMPTS_MAX, DIAL_BACKS_MAX } from "../../../lib/protocol/limits.ts";
import { type NodeUrl, nodeUrl } from "../../../lib/protocol/names.ts";

const P = nodeUrl("ws://p.example:9000");

/** A dialer, and the URLs that it dialled. */
class Bench {
  readonly dialed: string[] = [];
  readonly linked = new Set<NodeUrl>();
  readonly peers = new PeerDialer(new DialBook(), () => 0.5, (peer) => this.linked.has(peer));

  step(now: number): number {
    const edges = {
      dial: (_: number, order: { url: string }) => void this.dialed.push(order.url),
      send: () => {},
      close: () => {},
    };
    const owner = {
      settle: () => {},
      report: () => {},
      invoke: () => {},
      abort: () => {},
      ...{
        stopped: () => {},
        credit: () => {},
        items: () => {},
        wanted: () => {},
        given: () => {},
      },
    };
    return this.peers.step({ now, edges, owner });
  }

  /** Lets every dial fail until there is none more, or a hundred were made. */
  failAll(url: NodeUrl): void {
    for (let round = 0, now = 0; round < 100; round += 1) {
      const count = this.dialed.length;
      const wakeAt = this.step(now);
      if (this.dialed.length > count) this.peers.down(url, now);
      else if (wakeAt === Infinity) return;
      else now = wakeAt;
    }
  }
}

Deno.test("PeerDialer never gives up a peer that the author named", () => {
  const bench = new Bench();
  bench.peers.add(P, 0);
  bench.failAll(P);
  assert(bench.dialed.length > 40, `${bench.dialed.length} dials`);
});

Deno.test("PeerDialer gives up a node that it dials back after some failures, and does not begin anew while it is wanted", () => {
  const bench = new Bench();
  assertEquals(bench.peers.add(P, 0, "dial_back"), true);
  bench.failAll(P);
  assertEquals(bench.dialed.length, DIAL_BACK_ATTEMPTS_MAX);
  bench.peers.add(P, 1_000_000, "dial_back");
  bench.peers.linkLost(P, 1_000_000);
  assertEquals(bench.step(1_100_000), Infinity);
  bench.peers.release(P, "dial_back");
  bench.peers.add(P, 1_100_000, "dial_back");
  bench.step(1_100_000);
  assertEquals(bench.dialed.length, DIAL_BACK_ATTEMPTS_MAX + 1);
});

Deno.test("PeerDialer forgets a released node, also one that is due, but none that is dialled for another reason", () => {
  const bench = new Bench();
  bench.peers.add(P, 0, "dial_back");
  bench.peers.release(P, "configured");
  bench.step(0);
  assertEquals(bench.dialed, [P]);
  bench.peers.release(P, "dial_back");
  assertEquals(bench.peers.down(P, 1), undefined);
  assertEquals(bench.step(60_000), Infinity);
});

Deno.test("PeerDialer dials a node for ever once the author names it, whatever it was dialled for", () => {
  const bench = new Bench();
  bench.peers.add(P, 0, "dial_back");
  bench.failAll(P);
  bench.peers.add(P, 1_000_000);
  bench.peers.release(P, "dial_back");
  bench.step(1_000_000);
  assertEquals(bench.dialed.length, DIAL_BACK_ATTEMPTS_MAX + 1);
  assert(bench.peers.down(P, 1_000_001) !== undefined);
});

Deno.test("PeerDialer dials back no more nodes than the limit, and the author's however many", () => {
  const bench = new Bench();
  const url = (at: number): NodeUrl => nodeUrl(`ws://n${at}.example:9000`);
  const all = Array.from({ length: DIAL_BACKS_MAX + 1 }, (_, at) => at);
  const added = all.map((at) => bench.peers.add(url(at), 0, "dial_back"));
  assertEquals([added.indexOf(false), added.filter((one) => !one).length], [DIAL_BACKS_MAX, 1]);
  assertEquals(all.every((at) => bench.peers.add(url(1_000 + at), 0)), true);
  bench.step(0);
  assertEquals(bench.dialed.length, DIAL_BACKS_MAX + DIAL_BACKS_MAX + 1);
});
