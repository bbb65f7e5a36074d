import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type ClusterView, isMesh, nodesToDial } from "../../../lib/federation/cluster_peering.ts";
import { nodeUrl } from "../../../lib/protocol/names.ts";
import { seededNumbers } from "../../property/seeded_numbers.ts";

function view(part: Partial<ClusterView> & { readonly found?: number[] }): ClusterView {
  const { found = [], ...rest } = part;
  const seen = new Map(found.map((sightings, index) => [nodeUrl(`ws://n${index}`), sightings]));
  return { links: 0, dialled: 0, hopes: 0, unlinked: seen.size, seen, ...rest };
}

Deno.test("nodesToDial links everybody with everybody up to eight nodes", () => {
  const mesh = view({ links: 3, dialled: 0, found: [1, 1, 2, 3] });
  assert(isMesh(mesh));
  assertEquals(nodesToDial(mesh, () => 0.5).length, 4);
  assert(!isMesh(view({ links: 4, found: [1, 1, 2, 3] })));
});

Deno.test("nodesToDial takes those whom fewest see, two at a time", () => {
  const large = view({ links: 1, dialled: 1, found: [3, 1, 2, 1, 5, 4, 4, 4] });
  assertEquals(nodesToDial(large, () => 0.5).sort(), ["ws://n1", "ws://n3"]);
  assertEquals(nodesToDial({ ...large, hopes: 2 }, () => 0.5), []);
});

Deno.test("nodesToDial wants two links that it dialled itself, and no more than it needs", () => {
  const found = Array.from({ length: 20 }, () => 1);
  assertEquals(nodesToDial(view({ links: 9, dialled: 1, found }), () => 0).length, 1);
  assertEquals(nodesToDial(view({ links: 9, dialled: 2, found }), () => 0).length, 0);
  assertEquals(nodesToDial(view({ links: 5, dialled: 5, found }), () => 0).length, 1);
});

Deno.test("nodesToDial names only nodes that can be dialled, each once, for any view", () => {
  const counts = fc.nat({ max: 20 });
  fc.assert(fc.property(
    fc.record({ links: counts, dialled: counts, hopes: counts, found: fc.array(counts) }),
    fc.nat(),
    (part, seed) => {
      const made = view(part);
      const dialled = nodesToDial(made, seededNumbers(seed));
      assertEquals(new Set(dialled).size, dialled.length);
      assert(dialled.every((url) => made.seen.has(url)));
      assert(isMesh(made) || dialled.length <= 2);
    },
  ));
});
