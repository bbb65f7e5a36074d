import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { clusterId, functionName, incarnation, maxHops } from "../../../lib/protocol/names.ts";
import type { PropagationMessage } from "../../../lib/protocol/v1_messages.ts";
import {
  announced,
  EMPTY_DIGEST,
  group,
  LIFE,
  offer,
  offers,
  reach,
  Talk,
  url,
} from "./router_talk.ts";

function types(messages: readonly PropagationMessage[]): string {
  return messages.map(({ type }) => type).join(" ");
}

Deno.test("HopRouter lists own offers at once, at distance 0, and drops them at once", () => {
  const talk = new Talk();
  const id = talk.register("f");
  assertEquals(talk.listed(), ["f@0"]);
  assertEquals(talk.news.map((view) => view.distance), [0]);
  assert(talk.router.withdraw(id));
  assertEquals(talk.listed(), []);
  assertEquals(talk.news.map((view) => view.distance), [0, undefined]);
  assertEquals(talk.router.withdraw(id), false);
});

Deno.test("HopRouter sends its digest first and tells nothing before the peer's digest", () => {
  const talk = new Talk();
  talk.register("f");
  talk.router.linkUp(1, { url: url("p"), cluster: clusterId("c") }, "vector", 0);
  assertEquals(types(talk.say(1)), "digest");
  assertEquals(types(talk.say(1)), "");
  talk.hear(1, { type: "digest", held: [], last: false });
  assertEquals(types(talk.say(1)), "");
  talk.hear(1, EMPTY_DIGEST);
  assertEquals(types(talk.say(1)), "name offers reach");
  assertEquals(talk.router.hasPending(), false);
});

Deno.test("HopRouter makes one version of all registrations of a turn", () => {
  const talk = new Talk();
  talk.up(1, "p");
  talk.register("f");
  talk.register("g");
  const [, content, header] = talk.say(1);
  assertEquals(content, {
    ...offers(1, { add: [offer(1, 1, "f"), offer(2, 1, "g")] }),
    floor: 1,
  });
  assertEquals(header, reach(1, 0, 1));
});

Deno.test("HopRouter makes no version of changes that cancel out", () => {
  const talk = new Talk();
  talk.up(1, "p");
  talk.register("f");
  talk.flush();
  talk.router.withdraw(talk.register("g"));
  assertEquals(talk.say(1), []);
  talk.router.withdraw(talk.register("h", 5));
  assertEquals(talk.say(1), []);
  assertEquals(talk.router.sizes().groups, 1);
});

Deno.test("HopRouter counts versions on when it offers again after taking all back", () => {
  const talk = new Talk();
  talk.up(1, "p");
  const id = talk.register("f");
  talk.flush();
  talk.router.withdraw(id);
  const [content, header] = talk.say(1);
  assertEquals(content, offers(1, { from: 0, to: 2, final: true, add: [], floor: 2 }));
  assertEquals(header, reach(1, undefined, 2));
  assertEquals(talk.router.sizes().groups, 0);
  talk.register("f");
  assertEquals(types(talk.say(1)), "name offers reach");
  assertEquals([...talk.router.groups()].map((view) => view.offers[0]?.at), [3]);
});

Deno.test("HopRouter keeps an offer with maxHops 0 on its own node", () => {
  const talk = new Talk();
  talk.up(1, "p");
  talk.register("f", 0);
  assertEquals(talk.say(1), []);
  assertEquals(talk.listed(), ["f@0"]);
});

Deno.test("HopRouter tells a neighbour its best hop count that does not begin with that neighbour", () => {
  const talk = new Talk();
  talk.up(1, "o");
  talk.up(2, "p");
  talk.hear(1, ...announced(7, group("o"), 0));
  const first = talk.flush();
  assertEquals(types(first.get(1) ?? []), "");
  assertEquals(first.get(2)?.at(-1), reach(1, 1, 1));
  talk.hear(2, { type: "name", handle: 1, group: group("o") }, reach(1, 1, 1));
  assertEquals(talk.say(2), [], "the way over p is no news for p");
  talk.router.linkDown(1, 0);
  assertEquals(talk.listed(), ["f1@2"]);
  assertEquals(talk.say(2), [reach(1, undefined, 1)], "no way left that does not begin with p");
});

