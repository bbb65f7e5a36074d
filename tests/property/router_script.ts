/**
 * Random lives of a federation: topologies, operations and settings, as plain values that fast-check can shrink.
 *
 * @module
 */
import fc from "fast-check";
import { isInScope, type PeeringPolicy } from "../../lib/federation/peering_policy.ts";
import { RouterWorld } from "./router_world.ts";

/** One thing that happens, and how long nothing happens afterwards. Numbers are taken modulo what there is. */
export interface Operation {
  readonly kind:
    | "register"
    | "withdraw"
    | "reregister"
    | "proxy"
    | "cut"
    | "link"
    | "crash"
    | "restart"
    | "partition"
    | "heal"
    | "join"
    | "resync"
    | "policy";
  readonly one: number;
  readonly other: number;
  readonly hops: number;
  readonly scope: number;
  readonly pause: number;
}

/** A whole life. */
export interface Script {
  readonly seed: number;
  readonly nodes: number;
  readonly edges: readonly (readonly [number, number])[];
  readonly clusters: number;
  /** Directed pairs of clusters over which nothing passes, as bits; 0 = open. */
  readonly refused: number;
  readonly retentionMs: number;
  readonly tombstonesMax: number;
  readonly window: number;
  readonly operations: readonly Operation[];
}

const SCOPES = ["", "", "c0", "c1 c2"];
const ORIGINS = ["ws://old-a.example:9000", "ws://old-b.example:9000"];

const operation: fc.Arbitrary<Operation> = fc.record({
  kind: fc.constantFrom(
    ...["register", "register", "withdraw", "reregister", "reregister", "proxy"] as const,
    ...["cut", "cut", "link", "link", "crash", "restart", "partition", "heal", "join"] as const,
    ...["resync", "policy"] as const,
  ),
  one: fc.nat(31),
  other: fc.nat(31),
  hops: fc.nat(9),
  scope: fc.nat(SCOPES.length - 1),
  pause: fc.constantFrom(0, 0, 1, 10, 100, 1000),
});

/** Lives of 2 to 12 nodes at start. */
export function scripts(): fc.Arbitrary<Script> {
  return fc.record({
    seed: fc.nat(),
    nodes: fc.integer({ min: 2, max: 12 }),
    edges: fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { minLength: 1, maxLength: 24, size: "max" }),
    clusters: fc.integer({ min: 1, max: 3 }),
    refused: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, {
      weight: 4,
      arbitrary: fc.nat(511),
    }),
    retentionMs: fc.constantFrom(0, 200),
    tombstonesMax: fc.integer({ min: 1, max: 6 }),
    window: fc.constantFrom(1, Infinity),
    operations: fc.array(operation, { minLength: 5, maxLength: 60, size: "max" }),
  });
}

/** A policy that refuses the directed pairs of clusters whose bit is set, and minds scopes. */
export function directedPolicy(refused: number): PeeringPolicy {
  return {
    allows: (group, from, to) =>
      isInScope(group, to) &&
      (from === to || ((refused >> (Number(from.slice(1)) * 3 + Number(to.slice(1)))) & 1) === 0),
  };
}

/** Lives the script up to its last operation; nothing is at rest yet. */
export function live(script: Script): RouterWorld {
  const { seed, retentionMs, tombstonesMax, window, refused } = script;
  const policy = directedPolicy(refused);
  const world = new RouterWorld({ seed, retentionMs, tombstonesMax, window, policy });
  for (let node = 0; node < script.nodes; node++) world.addNode(`c${node % script.clusters}`);
  for (const [one, other] of script.edges) world.link(one % script.nodes, other % script.nodes);
  const severed: [number, number][] = [];
  for (const step of script.operations) {
    operate(world, step, script, severed);
    world.pass(step.pause);
  }
  return world;
}

function operate(
  world: RouterWorld,
  { kind, one: first, other: second, hops, scope: scopeNumber }: Operation,
  script: Script,
  severed: [number, number][],
): void {
  const one = first % world.nodeCount;
  const other = second % world.nodeCount;
  const scope = SCOPES[scopeNumber] ?? "";
  const isAlive = world.isAlive(one);
  const ids = world.offersOf(one);
  const id = ids[second % Math.max(1, ids.length)];
  switch (kind) {
    case "register":
      if (isAlive) world.register(one, { fun: `f${second}`, maxHops: hops, scope });
      break;
    case "withdraw":
      if (isAlive && id !== undefined) world.withdraw(one, id);
      break;
    case "reregister":
      if (isAlive && id !== undefined) {
        world.withdraw(one, id);
        world.register(one, { fun: `f${second}`, resource: `r${scopeNumber}`, maxHops: hops });
      }
      break;
    case "proxy": {
      const origin = ORIGINS[second % ORIGINS.length] ?? "";
      const base = 1 + (second % 3);
      const funs = ["g", "h", "i"].slice(0, scopeNumber);
      if (isAlive) world.setProxy(one, { origin, base, maxHops: Math.max(base, hops), funs });
      break;
    }
    case "cut":
      world.cut(one, other);
      break;
    case "link":
      world.link(one, other);
      break;
    case "crash":
      world.crash(one);
      break;
    case "restart":
      if (isAlive) break;
      world.restart(one);
      world.link(one, other);
      world.register(one, { fun: `f${second}`, maxHops: hops });
      break;
    case "partition":
      for (let a = 0; a < world.nodeCount; a++) {
        for (let b = 0; b < a; b++) {
          const isAcross = (((first * 32 + second) >> (a % 10)) & 1) !==
            (((first * 32 + second) >> (b % 10)) & 1);
          if (!isAcross || !world.isLinked(a, b)) continue;
          world.cut(a, b);
          severed.push([a, b]);
        }
      }
      break;
    case "heal":
      for (const [a, b] of severed.splice(0)) world.link(a, b);
      break;
    case "join": {
      const node = world.addNode(`c${second % script.clusters}`);
      world.link(node, one);
      world.link(node, other);
      break;
    }
    case "policy":
      if (script.refused !== 0) world.changePolicy(directedPolicy(first * 32 + second));
      break;
    case "resync":
      world.dropAndResync(one, other);
      break;
  }
}

/** Everything that was ever offered ends: half of the nodes withdraw, the others crash. */
export function endAll(world: RouterWorld): void {
  for (let node = 0; node < world.nodeCount; node++) {
    if (!world.isAlive(node)) continue;
    for (const id of world.offersOf(node)) world.withdraw(node, id);
    world.dropProxies(node);
    if (node % 2 === 1) world.crash(node);
  }
}
