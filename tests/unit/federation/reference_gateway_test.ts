import { assert, assertEquals } from "@std/assert";
import { AnnouncementTracker } from "../../../lib/federation/announcement_tracker.ts";
import { HopRouter } from "../../../lib/federation/hop_router.ts";
import type { OwnOffer } from "../../../lib/federation/reference_announcements.ts";
import { ReferenceGateway } from "../../../lib/federation/reference_gateway.ts";
import type { GroupView, LinkId, ProxyWriter } from "../../../lib/federation/router_contract.ts";
import type { Announcement } from "../../../lib/protocol/announcement.ts";
import { FUNCTIONS_PER_HELLO_MAX } from "../../../lib/protocol/limits.ts";
import {
  announcementId,
  clusterId,
  functionName,
  hopCount,
  incarnation,
  type MaxHops,
  maxHops,
  nodeUrl,
  resourceName,
  resourceSet,
} from "../../../lib/protocol/names.ts";

const SELF = {
  url: nodeUrl("ws://self.example:9000"),
  cluster: clusterId("c"),
  incarnation: incarnation("L1"),
};
const P = nodeUrl("ws://p.example:9000");
const Q = nodeUrl("ws://q.example:9000");
const X = nodeUrl("ws://x.example:9000");

interface Copy {
  readonly funs: readonly string[];
  readonly locs?: readonly string[];
  readonly from?: string | null;
  readonly hops?: number;
  readonly max?: number;
  readonly id?: string;
  readonly source?: string;
}

function copy(
  { funs, locs = [], from = P, hops = 0, max = 3, id = "", source }: Copy,
): Announcement {
  return {
    capabilities: {
      functions: funs.map(functionName),
      resources: locs.map(resourceName),
      clusterId: clusterId("c"),
      advertisedUrls: from === null ? [] : [nodeUrl(from)],
    },
    propagation: {
      hopCount: hopCount(hops),
      // What a lenient codec would hand over for a radius above our ceiling.
      maxHops: max as MaxHops,
      announcementId: announcementId(id),
      originalSource: source === undefined ? undefined : nodeUrl(source),
    },
  };
}

function group(offers: readonly Offered[], more: Partial<GroupView["name"]> = {}): GroupView {
  return {
    index: 7,
    name: {
      origin: X,
      incarnation: incarnation("I"),
      maxHops: maxHops(5),
      scope: "",
      cluster: clusterId("c"),
      base: 0,
      ...more,
    },
    distance: 1,
    offers: offers.map(([id, at, fun, ...resources]) => ({
      offer: { id, fun: functionName(fun), resources: resources.map(resourceName) },
      at,
    })),
  };
}
type Offered = readonly [id: number, at: number, fun: string, ...resources: string[]];

/** A gateway on a router that keeps what is written to it. */
class Bench implements ProxyWriter {
  own: OwnOffer[] = [];
  readonly routerLog: string[] = [];
  readonly #proxies = new Map<string, string>();
  readonly gateway = new ReferenceGateway({
    self: SELF,
    router: this,
    tracker: new AnnouncementTracker(),
    ownOffers: () => this.own,
  });

  setProxy(
    { origin, base, maxHops, source, offers }: Parameters<ProxyWriter["setProxy"]>[0],
  ): void {
    const key = `${origin} base ${base} max ${maxHops} via ${source}`;
    const text = offers.map((one) => `${one.fun}[${one.resources}]`).sort().join(" ");
    if (text === "") this.#proxies.delete(key);
    else this.#proxies.set(key, text);
  }

  linkUp(link: LinkId, { url }: { readonly url: string }): void {
    this.routerLog.push(`up ${link} ${url}`);
  }

  linkDown(link: LinkId): void {
    this.routerLog.push(`down ${link}`);
  }

