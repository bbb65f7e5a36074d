/**
 * Two nodes that dial each other have two connections for a while; nothing that came over either of them vanishes when one
 * of them goes.
 */
import { assertEquals } from "@std/assert";
import { type SimulatedNode, SimulatedWorld } from "@farcall/farcall/testing";
import { Chance } from "../../lib/testing/seeded_chance.ts";

Deno.test("Nodes that dial each other over slow paths list offers without a gap (I11)", () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const faults = { latencyMsMin: 300, latencyMsMax: 1_200, narrowChance: 0 };
    const world = new SimulatedWorld({ seed, faults });
    const one = world.addNode("one", { setup: (node) => void node.register("f", () => 1) });
    const two = world.addNode("two", { peers: [one], isLate: true });
    one.join(two);
    world.settle();
    const { violations } = world.settleAfter(() => two.start());
    assertEquals(violations, [], `seed ${seed}`);
    assertEquals(two.listings().length, 1);
  }
});

/** More runs by hand: `FARCALL_RUNS=5000 deno test -A tests/simulation/double_links_test.ts`. */
const RUNS = Number(Deno.env.get("FARCALL_RUNS") ?? 0);

Deno.test("Nodes that dial each other late list offers without a gap while others come, and keep one connection (I11)", () => {
  for (let seed = 1; seed <= Math.max(RUNS, 200); seed += 1) {
    const chance = new Chance(seed, 21);
    const faults = { latencyMsMin: 1, latencyMsMax: chance.pick([20, 300, 1_200]), jitter: 0.9 };
    const world = new SimulatedWorld({ seed, faults });
    const setup = (node: SimulatedNode): void => void node.register(node.name, () => 1);
    const before = world.addNode("before", { setup });
    // Of two connections the one stays that the smaller URL dialled: the older one, or the newer.
    const names = chance.isHit(0.5) ? ["one", "two"] as const : ["two", "one"] as const;
    const one = world.addNode(names[0], { setup, peers: [before] });
    const two = world.addNode(names[1], { setup, peers: [one] });
    const behind = world.addNode("behind", { setup, peers: [two] });
    if (chance.isHit(0.3)) behind.join(before);
    assertEquals(world.settle().violations, [], `seed ${seed}`);
    const began = world.now;
    const { violations } = world.settleAfter(() => {
      one.join(two);
      for (let count = 0; count < 6; count += 1) {
        world.pass(chance.logBetween(1, 2_000));
        chance.pick([before, one, two, behind]).register(`f${count}`, () => 1);
      }
    });
    const gaps = violations.filter(({ invariant }) => invariant === "I11");
    assertEquals(gaps, [], `seed ${seed}`);
    assertEquals(world.settle().violations.filter(({ invariant }) => invariant !== "I4"), []);
    world.pass(Math.max(0, began + 60_000 - world.now));
    for (const node of [one, two]) {
      assertEquals(node.sizes()?.connections, node.links().length, `seed ${seed}`);
    }
  }
});
