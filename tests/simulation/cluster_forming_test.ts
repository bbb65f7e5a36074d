/**
 * Clusters that form themselves, of real cores on slow and uneven paths: whoever was told of one node finds the others, and
 * what is left after crashes, restarts and partitions hangs together again.
 */
import { assert, assertEquals } from "@std/assert";
import type { SimulatedNode } from "@farcall/farcall/testing";
import { clusterFaults, type FormingCluster, formingCluster } from "./forming_cluster.ts";

/** More runs by hand: `FARCALL_RUNS=400 deno test -A tests/simulation/cluster_forming_test.ts`. */
const RUNS = Number(Deno.env.get("FARCALL_RUNS") ?? 0);
/** World time within which a cluster is formed, or formed again, in ms: the slowest path takes a second each way. */
const FORMED_WITHIN_MS = 60_000;
/** Dials of a node for each time that it or a neighbour starts or falls, at most: attempts at the dead included. */
const DIALS_PER_NODE = 16;

function waitUntilFormed({ world, nodes }: FormingCluster): string[] {
  const until = world.now + FORMED_WITHIN_MS;
  while (clusterFaults(nodes).length > 0 && world.now < until) world.pass(500);
  return clusterFaults(nodes);
}

for (const size of [2, 3, 5, 8, 9, 16, 32, 64]) {
  Deno.test(`A cluster of ${size} forms itself when each node was told of one other`, () => {
    for (let seed = 1; seed <= Math.max(RUNS, 2); seed += 1) {
      const cluster = formingCluster(seed, size);
      assertEquals(waitUntilFormed(cluster), [], `seed ${seed}`);
      assertEquals(cluster.world.settle().violations, [], `seed ${seed}`);
      const { dials } = cluster.world.traffic;
      assert(dials <= DIALS_PER_NODE * size, `seed ${seed}: ${dials} dials`);
      const before = dials;
      cluster.world.pass(120_000);
      // At rest nothing is tried any more, and nothing is told but signs of life.
      assertEquals(cluster.world.traffic.dials, before, `seed ${seed}`);
    }
  });
}

const DEEDS: readonly ((cluster: FormingCluster) => void)[] = [
  ({ nodes, random }) => pick(nodes, random)?.kill(random() < 0.5),
  ({ nodes, random }) => pick(nodes, random)?.leave(1_000),
  ({ nodes, random }) => {
    // A node that starts anew knows only whom it was told of: one of them must live, or know it.
    const living = nodes.filter((node) => node.isRunning);
    const node = pick(nodes, random);
    if (
      !living.some((one) => one !== node && (node?.peers.has(one) || one.peers.has(node ?? one)))
    ) {
      return;
    }
    node?.kill();
    node?.start();
  },
  (cluster) => partition(cluster),
  ({ nodes, random }) => {
    for (const node of nodes) if (random() < 0.3) node.kill(random() < 0.5);
  },
];

function pick(nodes: readonly SimulatedNode[], random: () => number): SimulatedNode | undefined {
  return nodes[Math.floor(random() * nodes.length)];
}

/** Two halves that don't hear each other for up to 30 s. */
function partition({ world, nodes, random }: FormingCluster): void {
  const how = random() < 0.5 ? "silent" : "reset";
  const side = new Map(nodes.map((node) => [node, random() < 0.5]));
  const pairs = nodes.flatMap((one, index) =>
    nodes.slice(index + 1).filter((other) => side.get(one) !== side.get(other))
      .map((other) => [one, other] as const)
  );
  for (const [one, other] of pairs) world.cut(one, other, how);
  world.pass(Math.ceil(random() * 30_000));
  for (const [one, other] of pairs) world.repair(one, other);
}

Deno.test("A cluster forms itself again after crashes, restarts and partitions", () => {
  for (let seed = 1; seed <= Math.max(RUNS, 20); seed += 1) {
    const size = [3, 5, 8, 9, 12, 16, 24, 32, 48, 64][seed % 10] ?? 3;
    const cluster = formingCluster(seed, size);
    const { world, random } = cluster;
    assertEquals(waitUntilFormed(cluster), [], `seed ${seed}`);
    for (let count = 0; count < 6; count += 1) {
      DEEDS[Math.floor(random() * DEEDS.length)]?.(cluster);
      world.pass(10_000 + Math.ceil(random() * 20_000));
    }
    world.pass(20_000);
    assertEquals(waitUntilFormed(cluster), [], `seed ${seed} of ${size}`);
    assertEquals(world.settle().violations, [], `seed ${seed} of ${size}`);
    const { dials } = world.traffic;
    assert(dials <= 7 * 2 * DIALS_PER_NODE * size, `seed ${seed}: ${dials} dials of ${size} nodes`);
  }
});

Deno.test("Between clusters only configured links come up", () => {
  const { world, nodes } = formingCluster(7, 6);
  const others = [0, 1, 2].map((number) =>
    world.addNode(`other${number}`, {
      cluster: "c1",
      peers: nodes.slice(0, 1),
      formsCluster: true,
    })
  );
  world.settle();
  const hub = nodes[0]?.url;
  for (const other of others) {
    // The hub of the first cluster is their only way to each other, and it tells them.
    const kin = others.filter((one) => one !== other).map(({ url }) => url as string);
    assertEquals(other.links().sort(), [...kin, hub ?? ""].sort());
  }
  for (const node of nodes.slice(1)) assertEquals(node.links().length, nodes.length - 1);
});
