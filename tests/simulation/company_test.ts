/**
 * Random federations with nodes that flood, with two nodes of one URL, and with import rules, under the same faults as all
 * others.
 */
import { assert, assertEquals } from "@std/assert";
import { drawStory } from "@farcall/farcall/testing";
import { mustKeepAllPromises } from "./pinned_runs.ts";

for (const mode of ["safety", "liveness"] as const) {
  Deno.test(`Federations with flooding nodes keep all promises (${mode})`, () => {
    const results = mustKeepAllPromises({ from: 70_000, runs: 20, mode, flooders: 2, twins: 0 });
    const foreign = results.flatMap(({ listings }) => [...listings.values()].flat())
      .filter(({ dialect }) => dialect === "reference");
    // Else nothing was tried.
    assert(foreign.length > 50, `${foreign.length} offers of flooding nodes were listed`);
  });

  Deno.test(`Federations with two nodes of one URL keep all promises (${mode})`, () => {
    mustKeepAllPromises({ from: 75_000, runs: 40, mode, flooders: 0, twins: 1 });
  });
}

Deno.test("Federations with flooding nodes and nodes of one URL at once keep all promises", () => {
  mustKeepAllPromises({ from: 80_000, runs: 10, flooders: 2, twins: 2, nodes: 8 });
});

Deno.test("drawStory draws some federations with flooding nodes, with twins, and with import rules", () => {
  const stories = Array.from({ length: 400 }, (_, seed) => drawStory({ seed }));
  const share = (isOne: (story: (typeof stories)[number]) => boolean): number =>
    stories.filter(isOne).length / stories.length;
  const mixed = share(({ flooders }) => flooders > 0);
  const twinned = share(({ twins }) => twins.length > 0);
  const ruled = share(({ imports }) => imports.some((one) => one > 0));
  for (const part of [mixed, twinned, ruled]) assert(part > 0.05 && part < 0.5, `${part}`);
  for (const { edges, operations, nodes, flooders } of stories) {
    const numbers = [...edges.flat(), ...operations.flatMap(({ node, other }) => [node, other])];
    assertEquals(numbers.filter((number) => number >= nodes + flooders), []);
  }
});
