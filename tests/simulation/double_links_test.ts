/**
 * Two nodes that dial each other have two connections for a while; nothing that came over either of them vanishes when one
 * of them goes.
 */
import { assertEquals } from "@std/assert";
import { SimulatedWorld } from "@farcall/farcall/testing";

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