  proxies(): string[] {
    return [...this.#proxies].map(([key, text]) => `${key}: ${text}`).sort();
  }

  offerOwn(fun: string, resources: readonly string[] = [], hops = 3): void {
    const offer = { fun: functionName(fun), resources: resourceSet(resources) };
    this.own.push({ ...offer, maxHops: maxHops(hops) });
  }

  /** What one step emits, in short. */
  step(now: number): string[] {
    const out: string[] = [];
    this.gateway.step(now, {
      goodbye: (link) => out.push(`${link} GOODBYE`),
      hello: (link, { capabilities, propagation }) => {
        const { announcementId: id, hopCount, maxHops, originalSource = "" } = propagation;
        assertEquals(capabilities.advertisedUrls, [SELF.url]);
        const said = `${capabilities.functions.join("+")}[${capabilities.resources}]`;
        out.push(`${link} ${said} ${hopCount}/${maxHops} <${id}> ${originalSource}`.trimEnd());
      },
    });
    return out;
  }

  /** A link whose handshake is over. */
  accept(link: LinkId, from: string, now = 0): void {
    this.gateway.linkUp(link, "accepted", undefined, now);
    this.gateway.hello(link, copy({ funs: [], from }), now);
    this.step(now);
  }

  dial(link: LinkId, url: string, now = 0): void {
    this.gateway.linkUp(link, "dialed", nodeUrl(url), now);
    this.gateway.hello(link, copy({ funs: [], from: url }), now);
    this.step(now);
  }
}

Deno.test("ReferenceGateway greets at once on a dialled link, one HELLO for each set of resources and radius", () => {
  const bench = new Bench();
  bench.offerOwn("f");
  bench.offerOwn("g", ["gpu", "cpu"]);
  bench.offerOwn("h");
  bench.offerOwn("near", [], 1);
  bench.offerOwn("private", [], 0);
  bench.gateway.linkUp(1, "dialed", P, 0);
  assertEquals(bench.step(0), ["1 f+h[] 0/3 <>", "1 g[cpu,gpu] 0/3 <>", "1 near[] 0/1 <>"]);
  assertEquals(bench.routerLog, []);
});

Deno.test("ReferenceGateway answers an initial HELLO once on an accepted link and never on a dialled one", () => {
  const bench = new Bench();
  bench.gateway.linkUp(1, "accepted", undefined, 0);
  assertEquals(bench.step(0), []);
  assertEquals(bench.gateway.hello(1, copy({ funs: ["a"] }), 0), "added");
  assertEquals(bench.step(0), ["1 [] 0/3 <>"]);
  bench.gateway.hello(1, copy({ funs: ["a"] }), 1);
  assertEquals(bench.step(1), []);
  bench.gateway.linkUp(2, "dialed", Q, 2);
  assertEquals(bench.step(2), ["2 [] 0/3 <>"]);
  bench.gateway.hello(2, copy({ funs: ["b"], from: Q }), 3);
  bench.step(3);
  bench.gateway.hello(2, copy({ funs: ["b"], from: Q }), 4);
  assertEquals(bench.step(4), []);
  assertEquals(bench.routerLog, [`up 1 ${P}`, `up 2 ${Q}`]);
});

Deno.test("ReferenceGateway repeats its handshake every 20 s over one link of each peer", () => {
  const bench = new Bench();
  bench.accept(1, P);
  bench.dial(2, P);
  assertEquals(bench.step(19_999), []);
  assertEquals(bench.step(20_000), ["2 [] 0/3 <>"]);
  assertEquals(bench.gateway.step(20_000, { hello: () => {}, goodbye: () => {} }), 40_000);
});

Deno.test("ReferenceGateway writes a proxy group for what a HELLO says, one link farther", () => {
  const bench = new Bench();
  bench.accept(1, P);
  bench.gateway.hello(1, copy({ funs: ["a", "b"], locs: ["gpu", "cpu"] }), 0);
  bench.gateway.hello(1, copy({ funs: ["x"], hops: 1, id: "i", source: X }), 0);
  assertEquals(bench.proxies(), [
    `${P} base 1 max 3 via 1: a[cpu,gpu] b[cpu,gpu]`,
    `${X} base 2 max 3 via 1: x[]`,
  ]);
});

Deno.test("ReferenceGateway names the peer as origin where the source is empty or the copy is initial", () => {
  const bench = new Bench();
  bench.accept(1, P);
  bench.gateway.hello(1, copy({ funs: ["a"], source: X }), 0);
  bench.gateway.hello(1, copy({ funs: ["b"], hops: 1, id: "i" }), 0);
  assertEquals(bench.proxies(), [`${P} base 1 max 3 via 1: a[]`, `${P} base 2 max 3 via 1: b[]`]);
});

Deno.test("ReferenceGateway takes nothing from copies that went too far, came home or have no sender", () => {
  const bench = new Bench();
  bench.accept(1, P);
  const senseless: Copy[] = [
    { funs: ["x"], hops: 3, source: X },
    { funs: ["x"], hops: 1, source: SELF.url },
    { funs: ["x"], hops: 0, max: 0 },
  ];
  for (const one of senseless) assertEquals(bench.gateway.hello(1, copy(one), 0), "added");
  bench.gateway.linkUp(2, "accepted", undefined, 0);
  assertEquals(bench.gateway.hello(2, copy({ funs: ["x"], from: null }), 0), "added");
  assertEquals(bench.proxies(), []);
});

Deno.test("ReferenceGateway never makes itself a peer", () => {
  const bench = new Bench();
  bench.gateway.linkUp(1, "dialed", SELF.url, 0);
  assertEquals(bench.gateway.hello(1, copy({ funs: ["x"], from: SELF.url }), 0), "added");
  assertEquals([bench.proxies(), bench.routerLog], [[], []]);
});

Deno.test("ReferenceGateway names a radius above the ceiling with 16 and counts it", () => {
  const bench = new Bench();
  bench.accept(1, P);
  bench.gateway.hello(1, copy({ funs: ["x"], max: 1_000 }), 0);
  bench.gateway.hello(1, copy({ funs: ["y"], max: 1_000, hops: 16, source: X, id: "i" }), 0);
  assertEquals(bench.proxies(), [`${P} base 1 max 16 via 1: x[]`]);
  assertEquals(bench.gateway.counts(), { clamped: 2, refused: 0 });
});

Deno.test("ReferenceGateway lets a shorter copy of a known id count and no longer one", () => {
  const bench = new Bench();
  bench.accept(1, P);
  const hear = (hops: number, id: string): void => {
    bench.gateway.hello(1, copy({ funs: ["x"], hops, id, max: 8, source: X }), 0);
  };
  hear(3, "i");
  hear(4, "i");
  assertEquals(bench.proxies(), [`${X} base 4 max 8 via 1: x[]`]);
  hear(2, "i~2");
  assertEquals(bench.proxies(), [`${X} base 3 max 8 via 1: x[]`]);
  hear(6, "j");
  assertEquals(bench.proxies(), [`${X} base 7 max 8 via 1: x[]`]);
  hear(2, "i");
  assertEquals(bench.proxies(), [`${X} base 7 max 8 via 1: x[]`]);
});

Deno.test("ReferenceGateway keeps the announced radius when a handshake repeats the function", () => {
  const bench = new Bench();
  bench.accept(1, P);
  bench.gateway.hello(1, copy({ funs: ["x"], id: `${P}:1`, max: 5, source: P }), 0);
  bench.gateway.hello(1, copy({ funs: ["x", "y"] }), 1);
  assertEquals(bench.proxies(), [`${P} base 1 max 3 via 1: y[]`, `${P} base 1 max 5 via 1: x[]`]);
});

Deno.test("ReferenceGateway writes an offer by its nearest way and by the next one when that is lost", () => {
  const bench = new Bench();
  bench.accept(1, P);
  bench.accept(2, Q);
  bench.gateway.hello(1, copy({ funs: ["x"], hops: 1, id: "i", source: X }), 0);
  bench.gateway.hello(2, copy({ funs: ["x"], from: Q, hops: 2, id: "i", source: X }), 0);
  assertEquals(bench.proxies(), [`${X} base 2 max 3 via 1: x[]`]);
  bench.gateway.linkDown(1, 1);
  assertEquals(bench.proxies(), [`${X} base 3 max 3 via 2: x[]`]);
});

Deno.test("ReferenceGateway keeps what a peer told until its last link is gone", () => {
  const bench = new Bench();
  bench.accept(1, P);
  bench.dial(2, P);
  bench.gateway.hello(1, copy({ funs: ["x"] }), 0);
  assertEquals(bench.routerLog, [`up 1 ${P}`]);
  bench.gateway.linkDown(1, 1);
  assertEquals(bench.routerLog, [`up 1 ${P}`, "down 1", `up 2 ${P}`]);
  assertEquals(bench.proxies(), [`${P} base 1 max 3 via 2: x[]`]);
  bench.gateway.linkDown(2, 2);
  assertEquals(bench.proxies(), []);
  const { tracked: _, ...left } = bench.gateway.sizes();
  assertEquals(new Set(Object.values(left)), new Set([0]));
});

Deno.test("ReferenceGateway wakes once more to forget its ids after the last peer is gone", () => {
  const bench = new Bench();
  bench.dial(1, P);
  bench.gateway.flood(1, group([[1, 4, "f"]]), hopCount(2));
  bench.step(1);
  bench.gateway.linkDown(1, 2);
  const silent = { hello: () => {}, goodbye: () => {} };
  const wakeAt = bench.gateway.step(2, silent);
  assertEquals(wakeAt, 300_002);
  assertEquals(bench.gateway.step(wakeAt, silent), Infinity);
  assertEquals(new Set(Object.values(bench.gateway.sizes())), new Set([0]));
});

Deno.test("ReferenceGateway believes a GOODBYE only over a link that may speak for the node", () => {
  const bench = new Bench();
  bench.accept(1, P);
  bench.accept(2, Q);
  bench.gateway.hello(1, copy({ funs: ["x"] }), 0);
  bench.gateway.goodbye(2, P, 0);
  assertEquals(bench.proxies().length, 1);
  bench.gateway.goodbye(1, P, 0);
  assertEquals(bench.proxies(), []);
  bench.gateway.hello(1, copy({ funs: ["y"] }), 1);
  assertEquals(bench.proxies(), [`${P} base 1 max 3 via 1: y[]`]);
});

Deno.test("ReferenceGateway lets what a far gateway told expire unless it is told again", () => {
  const bench = new Bench();
  bench.accept(1, P);
  const hear = (suffix: string, now: number): void => {
    const id = `${X}:x:I.4${suffix}`;
    bench.gateway.hello(1, copy({ funs: ["x"], hops: 1, id, source: X }), now);
  };
  hear("", 0);
  bench.gateway.hello(1, copy({ funs: ["y"], hops: 1, id: `${X}:1700.5`, source: X }), 0);
  hear("@2", 240_000);
  bench.step(310_000);
  assertEquals(bench.proxies(), [`${X} base 2 max 3 via 1: x[] y[]`]);
  bench.step(540_000);
  assertEquals(bench.proxies(), [`${X} base 2 max 3 via 1: y[]`]);
});

Deno.test("ReferenceGateway lets nothing expire that holds by itself, whatever a gateway adds", () => {
  const bench = new Bench();
  bench.accept(1, P);
  bench.gateway.hello(1, copy({ funs: ["x"], hops: 1, id: `${X}:1700.5`, source: X }), 0);
  bench.gateway.hello(1, copy({ funs: ["x"], hops: 2, id: `${X}:x:I.4`, source: X }), 1);
  bench.gateway.hello(1, copy({ funs: ["y"], hops: 0, id: `${P}:y:I.4`, source: P }), 2);
  bench.step(900_000);
  assertEquals(bench.proxies(), [`${P} base 1 max 3 via 1: y[]`, `${X} base 2 max 3 via 1: x[]`]);
});

Deno.test("ReferenceGateway takes the cluster of an origin from its own HELLO, else from the forwarder", () => {
  const clusters: string[] = [];
  const gateway = new ReferenceGateway({
    self: SELF,
    router: {
      setProxy: ({ origin, cluster, offers }) => {
        if (offers.length > 0) clusters.push(`${origin} ${cluster}`);
      },
      linkUp: () => {},
      linkDown: () => {},
    },
    tracker: new AnnouncementTracker(),
    ownOffers: () => [],
  });
  const hear = (link: LinkId, cluster: string, said: Copy): void => {
    const heard = copy(said);
    const capabilities = { ...heard.capabilities, clusterId: clusterId(cluster) };
    gateway.hello(link, { ...heard, capabilities }, 0);
  };
  gateway.linkUp(1, "accepted", undefined, 0);
  gateway.linkUp(2, "accepted", undefined, 0);
  hear(1, "forwarder", { funs: ["x"], hops: 1, id: "i", source: X });
  hear(2, "own", { funs: ["y"], from: X });
  hear(2, "moved", { funs: ["y"], from: X, id: "j" });
  assertEquals(clusters.slice(0, 3), [`${X} forwarder`, `${X} own`, `${X} own`]);
  assertEquals(clusters.slice(3), [`${X} moved`, `${X} moved`]);
});

Deno.test("ReferenceGateway tells one HELLO per function with ids that any gateway would give", () => {
  const bench = new Bench();
  bench.dial(1, P);
  bench.gateway.flood(1, group([[1, 4, "f"], [2, 9, "g", "gpu", "cpu"]]), hopCount(2));
  assertEquals(bench.step(1), [
    `1 f[] 2/5 <${X}:f:I.4> ${X}`,
    `1 g[cpu,gpu] 2/5 <${X}:g:I.9> ${X}`,
  ]);
  assertEquals(bench.step(2), []);
});

Deno.test("ReferenceGateway gives different ids to two offers of one function in one version", () => {
  const bench = new Bench();
  bench.dial(1, P);
  bench.gateway.flood(1, group([[1, 4, "f"], [2, 4, "f", "gpu"]]), hopCount(2));
  assertEquals(bench.step(1), [
    `1 f[] 2/5 <${X}:f:I.4> ${X}`,
    `1 f[gpu] 2/5 <${X}:f:I.4.2> ${X}`,
  ]);
});

Deno.test("ReferenceGateway marks a shorter copy, says nothing of a longer one and only new offers anew", () => {
  const bench = new Bench();
  bench.dial(1, P);
  bench.gateway.flood(1, group([[1, 4, "f"]]), hopCount(3));
  bench.step(1);
  bench.gateway.flood(1, group([[1, 4, "f"]]), hopCount(1));
  assertEquals(bench.step(2), [`1 f[] 1/5 <${X}:f:I.4~1> ${X}`]);
  bench.gateway.flood(1, group([[1, 4, "f"]]), hopCount(2));
  assertEquals(bench.step(3), []);
  bench.gateway.flood(1, group([[1, 4, "f"], [2, 5, "g"]]), hopCount(2));
  assertEquals(bench.step(4), [`1 g[] 2/5 <${X}:g:I.5> ${X}`]);
});

Deno.test("ReferenceGateway repeats its copies every 120 s with the number of that time, while they hold", () => {
  const bench = new Bench();
  bench.dial(1, P);
  bench.gateway.flood(1, group([[1, 4, "f"]]), hopCount(2));
  bench.step(1);
  const copies = (now: number): string[] => bench.step(now).filter((line) => line.includes("<ws:"));
  assertEquals(copies(119_999), []);
  assertEquals(copies(120_000), [`1 f[] 2/5 <${X}:f:I.4@1> ${X}`]);
  assertEquals(copies(239_999), []);
  assertEquals(copies(240_000), [`1 f[] 2/5 <${X}:f:I.4@2> ${X}`]);
  bench.gateway.flood(1, group([[1, 4, "f"]]), undefined);
  assertEquals(copies(360_000), []);
});

Deno.test("ReferenceGateway gives a new id to an offer that comes back while the old id is remembered", () => {
  const bench = new Bench();
  bench.dial(1, P);
  bench.gateway.flood(1, group([[1, 4, "f"]]), hopCount(2));
  bench.step(1);
  bench.gateway.flood(1, group([]), undefined);
  bench.step(2);
  bench.gateway.flood(1, group([[1, 4, "f"]]), hopCount(2));
  assertEquals(bench.step(3), [`1 f[] 2/5 <${X}:f:I.4@0> ${X}`]);
});

Deno.test("ReferenceGateway tells everything over the dialled one of two links, and all anew after it fell", () => {
  const bench = new Bench();
  bench.accept(1, P);
  bench.dial(2, P);
  bench.gateway.flood(1, group([[1, 4, "f"]]), hopCount(2));
  assertEquals(bench.step(1), [`2 f[] 2/5 <${X}:f:I.4> ${X}`]);
  bench.gateway.linkDown(1, 2);
  bench.gateway.flood(2, group([[1, 4, "f"]]), hopCount(2));
  assertEquals(bench.step(3), ["2 [] 0/3 <>", `2 f[] 2/5 <${X}:f:I.4> ${X}`]);
});

Deno.test("ReferenceGateway does not tell a peer what it knows by a way as short", () => {
  const bench = new Bench();
  bench.dial(1, P);
  bench.gateway.hello(1, copy({ funs: ["f"], hops: 2, max: 5, id: "i", source: X }), 0);
  bench.gateway.flood(1, group([[1, 4, "f"], [2, 4, "g"]]), hopCount(1));
  assertEquals(bench.step(1), [`1 g[] 1/5 <${X}:g:I.4> ${X}`]);
  bench.gateway.flood(1, group([[1, 4, "f"], [2, 4, "g"]]), hopCount(0));
  assertEquals(bench.step(2), [`1 f[] 0/5 <${X}:f:I.4> ${X}`, `1 g[] 0/5 <${X}:g:I.4~0> ${X}`]);
});

Deno.test("ReferenceGateway ignores its own copies when they come back", () => {
  const bench = new Bench();
  bench.dial(1, P);
  bench.gateway.flood(1, group([[1, 4, "f"]]), hopCount(1));
  bench.step(1);
  const id = `${X}:f:I.4`;
  bench.gateway.hello(1, copy({ funs: ["f"], hops: 2, max: 5, id, source: X }), 2);
  assertEquals(bench.proxies(), []);
  bench.gateway.hello(1, copy({ funs: ["f"], hops: 0, max: 5, id, source: X, from: X }), 2);
  assertEquals(bench.proxies(), [`${X} base 1 max 5 via 1: f[]`]);
});

Deno.test("ReferenceGateway takes own offers back by GOODBYE and a HELLO of what is left", () => {
  const bench = new Bench();
  bench.offerOwn("f");
  bench.offerOwn("g");
  bench.dial(1, P);
  bench.own = bench.own.filter((one) => one.fun !== "f");
  bench.gateway.ownOffersChanged(1);
  assertEquals(bench.step(1), ["1 GOODBYE"]);
  assertEquals(bench.step(2), []);
  bench.gateway.forgotten(1);
  assertEquals(bench.step(3), ["1 g[] 0/3 <>"]);
  bench.offerOwn("h");
  bench.gateway.ownOffersChanged(4);
  assertEquals(bench.step(4), []);
});

Deno.test("ReferenceGateway tells what is left after 2 s when its GOODBYE is not answered", () => {
  const bench = new Bench();
  bench.offerOwn("f");
  bench.dial(1, P);
  bench.own = [];
  bench.gateway.ownOffersChanged(19_000);
  assertEquals(bench.step(19_000), ["1 GOODBYE"]);
  assertEquals(bench.step(20_999), []);
  assertEquals(bench.gateway.step(20_999, { hello: () => {}, goodbye: () => {} }), 21_000);
  assertEquals(bench.step(21_000), ["1 [] 0/3 <>"]);
});

Deno.test("ReferenceGateway takes back what was told while it waited for an answer, by a second GOODBYE", () => {
  const bench = new Bench();
  bench.offerOwn("f");
  bench.dial(1, P);
  bench.own = [];
  bench.gateway.ownOffersChanged(1);
  assertEquals(bench.step(1), ["1 GOODBYE"]);
  bench.gateway.flood(1, group([[1, 4, "g"]], { origin: SELF.url }), hopCount(0));
  bench.step(2);
  bench.gateway.flood(1, group([], { origin: SELF.url }), undefined);
  bench.gateway.ownOffersChanged(3);
  assertEquals(bench.step(3), []);
  bench.gateway.forgotten(1);
  assertEquals(bench.step(4), ["1 GOODBYE"]);
  bench.gateway.forgotten(1);
  assertEquals(bench.step(5), ["1 [] 0/3 <>"]);
});

Deno.test("ReferenceGateway says GOODBYE again when its link fell before the answer", () => {
  const bench = new Bench();
  bench.offerOwn("f");
  bench.accept(1, P);
  bench.dial(2, P);
  bench.own = [];
  bench.gateway.ownOffersChanged(1);
  assertEquals(bench.step(1), ["2 GOODBYE"]);
  bench.gateway.linkDown(2, 2);
  assertEquals(bench.step(2), []);
  bench.gateway.linkUp(3, "dialed", P, 3);
  bench.gateway.hello(3, copy({ funs: [] }), 3);
  assertEquals(bench.step(3), ["3 GOODBYE"]);
});

Deno.test("ReferenceGateway leaves with one GOODBYE to each peer and says nothing after it", () => {
  const bench = new Bench();
  bench.offerOwn("f");
  bench.accept(1, P);
  bench.dial(2, P);
  bench.accept(3, Q);
  bench.gateway.linkUp(4, "dialed", X, 0);
  bench.step(0);
  bench.gateway.leave();
  bench.own = [];
  bench.gateway.ownOffersChanged(1);
  assertEquals(bench.step(1), ["2 GOODBYE", "3 GOODBYE", "4 GOODBYE"]);
  bench.gateway.flood(1, group([[1, 4, "f"]]), hopCount(1));
  assertEquals(bench.step(900_000), []);
});

Deno.test("ReferenceGateway takes back what it told by a copy, but waits for a link that it dialled", () => {
  const bench = new Bench();
  bench.accept(1, P);
  bench.gateway.flood(1, group([[1, 4, "f"]], { origin: SELF.url }), hopCount(0));
  assertEquals(bench.step(1), [`1 f[] 0/5 <${SELF.url}:f:I.4> ${SELF.url}`]);
  bench.gateway.flood(1, group([], { origin: SELF.url }), undefined);
  bench.gateway.ownOffersChanged(2);
  assertEquals(bench.step(2), []);
  bench.gateway.linkUp(2, "dialed", P, 3);
  bench.gateway.hello(2, copy({ funs: [] }), 3);
  assertEquals(bench.step(3), ["2 GOODBYE"]);
  bench.gateway.forgotten(2);
  assertEquals(bench.step(4), ["2 [] 0/3 <>"]);
});

Deno.test("ReferenceGateway tells offers of others over no link that the peer dialled, and all of them once it has dialled", () => {
  const bench = new Bench();
  bench.accept(1, P);
  bench.gateway.flood(1, group([[1, 4, "own"]], { origin: SELF.url }), hopCount(0));
  bench.gateway.flood(1, { ...group([[1, 4, "f"]]), index: 8 }, hopCount(2));
  const own = `own[] 0/5 <${SELF.url}:own:I.4> ${SELF.url}`;
  assertEquals(bench.step(1), [`1 ${own}`]);
  bench.gateway.linkUp(2, "dialed", P, 2);
  assertEquals(bench.step(2), ["2 [] 0/3 <>"]);
  bench.gateway.hello(2, copy({ funs: [] }), 3);
  assertEquals(bench.step(3), [`2 ${own}`, `2 f[] 2/5 <${X}:f:I.4> ${X}`]);
  bench.gateway.linkDown(2, 4);
  bench.gateway.flood(1, { ...group([[1, 4, "f"], [2, 5, "g"]]), index: 8 }, hopCount(2));
  assertEquals(bench.step(4), []);
});

Deno.test("ReferenceGateway refuses a HELLO that is too large and offers beyond its bounds", () => {
  const bench = new Bench();
  bench.accept(1, P);
  const many = (from: number, count: number): string[] =>
    Array.from({ length: count }, (_, at) => `f${from + at}`);
  const tooMany = copy({ funs: many(0, FUNCTIONS_PER_HELLO_MAX + 1) });
  assert(bench.gateway.hello(1, tooMany, 0) !== "added");
  const resources = copy({ funs: ["f"], locs: many(0, 65) });
  assert(bench.gateway.hello(1, resources, 0) !== "added");
  assertEquals(bench.proxies(), []);
  for (let from = 0; from < 4_096; from += 1_024) {
    assertEquals(bench.gateway.hello(1, copy({ funs: many(from, 1_024) }), 0), "added");
  }
  bench.gateway.hello(1, copy({ funs: many(9_000, 5) }), 0);
  assertEquals(bench.gateway.counts().refused, 5);
  assertEquals(bench.gateway.sizes()["facts"], 4_096);
});

Deno.test("ReferenceGateway and HopRouter carry an offer from one peer of the reference to another", () => {
  const router = new HopRouter({ self: SELF, observer: { groupChanged: () => {} } });
  const gateway = new ReferenceGateway({
    self: SELF,
    router,
    tracker: new AnnouncementTracker(),
    ownOffers: () => [],
  });
  const sent: string[] = [];
  const turn = (now: number): string[] => {
    sent.length = 0;
    const flood = gateway.flood.bind(gateway);
    router.flush({ send: () => {}, flood }, () => true, now);
    gateway.step(now, {
      goodbye: () => {},
      hello: (link, { capabilities, propagation }) => {
        if (propagation.announcementId === "") return;
        sent.push(
          `${link} ${capabilities.functions} ${propagation.hopCount}/${propagation.maxHops}`,
        );
      },
    });
    return [...sent];
  };
  gateway.linkUp(1, "dialed", P, 0);
  gateway.linkUp(2, "dialed", Q, 0);
  gateway.hello(1, copy({ funs: ["f"] }), 0);
  gateway.hello(2, copy({ funs: [], from: Q }), 0);
  router.register({ fun: functionName("own"), resources: [], maxHops: maxHops(2), scope: "" });
  assertEquals(turn(1).sort(), ["1 own 0/2", "2 f 1/3", "2 own 0/2"]);
  gateway.hello(1, copy({ funs: ["last"], hops: 2, id: "i", source: X }), 2);
  assertEquals(turn(2), []);
  assertEquals([...router.groups()].map((view) => view.distance).sort(), [0, 1, 3]);
  gateway.linkDown(1, 3);
  gateway.linkDown(2, 3);
  turn(3);
  assertEquals([...router.groups()].filter((view) => view.distance !== undefined).length, 1);
});
