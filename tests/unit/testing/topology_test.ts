import { assert, assertEquals } from "@std/assert";
import { Chance } from "../../../lib/testing/seeded_chance.ts";
import { edgesOf, TOPOLOGIES } from "../../../lib/testing/topology.ts";

for (const topology of TOPOLOGIES) {
  Deno.test(`edgesOf gives a connected federation without doubles in the shape "${topology}"`, () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const nodes = 2 + seed % 20;
      const edges = edgesOf(topology, nodes, new Chance(seed));
      const reached = new Set([0]);
      for (const node of reached) {
        for (const [one, other] of edges) {
          if (one === node) reached.add(other);
          if (other === node) reached.add(one);
        }
      }
      assertEquals(reached.size, nodes, `seed ${seed}`);
      assert([...reached].every((node) => node < nodes));
      const pairs = edges.map(([one, other]) => [one, other].toSorted((a, b) => a - b).join(" "));
      assertEquals(new Set(pairs).size, pairs.length);
    }
  });
}
