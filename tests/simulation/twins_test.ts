/**
 * Two live nodes with one URL: everybody lists the later life (I2, I3), and both learn of the conflict.
 */
import { assert, assertEquals } from "@std/assert";
import { type SimulatedNode, SimulatedWorld } from "@farcall/farcall/testing";
import { Chance } from "../../lib/testing/seeded_chance.ts";

const setup = (node: SimulatedNode): void => {
  node.register("where", () => node.name, { maxHops: 6 });
};

/** A world that notes who reports a conflict, and when. */
function watched(seed: number): { world: SimulatedWorld; conflicts: [string, number][] } {
  const conflicts: [string, number][] = [];
  const world = new SimulatedWorld({
    seed,
    onReport: (at, name, { type }) => {
      if (type === "url_conflict") conflicts.push([name, at]);
    },
  });
  return { world, conflicts };
}

/** Which lives of one URL a node lists. */
function livesAt(node: SimulatedNode, url: string): string[] {
  return node.listings().filter(({ origin }) => origin === url)
    .map(({ incarnation }) => incarnation as string);
}

Deno.test("Nodes list the later of two lives with one URL, and both lives report a conflict after 30 s", () => {
  const { world, conflicts } = watched(3);
  const one = world.addNode("one", { setup });
  const near = world.addNode("near", { setup, peers: [one] });
  const far = world.addNode("far", { setup, peers: [near] });
  const twin = world.addNode("twin", { setup, peers: [far], url: one.url });
  assertEquals(world.settle().violations, []);
  assertEquals(conflicts, [], "it might be a ghost after a restart");
  const [later, earlier] = (one.incarnation ?? "") > (twin.incarnation ?? "")
    ? [one, twin]
    : [twin, one];
  for (const node of [near, far]) assertEquals(livesAt(node, one.url), [`${later.incarnation}`]);
  assertEquals(livesAt(earlier, one.url), [`${earlier.incarnation}`], "a node lists itself");

  const began = world.now;
  world.pass(45_000);
  assertEquals(conflicts.map(([name]) => name).toSorted(), ["one", "twin"], "each once");
  for (const [, at] of conflicts) assert(at >= 30_000 && at < began + 45_000);

  later.kill();
  assertEquals(world.settle().violations, []);
  for (const node of [near, far]) assertEquals(livesAt(node, one.url), [`${earlier.incarnation}`]);
});

Deno.test("A restarted node does not take its own ghost for a conflict", () => {
  const { world, conflicts } = watched(4);
  const one = world.addNode("one", { setup });
  world.addNode("two", { setup, peers: [one] });
  world.settle();
  one.kill(true);
  one.start(86_400_000);
  assertEquals(world.settle().violations, []);
  world.pass(60_000);
  assertEquals(conflicts, []);
});

Deno.test("Two nodes with one URL and one neighbour do not throw each other's link out for ever", () => {
  const { world, conflicts } = watched(5);
  const hub = world.addNode("hub", { setup });
  const one = world.addNode("one", { setup, peers: [hub] });
  const twin = world.addNode("twin", { setup, peers: [hub], url: one.url });
  assertEquals(world.settle().violations, []);
  world.pass(60_000);
  const earlier = (one.incarnation ?? "") < (twin.incarnation ?? "") ? one : twin;
  assertEquals(earlier.links(), []);
  assertEquals(conflicts.map(([name]) => name), [earlier.name], "it learns from the refusal");
});

Deno.test("Federations with two nodes of one URL keep all promises under random faults", () => {
  let contested = 0;
  for (let seed = 1; seed <= 80; seed += 1) contested += liveWithTwins(seed);
  // Else nothing was tried.
  assert(contested > 20, `both twins were in reach of somebody in ${contested} runs`);
});

/** A chain with twins at its ends and faults in between; returns 1 when somebody had both in reach. */
function liveWithTwins(seed: number): number {
  const chance = new Chance(seed, 9);
  const { world } = watched(seed);
  const nodes: SimulatedNode[] = [];
  const size = chance.between(4, 8);
  for (let number = 0; number < size; number += 1) {
    const before = nodes[number - 1];
    const first = nodes[0];
    nodes.push(world.addNode(`n${number}`, {
      setup,
      peers: before === undefined ? [] : [before],
      ...(number === size - 1 && first !== undefined ? { url: first.url } : {}),
    }));
  }
  for (let count = 0; count < 12; count += 1) {
    world.pass(chance.below(8_000));
    const number = chance.below(size);
    const [node, next] = [nodes[number], nodes[(number + 1) % size]];
    if (node === undefined || next === undefined) continue;
    const deeds = [
      () => world.cut(node, next, chance.isHit(0.5) ? "reset" : "silent"),
      () => world.repair(node, next),
      () => world.repair(node, next),
      () => node.kill(chance.isHit(0.5)),
      () => node.start(chance.isHit(0.3) ? 86_400_000 : 0),
      () => node.start(),
      () => node.resync(),
    ];
    chance.pick(deeds)();
  }
  if (chance.isHit(0.7)) {
    for (const [number, node] of nodes.entries()) {
      node.start();
      world.repair(node, nodes[number - 1] ?? node);
    }
  }
  assertEquals(world.settle().violations, [], `seed ${seed}`);
  const [first, last] = [nodes[0], nodes[size - 1]];
  const isWhole = nodes.every((node, number) =>
    node.isAlive && (number === 0 || world.isOpen(node, nodes[number - 1] ?? node))
  );
  return isWhole && first !== undefined && last?.isAlive ? 1 : 0;
}
