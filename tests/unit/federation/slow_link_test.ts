/** Where the first copy to arrive is not the shortest: whoever is in reach lists the offer all the same. */
import { assertEquals } from "@std/assert";
import { RouterWorld } from "../../property/router_world.ts";

const SLOW = 1000;

function distancesWithSlowLink(
  options: { readonly nodes: number; readonly maxHops: number },
  slow: readonly [number, number],
  links: readonly (readonly [number, number])[],
): (number | undefined)[] {
  const world = new RouterWorld({
    delay: (from, to) => slow.includes(from) && slow.includes(to) ? SLOW : 1,
  });
  for (let node = 0; node < options.nodes; node++) world.addNode();
  for (const [one, other] of links) world.link(one, other);
  world.settle();
  world.register(0, { fun: "f", maxHops: options.maxHops });
  world.settle();
  assertEquals(world.differences(), []);
  return Array.from({ length: options.nodes }, (_, node) => world.listed(node)[0]?.distance);
}

Deno.test("HopRouter reaches the node behind a slow short way and a fast long one, within three hops", () => {
  const [u, a, b, x, y] = [0, 1, 2, 3, 4];
  const links = [[u, a], [a, x], [a, b], [b, x], [x, y]] as const;
  assertEquals(distancesWithSlowLink({ nodes: 5, maxHops: 3 }, [a, x], links), [0, 1, 2, 2, 3]);
});

Deno.test("HopRouter reaches the node behind a slow short way and a fast long one, within two hops", () => {
  const [u, b, x, y] = [0, 1, 2, 3];
  const links = [[u, x], [u, b], [b, x], [x, y]] as const;
  assertEquals(distancesWithSlowLink({ nodes: 4, maxHops: 2 }, [u, x], links), [0, 1, 1, 2]);
});
