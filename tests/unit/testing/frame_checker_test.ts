import { assertEquals, assertMatch } from "@std/assert";
import {
  clusterId,
  functionName,
  hopCount,
  incarnation,
  maxHops,
  nodeUrl,
} from "../../../lib/protocol/names.ts";
import type { GroupName, V1Message } from "../../../lib/protocol/v1_messages.ts";
import type { End } from "../../../lib/testing/connection_ends.ts";
import { FrameChecker } from "../../../lib/testing/frame_checker.ts";
import type { Place } from "../../../lib/testing/simulated_paths.ts";
import { endsBetween, testEnds, urlOf } from "./test_ends.ts";

const GROUP: GroupName = {
  origin: nodeUrl(urlOf("a")),
  incarnation: incarnation("1"),
  maxHops: maxHops(3),
  scope: "",
  cluster: clusterId("c"),
  base: 0,
};

const name = (handle: number): V1Message => ({ type: "name", handle, group: GROUP });
const reach = (handle: number, hops?: number): V1Message => {
  const count = hops === undefined ? undefined : hopCount(hops);
  return { type: "reach", handle, hopCount: count, seq: 1 };
};
const offers = (handle: number, fun = "f"): V1Message => ({
  ...{ type: "offers", handle, from: 0, to: 1, final: false, del: [], floor: 0 },
  add: [{ at: 1, offer: { id: 1, fun: functionName(fun), resources: [] } }],
});

/** A chain a, b, c, and a checker on its links. */
class Chain {
  readonly checker = new FrameChecker((place) => ({ url: urlOf(place.name), incarnation: "1" }));
  readonly ab: End;
  readonly ba: End;
  readonly bc: End;
  readonly cb: End;

  constructor() {
    [this.ab, this.ba] = testEnds("a", "b");
    const c: Place = { ...this.ab.place, name: "c", index: 2 };
    [this.bc, this.cb] = endsBetween(this.ba.place, c, 3);
  }

  say(from: End, ...messages: V1Message[]): this {
    this.checker.sent(from, messages);
    this.checker.taken(from.peer(), messages, true);
    return this;
  }

  get verdicts(): string[] {
    return this.checker.violations.map(({ invariant, text }) => `${invariant} ${text}`);
  }
}

Deno.test("FrameChecker has nothing against an offer that travels along a chain and is taken back", () => {
  const chain = new Chain();
  chain.say(chain.ab, name(1), offers(1), reach(1, 0))
    .say(chain.bc, name(1), offers(1), reach(1, 1))
    .say(chain.ab, reach(1))
    .say(chain.bc, reach(1));
  assertEquals(chain.verdicts, []);
});

Deno.test("FrameChecker finds a hop count that is not one more than what another link said (I5)", () => {
  const skips = new Chain();
  skips.say(skips.ab, name(1), reach(1, 0)).say(skips.bc, name(1), reach(1, 2));
  assertMatch(skips.verdicts.join(), /^I5 b tells c hop count 2/);

  const forgets = new Chain();
  forgets.say(forgets.ab, name(1), reach(1, 0), reach(1)).say(forgets.bc, name(1), reach(1, 1));
  assertMatch(forgets.verdicts.join(), /^I5 b tells c hop count 1/);

  const pretends = new Chain();
  pretends.say(pretends.bc, name(1), reach(1, 0));
  assertMatch(pretends.verdicts.join(), /^I5 b tells c hop count 0/);
});

Deno.test("FrameChecker finds a word that outlived its connection (I5)", () => {
  const chain = new Chain();
  chain.say(chain.ab, name(1), reach(1, 0));
  chain.checker.closed(chain.ba);
  chain.say(chain.bc, name(1), reach(1, 1));
  assertMatch(chain.verdicts.join(), /^I5 b tells c hop count 1/);
});

Deno.test("FrameChecker finds a node that tells an origin about itself (I4)", () => {
  const chain = new Chain();
  chain.say(chain.ba, name(1));
  assertMatch(chain.verdicts.join(), /^I4 b tells a about its own/);
});

Deno.test("FrameChecker finds an offer that is told in two ways (I2)", () => {
  const chain = new Chain();
  chain.say(chain.ab, name(1), offers(1), reach(1, 0)).say(chain.bc, name(1), offers(1, "g"));
  assertMatch(chain.verdicts.join(), /^I2 b tells "g \[\]".*"f \[\]"/);
});

Deno.test("FrameChecker counts the records of one change (I4)", () => {
  const storms = new Chain();
  storms.checker.beginEpisode();
  storms.say(storms.ab, name(1), ...Array(4).fill(reach(1, 0)), offers(1), offers(1));
  storms.checker.endEpisode();
  assertMatch(
    storms.verdicts.join("\n"),
    /^I4 one change cost 4 distances.*\nI4 .*version 1 2 times/,
  );

  const asked = new Chain();
  asked.checker.beginEpisode();
  asked.say(asked.ab, name(1), offers(1), reach(1, 0))
    .say(asked.ba, { type: "want", handle: 1, have: 0 })
    .say(asked.ab, offers(1));
  asked.checker.endEpisode();
  assertEquals(asked.verdicts, []);
});

Deno.test("FrameChecker finds a federation that still speaks long after the last change (I4)", () => {
  const chain = new Chain();
  for (let round = 0; round < 10; round += 1) chain.say(chain.ab, name(1), reach(1, 0));
  assertMatch(chain.verdicts[0] ?? "", /^I4 a still speaks of .* 8 rounds after the last change/);
});
