/**
 * A link that keeps falling: for a while it announces nothing, and receives.
 */
import { assertEquals } from "@std/assert";
import { type SimulatedNode, SimulatedWorld } from "@farcall/farcall/testing";

/** A quick pair, the first of which has seen its link fall three times when the second begins a new life. */
function flapped(): { world: SimulatedWorld; a: SimulatedNode; b: SimulatedNode } {
  const faults = { latencyMsMax: 1, narrowChance: 0 };
  const world = new SimulatedWorld({ seed: 2, faults });
  const setup = (node: SimulatedNode): void => void node.register(node.name, () => 0);
  const a = world.addNode("a", { setup });
  const b = world.addNode("b", { setup, peers: [a] });
  world.pass(500);
  for (let fall = 0; fall < 2; fall += 1) {
    world.cut(a, b);
    world.pass(100);
    assertEquals(a.links(), []);
    world.repair(a, b);
    world.pass(4_000);
    assertEquals(a.links(), [b.url]);
    assertEquals(listed(a), ["a", "b"]);
  }
  b.kill();
  world.pass(10);
  b.start();
  return { world, a, b };
}

const listed = (node: SimulatedNode): string[] => {
  return node.listings().map(({ fun }) => fun as string).toSorted();
};

Deno.test("A link that fell three times within 60 s announces nothing for 5 s, and receives", () => {
  const { world, a, b } = flapped();
  world.pass(1_000);
  assertEquals([a.links(), b.links()], [[b.url], [a.url]]);
  assertEquals(listed(a), ["a", "b"], "b is new and holds nothing back");
  assertEquals(listed(b), ["b"], "a holds back");
  world.pass(5_000);
  assertEquals(listed(b), ["a", "b"]);
  assertEquals(world.settle().violations, []);
});

Deno.test("A link is not held any more when its falls are long ago", () => {
  const { world, a, b } = flapped();
  world.pass(70_000);
  world.cut(a, b);
  world.pass(100);
  world.repair(a, b);
  world.pass(1_000);
  assertEquals([listed(a), listed(b)], [["a", "b"], ["a", "b"]]);
});
