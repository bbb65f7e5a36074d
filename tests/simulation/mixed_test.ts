/**
 * Farcall nodes and nodes of the reference's kind in one federation. On paths of farcall nodes every promise holds; beyond,
 * what was heard is best effort, and what is gone expires.
 */
import { assert, assertEquals } from "@std/assert";
import { type SimulatedNode, SimulatedWorld } from "@farcall/farcall/testing";
import { EXPIRED_MS, liveMixed, offers } from "./mixed_story.ts";

function listed(node: SimulatedNode): string[] {
  return node.listings().map(({ fun, distance }) => `${fun}@${distance}`).toSorted();
}

Deno.test("Offers of a flooding node reach farcall nodes along farcall links, and go with it", () => {
  const world = new SimulatedWorld({ seed: 1 });
  const a = world.addNode("a", { cluster: "c0" });
  const b = world.addNode("b", { cluster: "c0", peers: [a] });
  const c = world.addNode("c", { cluster: "c0", peers: [b] });
  const old = world.addFlooder("old", { cluster: "c1", peers: [a], functions: ["legacy"] });
  a.join(old);
  assertEquals(world.settle().violations, []);
  assertEquals([a, b, c].map(listed), [["legacy@1"], ["legacy@2"], ["legacy@3"]]);
  old.kill();
  assertEquals(world.settle().violations, []);
  assertEquals([a, b, c].map(listed), [[], [], []]);
});

Deno.test("Two gateways to one flooding node are one listing, the nearest", () => {
  const world = new SimulatedWorld({ seed: 2 });
  const a = world.addNode("a", { cluster: "c0" });
  const b = world.addNode("b", { cluster: "c0", peers: [a] });
  const c = world.addNode("c", { cluster: "c0", peers: [b] });
  const old = world.addFlooder("old", { cluster: "c1", peers: [a, c], functions: ["legacy"] });
  a.join(old);
  c.join(old);
  assertEquals(world.settle().violations, []);
  assertEquals([a, b, c].map(listed), [["legacy@1"], ["legacy@2"], ["legacy@1"]]);
  world.cut(a, old);
  assertEquals(world.settle().violations, []);
  assertEquals([a, b, c].map(listed), [["legacy@3"], ["legacy@2"], ["legacy@1"]]);
});

Deno.test("A farcall node behind a flooding one hears of farcall offers, and its ghosts expire", () => {
  const world = new SimulatedWorld({ seed: 3, faults: { latencyMsMax: 50 } });
  const a = world.addNode("a", { cluster: "c0", setup: offers("far") });
  const old = world.addFlooder("old", { cluster: "c1" });
  const b = world.addNode("b", { cluster: "c2", peers: [] });
  a.join(old);
  b.join(old);
  // The flooding node may have had no socket to b yet when it heard of the offer; it hears again with each refresh.
  world.pass(150_000);
  assertEquals(world.settle().violations, []);
  assertEquals(listed(b), ["far@2"]);
  a.kill(true);
  world.pass(EXPIRED_MS);
  assertEquals(world.settle(world.nodes, true).violations, []);
  assertEquals(listed(b), []);
});

Deno.test("A flooding node without power that nobody can dial is not listed for ever", () => {
  const world = new SimulatedWorld({ seed: 4, faults: { latencyMsMax: 50 } });
  const a = world.addNode("a", { cluster: "c0" });
  const old = world.addFlooder("old", { cluster: "c1", peers: [a], functions: ["legacy"] });
  world.pass(60_000);
  assertEquals(listed(a), ["legacy@1"]);
  world.pass(600_000);
  assertEquals(listed(a), ["legacy@1"], "it is quiet, and lives");
  old.kill(true);
  world.pass(EXPIRED_MS);
  assertEquals(world.settle(world.nodes, true).violations, []);
  assertEquals(listed(a), []);
});

Deno.test("Mixed federations keep their promises under random faults", () => {
  const heard = { through: 0, legacy: 0 };
  for (let seed = 1; seed <= 25; seed += 1) liveMixed(seed, heard);
  // Else nothing was tried.
  assert(
    heard.through > 5,
    `farcall offers were heard through flooding nodes ${heard.through} times`,
  );
  assert(heard.legacy > 20, `offers of flooding nodes were listed ${heard.legacy} times`);
});