Deno.test("HopRouter tells an origin nothing of itself and takes no word about its own groups", () => {
  const talk = new Talk();
  talk.up(1, "o");
  talk.up(2, "p");
  talk.hear(2, ...announced(1, group("o"), 1));
  assertEquals(talk.flush().get(1), undefined);
  const former = group("me", { incarnation: incarnation("L0") });
  talk.hear(2, ...announced(2, former, 1));
  assertEquals(talk.listed(), ["f1@2"]);
  assertEquals(talk.flush().get(1), undefined);
});

Deno.test("HopRouter takes a hop count beyond maxHops for none", () => {
  const talk = new Talk();
  talk.up(1, "p");
  talk.hear(1, ...announced(1, group("o"), 2));
  assertEquals(talk.listed(), ["f1@3"]);
  talk.hear(1, reach(1, 3));
  assertEquals(talk.listed(), []);
});

Deno.test("HopRouter asks for a content that it lacks, and lists nothing until it has it", () => {
  const talk = new Talk();
  talk.up(1, "p");
  talk.up(2, "q");
  talk.hear(1, { type: "name", handle: 9, group: group("o") }, reach(9, 1, 4));
  assertEquals(talk.listed(), []);
  const asked = talk.flush();
  assertEquals(asked.get(1), [{ type: "want", handle: 9, have: 0 }]);
  assertEquals(asked.get(2), undefined, "no header without content");
  talk.hear(1, offers(9, { to: 4 }));
  assertEquals(talk.listed(), ["f1@2"]);
  assertEquals(types(talk.say(2)), "name offers reach");
  talk.hear(1, offers(9, { from: 6, to: 7 }));
  assertEquals(talk.say(1), [{ type: "want", handle: 9, have: 4 }]);
});

Deno.test("HopRouter answers a wish with what the peer lacks", () => {
  const talk = new Talk();
  talk.up(1, "p");
  talk.register("f");
  talk.flush();
  talk.register("g");
  assertEquals(
    types(talk.say(1)),
    "offers",
    "a content is pushed without a wish, the header stands",
  );
  talk.hear(1, { type: "want", handle: 1, have: 1 });
  assertEquals(talk.say(1), [offers(1, { from: 1, to: 2, add: [offer(2, 2, "g")], floor: 1 })]);
});

Deno.test("HopRouter repeats the header to a peer that stopped advertising what it once held", () => {
  // The peer sent version 3, lost it, and took our header of version 2 that was on its way: it must learn that 3 exists.
  const talk = new Talk();
  talk.up(1, "o");
  talk.up(2, "p");
  talk.hear(1, ...announced(1, group("o"), 0, 2));
  assertEquals(types(talk.say(2)), "name offers reach");
  talk.hear(2, ...announced(5, group("o"), 1, 3));
  assertEquals(talk.say(2), [], "it says that it holds version 3");
  talk.hear(2, reach(5, undefined, 3));
  assertEquals(talk.say(2), [reach(1, 1, 3)]);
  talk.hear(2, { type: "want", handle: 1, have: 2 });
  assertEquals(types(talk.say(2)), "offers");
});

Deno.test("HopRouter keeps a group until a stalled neighbour was told of its end", () => {
  const talk = new Talk({ retentionMs: 0 });
  talk.up(1, "o");
  talk.up(2, "p");
  talk.hear(1, ...announced(1, group("o"), 0));
  talk.flush();
  talk.stalled.add(2);
  talk.router.linkDown(1, 0);
  talk.flush();
  assertEquals(talk.router.sizes(), { groups: 1, links: 1, dirty: 1, retained: 0 });
  talk.stalled.clear();
  assertEquals(talk.say(2), [reach(1, undefined, 1)]);
  assertEquals(talk.router.sizes(), { groups: 0, links: 1, dirty: 0, retained: 0 });
  assertEquals(talk.hear(2, { type: "want", handle: 1, have: 0 }), undefined, "a late wish");
});

Deno.test("HopRouter sends a stalled neighbour only the last word", () => {
  const talk = new Talk();
  talk.up(1, "p");
  talk.stalled.add(1);
  const ids = Array.from({ length: 20 }, (_, n) => {
    const id = talk.register(`f${n}`);
    talk.flush();
    return id;
  });
  for (const id of ids.slice(1)) talk.router.withdraw(id);
  talk.flush();
  assertEquals(talk.router.sizes().dirty, 1);
  talk.stalled.clear();
  const said = talk.say(1);
  assertEquals(types(said), "name offers reach");
  assertEquals(said[1]?.type === "offers" && said[1].add.length, 1);
});

