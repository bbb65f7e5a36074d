/**
 * A cluster that fell apart hangs together again however long it was apart, also when nobody whom the authors named lives any
 * more: a node goes on looking for those that it had links to.
 */
import { assert, assertEquals } from "@std/assert";
import { type SimulatedNode, SimulatedWorld } from "@farcall/farcall/testing";
import { CLUSTER_MESH_MAX } from "../../lib/protocol/limits.ts";
import { seededNumbers } from "../property/seeded_numbers.ts";
import { clusterFaults } from "./forming_cluster.ts";

/** More runs by hand: `FARCALL_RUNS=200 deno test -A tests/simulation/long_partition_test.ts`. */
const RUNS = Number(Deno.env.get("FARCALL_RUNS") ?? 0);
/** World time within which the parts find each other, in ms: each node dials four of those it misses every 30 s at most. */
const HEALED_WITHIN_MS = 120_000;

interface Apart {
  readonly world: SimulatedWorld;
  readonly nodes: readonly SimulatedNode[];
}

/** A cluster that was formed through one node, which is dead now. */
function orphaned(seed: number, size: number): Apart {
  const world = new SimulatedWorld({ seed, faults: { narrowChance: 0 } });
  const named = world.addNode("named", { formsCluster: true });
  const nodes = Array.from({ length: size }, (_, number) =>
    world.addNode(`n${number}`, {
      formsCluster: true,
      peers: [named],
      setup: (node) => void node.register(`f${number}`, () => number, { maxHops: 6 }),
    }));
  world.pass(60_000);
  assertEquals(clusterFaults(world.nodes), [], `seed ${seed}`);
  named.kill(seed % 2 === 0);
  return { world, nodes };
}

/** Cuts all paths between parts for so long. */
function separate(
  { world, nodes }: Apart,
  partOf: (node: SimulatedNode) => number,
  how: "silent" | "reset",
  during: () => void,
): void {
  const pairs = nodes.flatMap((one, at) =>
    nodes.slice(at + 1).filter((other) => partOf(one) !== partOf(other))
      .map((other) => [one, other] as const)
  );
  for (const [one, other] of pairs) world.cut(one, other, how);
  during();
  for (const [one, other] of pairs) world.repair(one, other);
}

/** All of them list all of them, and each has the links that it ought to have. */
function mustHeal({ world, nodes }: Apart, told: string): void {
  const until = world.now + HEALED_WITHIN_MS;
  while (clusterFaults(nodes).length > 0 && world.now < until) world.pass(500);
  assertEquals(clusterFaults(nodes), [], told);
  assertEquals(world.settle(nodes).violations, [], told);
  const running = nodes.filter((node) => node.isRunning);
  if (running.length > CLUSTER_MESH_MAX) return;
  for (const node of running) assertEquals(node.listings().length, running.length, told);
}

for (const how of ["silent", "reset"] as const) {
  Deno.test(`A cluster heals after a ${how} partition of ten minutes whose configured peers are dead`, () => {
    for (const size of [2, 4, 5]) {
      const apart = orphaned(size, size);
      separate(apart, (node) => apart.nodes.indexOf(node) % 2, how, () => {
        apart.world.pass(600_000);
        const [first] = apart.nodes;
        assert((first?.links().length ?? 0) < size - 1, "nobody is missed");
      });
      mustHeal(apart, `${size} nodes`);
    }
  });
}

Deno.test("A node that was cut off alone is found again by those it had links to, in whatever life it is", () => {
  for (const isAnew of [false, true]) {
    const apart = orphaned(3, 4);
    const [alone] = apart.nodes;
    separate(apart, (node) => node === alone ? 1 : 0, "silent", () => {
      apart.world.pass(300_000);
      if (isAnew) {
        // Its new life knows of nobody who lives.
        alone?.kill();
        alone?.start();
      }
      apart.world.pass(300_000);
      assertEquals(alone?.links(), []);
    });
    mustHeal(apart, isAnew ? "a new life" : "the same life");
  }
});

Deno.test("Clusters heal after random long partitions and deaths whose configured peers are dead", () => {
  for (let seed = 1; seed <= Math.max(RUNS, 6); seed += 1) {
    const size = [2, 3, 5, 8, 12][seed % 5] ?? 4;
    const apart = orphaned(seed, size);
    const { world, nodes } = apart;
    const random = seededNumbers(seed);
    for (let count = 0; count < 2; count += 1) {
      const parts = 2 + Math.floor(random() * 2);
      const part = new Map(nodes.map((node) => [node, Math.floor(random() * parts)]));
      separate(apart, (node) => part.get(node) ?? 0, random() < 0.5 ? "silent" : "reset", () => {
        for (let minutes = 2 + random() * 20; minutes > 0; minutes -= 2) {
          world.pass(Math.ceil(random() * 240_000));
          const node = nodes[Math.floor(random() * nodes.length)];
          // Whoever starts anew while all whom it knows are away has others who know it.
          const isMissed = size > 3 && nodes.filter((one) => one.isRunning).length > size / 2;
          if (random() < 0.3 && isMissed) node?.kill(random() < 0.5);
        }
      });
      mustHeal(apart, `seed ${seed} of ${size} nodes, partition ${count}`);
    }
  }
});
