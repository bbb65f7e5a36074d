/**
 * The checkers catch what is wrong: worlds with a planted fault must be found guilty, and told well.
 */
import { callError } from "@farcall/farcall";
import { type GroupName, Payload } from "@farcall/farcall/core";
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  drawStory,
  failureReport,
  runStory,
  shrinkStory,
  simulate,
  SimulatedWorld,
  type Story,
  type Tamper,
} from "@farcall/farcall/testing";
import { functionName, hopCount } from "../../lib/protocol/names.ts";

/** The first story of these options that a tampered world fails. */
function firstFailing(tamper: Tamper, runs = 40): Story {
  for (let seed = 1; seed <= runs; seed += 1) {
    const story = drawStory({ seed, nodes: 5 });
    if (runStory(story, { tamper }).violations.length > 0) return story;
  }
  throw new Error(`None of ${runs} runs found the fault`);
}

/** Which promises one tampered world breaks over some runs. */
function broken(tamper: Tamper, runs = 40): Set<string> {
  const found = new Set<string>();
  for (let seed = 1; seed <= runs; seed += 1) {
    for (const one of simulate({ seed, nodes: 5, tamper }).violations) found.add(one.invariant);
  }
  return found;
}

const losesReach: Tamper = (message, from, to) =>
  message.type === "reach" && from === "n1" && to === "n0" ? undefined : message;

Deno.test("The table checker finds a link that loses announcements without a word", () => {
  assert(broken(losesReach).has("I1"));
});

Deno.test("The table checker finds a link that loses what takes announcements back", () => {
  const tamper: Tamper = (message) =>
    message.type === "reach" && message.hopCount === undefined ? undefined : message;
  assert(broken(tamper).has("I3"));
});

Deno.test("The frame checker finds a hop count that no link supports", () => {
  const skips: Tamper = (message, from) =>
    message.type === "reach" && message.hopCount === 1 && from === "n1"
      ? { ...message, hopCount: hopCount(2) }
      : message;
  assert(broken(skips).has("I5"));
});

Deno.test("The frame checker finds a relay that changes an offer", () => {
  const renames: Tamper = (message, from) => {
    if (message.type !== "offers" || from !== "n1") return message;
    const add = message.add.map((one) => {
      return { ...one, offer: { ...one.offer, fun: functionName("forged") } };
    });
    return { ...message, add };
  };
  assert(broken(renames).has("I2"));
});

Deno.test("The frame checker finds a node that tells an origin about itself", () => {
  const origins = new Map<string, GroupName>();
  const reflects: Tamper = (message, from, to) => {
    if (message.type !== "name") return message;
    origins.set(`${new URL(message.group.origin).hostname}`, message.group);
    const theirs = origins.get(`${to}.example`);
    return theirs === undefined || from === "n0" ? message : { ...message, group: theirs };
  };
  assert(broken(reflects).has("I4"));
});

Deno.test("The call checker finds an answer that was changed on its way", () => {
  const changes: Tamper = (message) =>
    message.type === "result" ? { ...message, value: Payload.fromValue("forged") } : message;
  assertEquals([...broken(changes)], ["I8"]);
});

Deno.test("The call checker finds an error that lies about whether the function ran", () => {
  const lies: Tamper = (message) => {
    if (message.type !== "result") return message;
    return { type: "error", id: message.id, error: callError("UNAVAILABLE", "Lost", "no") };
  };
  assertEquals([...broken(lies)], ["I8"]);
});

Deno.test("The world finds frames that no honest codec writes", () => {
  const breaks: Tamper = (message) =>
    message.type === "reach" ? { ...message, handle: -1 } : message;
  assert(broken(breaks, 10).has("codec"));
});

Deno.test("failureReport tells seed, replay, a shorter story and a drawing", () => {
  const story = firstFailing(losesReach);
  const report = failureReport(story, { tamper: losesReach }, "deno task sim --seed 1 --runs 1");
  assertMatch(report, new RegExp(`^Seed ${story.seed} \\(safety`));
  assertMatch(report, /^Replay: deno task sim --seed 1 --runs 1$/m);
  assertMatch(report, /! +I1: n\d lists n1 /);
  assertMatch(report, /^graph LR$/m);
  assertMatch(report, /^ {2}n\d --- n\d$/m);
});

Deno.test("shrinkStory leaves out every operation that the failure does not need", () => {
  const story = firstFailing(losesReach);
  const short = shrinkStory(story, { tamper: losesReach });
  assert(short.operations.length <= 3, `${short.operations.length} operations are left`);
  assert(short.edges.length < story.edges.length);
  assert(runStory(short, { tamper: losesReach }).violations.length > 0);
});

Deno.test("SimulatedWorld.settle reports a link that can't come up", () => {
  const world = new SimulatedWorld({
    tamper: (message) => message.type === "hello" ? undefined : message,
  });
  const a = world.addNode("a");
  world.addNode("b", { peers: [a] });
  const { violations } = world.settle();
  assertEquals(new Set(violations.map(({ invariant }) => invariant)), new Set(["I6", "I10"]));
});