Deno.test("HopRouter ignores frames of a session that is over", () => {
  const talk = new Talk();
  talk.up(1, "p");
  talk.router.linkDown(1, 0);
  talk.up(2, "p");
  assertEquals(talk.hear(1, ...announced(1, group("o"), 1)), undefined);
  assertEquals(talk.listed(), []);
  assertThrows(() => talk.up(2, "p"), RangeError, "up already: 2");
});

Deno.test("HopRouter keeps a lost content for a while, so that headers are enough", () => {
  const talk = new Talk({ retentionMs: 100 });
  talk.up(1, "p");
  talk.hear(1, ...announced(1, group("o"), 1, 4));
  talk.router.linkDown(1, 0);
  talk.flush();
  assertEquals(talk.router.sizes(), { groups: 0, links: 0, dirty: 0, retained: 1 });
  talk.router.linkUp(2, { url: url("p"), cluster: clusterId("c") }, "vector", 0);
  assertEquals(talk.say(2), [
    { type: "digest", held: [{ group: group("o"), seq: 4 }], last: true },
  ]);
  talk.hear(2, EMPTY_DIGEST, { type: "name", handle: 1, group: group("o") }, reach(1, 1, 4));
  assertEquals(talk.listed(), ["f1@2"]);
  assertEquals(talk.say(2), []);
  talk.router.linkDown(2, 0);
  talk.flush();
  assertEquals(talk.router.expire(99), 100);
  assertEquals(talk.router.expire(100), Infinity);
  assertEquals(talk.router.sizes().retained, 0);
});

Deno.test("HopRouter sends no content that the peer's digest names", () => {
  const talk = new Talk();
  talk.up(1, "o");
  talk.hear(1, ...announced(1, group("o"), 0, 4));
  talk.router.linkUp(2, { url: url("p"), cluster: clusterId("c") }, "vector", 0);
  talk.hear(2, { type: "digest", held: [{ group: group("o"), seq: 4 }], last: true });
  assertEquals(types(talk.say(2)), "digest name reach");
});

Deno.test("HopRouter discards what a peer says between its resync and the peer's fresh start", () => {
  const talk = new Talk();
  talk.up(1, "p");
  talk.hear(1, ...announced(1, group("o"), 1));
  talk.router.resync(1);
  assertEquals(talk.listed(), []);
  assertEquals(types(talk.say(1)), "resync");
  talk.hear(1, reach(1, 1), ...announced(2, group("q"), 1));
  assertEquals(talk.listed(), []);
  talk.hear(1, { type: "fresh" }, { type: "name", handle: 3, group: group("o") }, reach(3, 2, 1));
  assertEquals(talk.listed(), ["f1@3"]);
});

Deno.test("HopRouter starts over for a peer that asks for it, without resending what it holds", () => {
  const talk = new Talk();
  talk.up(1, "o");
  talk.up(2, "p");
  talk.hear(1, ...announced(1, group("o"), 0, 2));
  talk.register("f");
  talk.flush();
  talk.hear(2, { type: "resync", held: [{ group: group("o"), seq: 2 }] });
  assertEquals(types(talk.say(2)), "fresh name name offers reach reach");
});

Deno.test("HopRouter obeys a policy that changed, in both directions", () => {
  const talk = new Talk({ policy: { allows: () => false } });
  talk.up(1, "o");
  talk.up(2, "p");
  talk.hear(1, ...announced(1, group("o"), 0));
  talk.register("f");
  assertEquals(talk.listed(), ["f@0"]);
  assertEquals(talk.flush().size, 0);
  talk.router.setPolicy({ allows: () => true });
  assertEquals(types(talk.say(1)), "name offers reach want");
  talk.hear(1, offers(1));
  assertEquals(talk.listed(), ["f1@1", "f@0"]);
  talk.flush();
  talk.router.setPolicy({ allows: () => false });
  assertEquals(talk.listed(), ["f@0"]);
  assertEquals(types(talk.say(2)), "reach reach");
});

