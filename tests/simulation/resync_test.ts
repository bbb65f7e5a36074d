/**
 * A node that has reason to doubt what it was told asks for everything anew.
 */
import { assert, assertEquals } from "@std/assert";
import { SimulatedWorld } from "@farcall/farcall/testing";
import { mustKeepAllPromises } from "./pinned_runs.ts";

Deno.test("A resync brings back what a link has lost, in one exchange", () => {
  let isLossy = true;
  const world = new SimulatedWorld({
    seed: 1,
    tamper: (message, from) =>
      isLossy && message.type === "reach" && from === "a" ? undefined : message,
  });
  const a = world.addNode("a", { setup: (node) => void node.register("f", () => 1) });
  const b = world.addNode("b", { peers: [a] });
  const c = world.addNode("c", { peers: [b] });
  assert(world.settle().violations.length > 0);
  assertEquals(c.listings(), []);
  isLossy = false;
  b.resync();
  assertEquals(world.settle().violations, []);
  assertEquals(c.listings().length, 1);
});

Deno.test("Federations whose nodes ask for everything anew again and again keep all promises", () => {
  mustKeepAllPromises({ from: 70_000, runs: 40, faults: { weights: { resync: 40 } } });
});

Deno.test("Federations that start over on links that hold a few frames keep all promises", () => {
  const faults = { narrowChance: 1, pauseMsMax: 300, weights: { resync: 40, register: 20 } };
  mustKeepAllPromises({ from: 80_000, runs: 40, faults });
});
