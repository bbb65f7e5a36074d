/**
 * Rules for what may pass between clusters, changed while the federation lives.
 */
import { assertEquals } from "@std/assert";
import { type LinkPolicy, type SimulatedNode, SimulatedWorld } from "@farcall/farcall/testing";
import { mustKeepAllPromises } from "./pinned_runs.ts";

const CLOSED: LinkPolicy = {
  links: ["c0", "c1", "c2"].map((one) => ({ from: one, to: one, allow: true }))
    .concat({ from: "*", to: "*", allow: false }),
};
const OPEN: LinkPolicy = {};

const listed = (node: SimulatedNode): string[] => node.listings().map(({ fun }) => fun as string);

/** A chain of three clusters whose first node offers a function. */
function chain(): { world: SimulatedWorld; nodes: SimulatedNode[] } {
  const world = new SimulatedWorld({ seed: 6 });
  const a = world.addNode("a", { setup: (node) => void node.register("f", () => 1) });
  const b = world.addNode("b", { cluster: "c1", peers: [a] });
  const c = world.addNode("c", { cluster: "c2", peers: [b] });
  assertEquals(world.settle().violations, []);
  return { world, nodes: [a, b, c] };
}

Deno.test("A border that closes takes back what passed it, and one that opens lets it pass again", () => {
  const { world, nodes: [a, b, c] } = chain();
  if (a === undefined || b === undefined || c === undefined) throw new Error("The chain is short");
  assertEquals([b, c].map(listed), [["f"], ["f"]]);
  // It is enough that one end refuses, be it the one that tells or the one that hears.
  for (const border of [a, b]) {
    border.setPolicy(CLOSED);
    assertEquals(world.settle().violations, []);
    assertEquals([b, c].map(listed), [[], []]);
    border.setPolicy(OPEN);
    assertEquals(world.settle().violations, []);
    assertEquals([b, c].map(listed), [["f"], ["f"]]);
  }
});

Deno.test("What changed behind a closed border is known when it opens", () => {
  const { world, nodes: [a, b, c] } = chain();
  if (a === undefined || b === undefined || c === undefined) throw new Error("The chain is short");
  b.setPolicy(CLOSED);
  world.settle();
  a.register("g", () => 2);
  world.settle();
  assertEquals(listed(c), []);
  b.setPolicy(OPEN);
  assertEquals(world.settle().violations, []);
  assertEquals([b, c].map((node) => listed(node).toSorted()), [["f", "g"], ["f", "g"]]);
});

Deno.test("What import rules keep out is listed nowhere on that node alone, and is there again when they go", () => {
  const { world, nodes: [a, b, c] } = chain();
  if (a === undefined || b === undefined || c === undefined) throw new Error("The chain is short");
  b.setPolicy({ imports: [{ functions: "f", from: "c0", allow: false }] });
  a.register("g", () => 2);
  assertEquals(world.settle().violations, []);
  assertEquals([b, c].map((node) => listed(node).toSorted()), [["g"], ["f", "g"]]);
  b.setPolicy({ imports: [{ from: "c0", allow: false }, { functions: "*", allow: true }] });
  assertEquals(world.settle().violations, []);
  assertEquals([b, c].map((node) => listed(node).toSorted()), [[], ["f", "g"]]);
  b.setPolicy(OPEN);
  assertEquals(world.settle().violations, []);
  assertEquals([b, c].map((node) => listed(node).toSorted()), [["f", "g"], ["f", "g"]]);
});

Deno.test("Federations whose rules change again and again keep all promises", () => {
  mustKeepAllPromises({ from: 90_000, runs: 40, faults: { weights: { policy: 40 } } });
});
