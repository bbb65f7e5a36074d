/** I1 over the graph that cluster policies permit, which change while nodes live. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ClusterPolicy } from "../../lib/federation/cluster_policy.ts";
import { ClusterRules } from "../../lib/federation/cluster_rules.ts";
import {
  clusterId,
  functionName,
  incarnation,
  maxHops,
  nodeUrl,
} from "../../lib/protocol/names.ts";
import { type CoreNode, CoreWorld } from "../unit/core/core_world.ts";

const FUNCTIONS = ["read.a", "read.b", "stop"];
const CLUSTERS = ["a", "b", "c"];

const some = fc.constantFrom("*", ...CLUSTERS);
const functions = fc.constantFrom("*", "read.*", "stop", "*a");
const policy: fc.Arbitrary<ClusterPolicy> = fc.record({
  exports: fc.array(
    fc.record({
      functions,
      clusters: fc.oneof(
        fc.constantFrom("all" as const, "own" as const),
        fc.subarray(CLUSTERS),
      ),
    }),
    { maxLength: 2 },
  ),
  imports: fc.array(fc.record({ functions, from: some, allow: fc.boolean() }), { maxLength: 2 }),
  links: fc.array(fc.record({ origins: some, from: some, to: some, allow: fc.boolean() }), {
    maxLength: 2,
  }),
});

const script = fc.record({
  nodes: fc.integer({ min: 2, max: 7 }),
  policies: fc.array(policy, { minLength: 7, maxLength: 7 }),
  edges: fc.array(fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 6 })), { maxLength: 8 }),
  offers: fc.array(
    fc.record({
      node: fc.nat({ max: 6 }),
      fun: fc.nat({ max: 2 }),
      hops: fc.integer({ min: 1, max: 4 }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  changes: fc.array(fc.record({ node: fc.nat({ max: 6 }), policy, isQuiet: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
  }),
});

type Script = typeof script extends fc.Arbitrary<infer Made> ? Made : never;

interface Place {
  readonly node: CoreNode;
  readonly cluster: string;
  readonly neighbours: Set<Place>;
  readonly offers: Map<string, { readonly fun: string; readonly hops: number }>;
  rules: ClusterRules;
}

function clusterOf(number: number): string {
  return CLUSTERS[number % CLUSTERS.length] ?? "a";
}

/** What a place ought to list, as `origin function distance`. */
function expected(of: Place, places: readonly Place[]): string[] {
  const lines = new Set<string>();
  for (const origin of places) {
    for (const { fun } of origin.offers.values()) {
      const distances = [...origin.offers.values()].filter((one) => one.fun === fun)
        .map(({ hops }) => distance(origin, of, fun, hops));
      const nearest = Math.min(...distances);
      if (nearest < Infinity) lines.add(`${origin.node.url} ${fun} ${nearest}`);
    }
  }
  return [...lines].sort();
}

function distance(origin: Place, of: Place, fun: string, hops: number): number {
  const group = {
    origin: nodeUrl(origin.node.url),
    incarnation: incarnation("1"),
    maxHops: maxHops(hops),
    scope: origin.rules.scopeOf(functionName(fun), ""),
    cluster: clusterId(origin.cluster),
    base: 0,
  };
  if (of !== origin && !of.rules.lists(group, functionName(fun))) return Infinity;
  const found = new Map([[origin, 0]]);
  for (const [place, at] of found) {
    if (place === of) return at;
    if (at >= hops) continue;
    for (const next of place.neighbours) {
      const [from, to] = [clusterId(place.cluster), clusterId(next.cluster)];
      const isAllowed = place.rules.allows(group, from, to) && next.rules.allows(group, from, to);
      if (isAllowed && !found.has(next)) found.set(next, at + 1);
    }
  }
  return Infinity;
}

function build(made: Script): { world: CoreWorld; places: Place[] } {
  const world = new CoreWorld();
  const places: Place[] = [];
  for (let number = 0; number < made.nodes; number += 1) {
    const cluster = clusterOf(number);
    const rules = made.policies[number] ?? {};
    const node = world.node(`ws://n${number}`, { cluster: clusterId(cluster), rules });
    const given = new ClusterRules(clusterId(cluster), rules);
    places.push({ node, cluster, neighbours: new Set(), offers: new Map(), rules: given });
  }
  const chain = places.slice(1).map((_, at): [number, number] => [at, at + 1]);
  for (const [one, other] of [...chain, ...made.edges]) {
    const [from, to] = [places[one], places[other]];
    if (from === undefined || to === undefined || from === to) continue;
    if (!from.neighbours.has(to)) from.node.step({ type: "join", url: nodeUrl(to.node.url) });
    from.neighbours.add(to);
    to.neighbours.add(from);
  }
  for (const { node, fun, hops } of made.offers) {
    const place = places[node % places.length];
    const name = FUNCTIONS[fun] ?? "stop";
    place?.node.register(name, () => 1, { maxHops: hops });
    place?.offers.set(`${name} ${hops}`, { fun: name, hops });
  }
  return { world, places };
}

function listed({ node }: Place): string[] {
  return [...node.core.listings()].map((one) => `${one.origin} ${one.fun} ${one.distance}`).sort();
}

Deno.test("I1: nodes list exactly what their and others' policies let them, also after these change", () => {
  let [differing, hidden] = [0, 0];
  fc.assert(
    fc.property(script, (made) => {
      const { world, places } = build(made);
      const check = (): void => {
        world.settle();
        for (const place of places) assertEquals(listed(place), expected(place, places));
      };
      check();
      for (const { node, policy: rules, isQuiet } of made.changes) {
        const place = places[node % places.length];
        if (place === undefined) continue;
        const before = String(listed(place));
        place.rules = new ClusterRules(clusterId(place.cluster), rules);
        place.node.step({ type: "rules", rules });
        if (isQuiet) check();
        if (before !== String(listed(place))) differing += 1;
        if (FUNCTIONS.some((fun) => place.node.core.offersOf(functionName(fun)).length === 0)) {
          hidden += 1;
        }
      }
      check();
      // What is told of changes adds up to the list.
      for (const { node } of places) {
        const told = new Set<string>();
        for (const report of node.reports) {
          if (!("listing" in report)) continue;
          const { origin, fun } = report.listing;
          if (report.type === "offer_lost") assert(told.delete(`${origin} ${fun}`));
          else told.add(`${origin} ${fun}`);
        }
        const names = [...node.core.listings()].map(({ origin, fun }) => `${origin} ${fun}`);
        assertEquals([...told].sort(), [...new Set(names)].sort());
      }
    }),
    { numRuns: 80, seed: 20_26 },
  );
  // Else nothing was tried.
  assert(differing > 15 && hidden > 15, `${differing} changes seen, ${hidden} hid something`);
});

Deno.test("A function that an import rule hides is named as a near miss, and runs when the rule goes", () => {
  const world = new CoreWorld();
  const far = world.node("ws://far", { cluster: clusterId("b") });
  const rules = { imports: [{ from: "b", allow: false }] };
  const near = world.node("ws://near", {
    cluster: clusterId("a"),
    peers: [nodeUrl("ws://far")],
    rules,
  });
  far.register("embed", () => 7);
  world.settle();
  const refused = near.call("embed");
  world.settle();
  assertEquals(near.ended(refused), "NO_PROVIDER/no");
  const outcome = near.outcomes.get(refused);
  assert(outcome?.ok === false && outcome.error.message.includes("import policy"));
  near.step({ type: "rules", rules: {} });
  const taken = near.call("embed");
  world.settle();
  assertEquals(near.ended(taken), 7);
});