Deno.test("HopRouter names the link to the newest life of an origin, and to its gateway otherwise", () => {
  const talk = new Talk();
  talk.up(1, "p");
  talk.up(2, "q");
  talk.hear(1, ...announced(1, group("o"), 1));
  assertEquals(talk.router.nextHop(url("o")), 1);
  talk.hear(2, ...announced(1, group("o", { incarnation: incarnation("L2") }), 2));
  assertEquals(talk.router.nextHop(url("o")), 2);
  talk.hear(2, ...announced(2, group("old", { writer: url("q"), base: 1 }), 1));
  assertEquals(talk.router.nextHop(url("old")), 2);
  assertEquals(talk.router.nextHop(url("me")), undefined);
});

Deno.test("HopRouter writes proxy groups at their base and tells them on from there", () => {
  const talk = new Talk();
  talk.up(1, "p");
  talk.up(2, "old");
  const proxy = {
    origin: url("old"),
    cluster: clusterId("c"),
    base: 2,
    maxHops: maxHops(3),
    source: 50,
    offers: [{ fun: functionName("f"), resources: [] }],
  };
  talk.router.setProxy(proxy);
  assertEquals(talk.listed(), ["f@2"]);
  const said = talk.flush();
  assertEquals(said.get(1)?.[0], {
    type: "name",
    handle: 1,
    group: group("old", { writer: url("me"), base: 2 }),
  });
  assertEquals(said.get(1)?.at(-1), reach(1, 2, 1));
  assertEquals(said.get(2), undefined, "the origin is not told of itself");
  talk.router.setProxy({
    ...proxy,
    source: 51,
    offers: [{ fun: functionName("g"), resources: [] }],
  });
  assertEquals(talk.listed(), ["f@2", "g@2"]);
  talk.router.setProxy({ ...proxy, offers: [] });
  assertEquals(talk.listed(), ["g@2"]);
  talk.router.setProxy({ ...proxy, source: 51, offers: [] });
  assertEquals(talk.listed(), []);
  assertEquals(types(talk.say(1)), "offers reach");
  assertEquals(talk.router.sizes().groups, 0);
  assertThrows(() => talk.router.setProxy({ ...proxy, base: 4 }), RangeError, "not 4");
});

Deno.test("HopRouter lists another gateway's proxy group one link beyond its hop count", () => {
  const talk = new Talk();
  talk.up(1, "gate");
  talk.up(2, "old");
  talk.up(3, "p");
  const name = group("old", { writer: url("gate"), base: 1 });
  talk.hear(1, ...announced(1, name, 1));
  assertEquals(talk.listed(), ["f1@2"]);
  const said = talk.flush();
  assertEquals([said.has(1), said.has(2)], [false, false]);
  assertEquals(said.get(3)?.at(-1), reach(1, 2, 1));
});

Deno.test("HopRouter hands a link of the other dialect every target and content that changed", () => {
  const talk = new Talk();
  const peer = { url: url("old"), cluster: clusterId("d") };
  talk.register("own");
  talk.router.linkUp(7, peer, "flood", 0);
  talk.flush();
  assertEquals(talk.floods.splice(0), [[7, "own", 0]]);
  talk.up(1, "o");
  talk.hear(1, ...announced(1, group("o"), 0));
  talk.flush();
  assertEquals(talk.floods.splice(0), [[7, "f1", 1]]);
  talk.hear(1, offers(1, { from: 1, to: 2, add: [offer(2, 2)] }));
  talk.flush();
  assertEquals(talk.floods.splice(0), [[7, "f1,f2", 1]]);
  talk.router.linkDown(1, 0);
  talk.flush();
  assertEquals(talk.floods.splice(0), [[7, "", undefined]]);
  talk.router.setProxy({
    origin: url("far"),
    cluster: clusterId("d"),
    base: 1,
    maxHops: maxHops(3),
    source: 7,
    offers: [{ fun: functionName("f"), resources: [] }],
  });
  talk.flush();
  assertEquals(talk.floods, [], "never back to where it came from");
  assertMatch(talk.hear(7, EMPTY_DIGEST) ?? "", /another dialect/);
});

Deno.test("HopRouter tells a change to its observer once, and nothing when nothing changed", () => {
  const talk = new Talk();
  talk.up(1, "p");
  talk.up(2, "q");
  talk.hear(1, ...announced(1, group("o"), 1));
  talk.hear(2, ...announced(1, group("o"), 1));
  talk.hear(2, reach(1, 2));
  assertEquals(talk.news.map((view) => view.distance), [2]);
  talk.router.linkDown(1, 0);
  assertEquals(talk.news.map((view) => view.distance), [2, 3]);
  assertEquals(talk.news[0]?.name.incarnation, LIFE);
});
