/** What a peer, or an owner, may not do to a router: one test per limit. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { clusterId, incarnation, maxHops } from "../../../lib/protocol/names.ts";
import { OFFERS_PER_ORIGIN_MAX } from "../../../lib/protocol/limits.ts";
import type { PropagationMessage } from "../../../lib/protocol/v1_messages.ts";
import { announced, EMPTY_DIGEST, group, offer, offers, reach, Talk, url } from "./router_talk.ts";

function manyGroups(prefix: string, count: number): PropagationMessage[] {
  return Array.from({ length: count }, (_, n) => announced(n, group(`${prefix}${n}`), 1)).flat();
}

Deno.test("HopRouter refuses more offers than one node may have", () => {
  const talk = new Talk();
  for (let n = 0; n < OFFERS_PER_ORIGIN_MAX; n++) talk.register("f", 3, `s${n % 64}`);
  assertThrows(() => talk.register("one"), RangeError, "one");
});

Deno.test("HopRouter closes a link on what no good peer says, and keeps nothing of it", async (t) => {
  const named: PropagationMessage = { type: "name", handle: 1, group: group("o") };
  const broken: Record<string, [RegExp, ...PropagationMessage[]]> = {
    "an unknown handle": [/Unknown handle: 8/, reach(8, 1)],
    "content under an unknown handle": [/Unknown handle: 8/, offers(8)],
    "a wish for a handle never given": [/Unknown handle: 8/, { type: "want", handle: 8, have: 0 }],
    "a wish for no version": [/Not a version: -1/, { type: "want", handle: 1, have: -1 }],
    "a second digest": [/second digest/, EMPTY_DIGEST],
    "a hop count of 0 from another": [/does not write/, named, offers(1), reach(1, 0)],
    "a hop count of 0 for another life": [/does not write/, {
      type: "name",
      handle: 1,
      group: group("p", { incarnation: incarnation("L2") }),
    }, reach(1, 0)],
    "a hop count beyond every limit": [/from 0 to 16, not 17/, named, reach(1, 17)],
    "a handle in use": [/Handle 1 is in use/, named, { ...named, group: group("q") }],
    "a group named twice": [/named twice/, named, { ...named, handle: 2 }],
    "a negative handle": [/Not a handle/, { ...named, handle: -1 }],
    "a version beyond four bytes": [/Not a version/, named, reach(1, 1, 2 ** 32)],
    "a difference backwards": [/Not versions/, named, offers(1, { from: 2, to: 2, add: [] })],
    "an offer of a later version": [/of version 2/, named, offers(1, { add: [offer(1, 2)] })],
    "an offer twice": [/added twice/, named, offers(1, { add: [offer(1, 1), offer(1, 1)] })],
    "a deletion of a later version": [
      /Withdrawal 4/,
      named,
      offers(1, { del: [{ id: 4, at: 9 }] }),
    ],
    "an offer added and withdrawn": [/both/, named, offers(1, { del: [{ id: 1, at: 1 }] })],
    "a full set called final": [/final exactly/, named, offers(1, { final: true })],
    "an empty set not called final": [/final exactly/, named, offers(1, { add: [] })],
    "too many offers": [
      /More than 4096/,
      named,
      offers(1, {
        add: Array.from({ length: OFFERS_PER_ORIGIN_MAX + 1 }, (_, n) => offer(n, 1)),
      }),
    ],
    "a group that may not travel": [/maxHops is from 1/, {
      ...named,
      group: group("o", { maxHops: maxHops(0) }),
    }],
    "a base without a writer": [/writer exactly/, { ...named, group: group("o", { base: 1 }) }],
    "a base beyond the limit": [/below its maxHops/, {
      ...named,
      group: group("o", { base: 3, writer: url("p") }),
    }],
    "a proxy's base from another": [/does not write/, {
      ...named,
      group: group("o", { base: 1, writer: url("q") }),
    }, reach(1, 1)],
    "a proxy nearer than its base": [/from 2 to/, {
      ...named,
      group: group("o", { base: 2, writer: url("p") }),
    }, reach(1, 1)],
  };
  for (const [title, [sentence, ...messages]] of Object.entries(broken)) {
    await t.step(title, () => {
      const talk = new Talk({ retentionMs: 0 });
      talk.up(1, "p");
      assertMatch(talk.hear(1, ...announced(99, group("good"), 1), ...messages) ?? "", sentence);
      assertEquals(talk.listed(), []);
      talk.flush();
      assertEquals(talk.router.sizes(), { groups: 0, links: 0, dirty: 0, retained: 0 });
      assertEquals(talk.hear(1, ...announced(1, group("o"), 1)), undefined);
    });
  }
  await t.step("anything before the digest", () => {
    const talk = new Talk();
    talk.router.linkUp(1, { url: url("p"), cluster: clusterId("c") }, "vector", 0);
    assertMatch(talk.hear(1, named) ?? "", /begins with a digest/);
  });
});

Deno.test("HopRouter tells a link no more groups than allowed, and the rest when there is room", () => {
  const talk = new Talk({ retentionMs: 0 });
  for (const [link, name] of [[1, "p"], [2, "q"], [3, "r"]] as const) talk.up(link, name);
  talk.router.receive(1, manyGroups("a", 40_000), 0);
  talk.router.receive(2, manyGroups("b", 30_000), 0);
  const first = talk.say(3);
  const count = (messages: readonly PropagationMessage[], type: string): number =>
    messages.filter((message) => message.type === type).length;
  assertEquals([count(first, "name"), count(first, "reach")], [65_536, 65_536]);
  assertEquals(talk.say(3), []);
  talk.hear(1, ...Array.from({ length: 10_000 }, (_, n) => reach(n, undefined)));
  // Room appears while the frame is put together, so the rest may need the turn after it.
  const rest = [...talk.say(3), ...talk.say(3)];
  assertEquals(count(rest, "name"), 4_464);
});

Deno.test("HopRouter closes a link that names more groups than allowed", () => {
  const talk = new Talk();
  talk.up(1, "p");
  const fault = talk.router.receive(1, manyGroups("a", 65_537), 0);
  assertEquals(fault, "More than 65536 groups on one link");
});
