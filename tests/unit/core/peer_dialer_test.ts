import { assert, assertEquals } from "@std/assert";
import { DialBook } from "../../../lib/core/dial_book.ts";
import { PeerDialer } from "../../../lib/core/peer_dialer.ts";
import { LEARNT_ATTEMPTS_MAX, LEARNT_PEERS_MAX } from "../../../lib/protocol/limits.ts";
import {
  clusterId,
  incarnation,
  maxHops,
  type NodeUrl,
  nodeUrl,
} from "../../../lib/protocol/names.ts";

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

/** A dialer on a clock of its own, and the times at which it dials. */
class Bench {
  now = 0;
  readonly living = new Set<NodeUrl>();
  readonly linked = new Set<NodeUrl>();
  readonly peers = new PeerDialer(
    new DialBook(),
    () => 0.999,
    (peer) => this.linked.has(peer),
    (peer) => this.living.has(peer),
  );
  dialled: NodeUrl[] = [];

  step(): number {
    const nothing = (): void => {};
    return this.peers.step({
      now: this.now,
      edges: {
        send: nothing,
        close: nothing,
        dial: (_, order) => this.dialled.push(nodeUrl(order.url)),
      },
      owner: {
        ...{ settle: nothing, report: nothing, invoke: nothing, item: nothing, credit: nothing },
        ...{ abort: nothing, stopped: nothing, items: nothing, wanted: nothing, given: nothing },
      },
    });
  }

  /** Dials of these URLs fail at once from now on, so many times each; returns the pause before each dial but the first. */
  fail(times: number, ...urls: NodeUrl[]): number[] {
    const pauses: number[] = [];
    for (let left = times * urls.length; left > 0;) {
      const wakeAt = this.step();
      if (this.dialled.length === 0) {
        pauses.push(wakeAt - this.now);
        this.now = wakeAt;
      }
      for (const url of this.dialled.splice(0)) {
        left -= 1;
        this.peers.down(url, this.now);
      }
    }
    return pauses;
  }

  /** A group of this origin is in reach now. */
  news(origin: NodeUrl, distance: number | undefined, writer?: NodeUrl): void {
    const name = {
      ...{ origin, incarnation: incarnation("1"), maxHops: maxHops(3), scope: "" },
      ...{ cluster: clusterId("c"), base: 0, ...(writer === undefined ? {} : { writer }) },
    };
    this.peers.groupChanged({ index: 1, name, distance, offers: [] });
  }
}

Deno.test("PeerDialer dials a configured peer that is in reach over others every 5 s at least, other ones every 30 s", () => {
  for (const isLiving of [true, false]) {
    const bench = new Bench();
    bench.peers.add(url, 0);
    if (isLiving) bench.living.add(url);
    const longest = Math.max(...bench.fail(15, url));
    assertEquals(longest, isLiving ? 4_996 : 29_973);
  }
});

Deno.test("PeerDialer tries a peer soon that others tell of, every 10 s at most, and a learnt one not sooner", () => {
  for (const reason of ["configured", "member"] as const) {
    const bench = new Bench();
    bench.peers.add(url, 0, reason);
    bench.fail(11, url);
    const late = bench.step();
    assert(late - bench.now > 25_000);
    bench.news(url, undefined);
    bench.news(url, 2, nodeUrl("ws://gateway"));
    bench.news(nodeUrl("ws://b"), 1);
    assertEquals(bench.step(), late, "none of these is a sign of its life");
    bench.news(url, 1);
    if (reason === "member") {
      assertEquals(bench.step(), late);
      continue;
    }
    const [soon = 0] = bench.fail(1, url);
    assert(soon < 1_600, `${soon}`);
    const next = bench.step();
    assert(next - bench.now > 25_000, "one sign is one attempt");
    bench.news(url, 1);
    assertEquals(bench.step(), next, "too soon after the last one");
    bench.now += 10_000;
    bench.news(url, 1);
    assert(bench.step() - bench.now < 1_600);
  }
});

Deno.test("PeerDialer tries all that are away when one of them is back", () => {
  const bench = new Bench();
  const other = nodeUrl("ws://b");
  for (const one of [url, other]) bench.peers.add(one, 0);
  bench.fail(10, url, other);
  const late = bench.step();
  assert(late - bench.now > 25_000);
  bench.peers.up(url, url, bench.now);
  assert(bench.step() - bench.now < 1_600);
  // One that was gone for a moment tells nothing of the others.
  bench.fail(1, other);
  bench.now += 20_000;
  bench.peers.down(url, bench.now);
  bench.peers.up(url, url, bench.now);
  assert(bench.step() - bench.now > 1_600);
});

Deno.test("PeerDialer begins anew when a link that the other side dialled was up for long", () => {
  for (const upMs of [9_999, 10_000]) {
    const bench = new Bench();
    bench.peers.add(url, 0);
    bench.fail(11, url);
    bench.linked.add(url);
    bench.now += 60_000;
    bench.linked.delete(url);
    bench.peers.linkLost(url, bench.now, upMs);
    assertEquals(bench.step() - bench.now <= 100, upMs >= 10_000);
  }
});
