/** How little it takes: records per link, no flicker, and the time until all know. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { OUT_OF_REACH } from "../../lib/federation/best_paths.ts";
import type { GroupName } from "../../lib/protocol/v1_messages.ts";
import { keyOf, urlOf } from "./router_expectations.ts";
import { RouterWorld, type WorldOptions } from "./router_world.ts";
import { runOptions } from "./run_options.ts";

interface Network {
  readonly seed: number;
  readonly nodes: number;
  readonly edges: readonly (readonly [number, number])[];
  readonly maxHops: number;
  readonly where: number;
  readonly kind: number;
}

const networks: fc.Arbitrary<Network> = fc.record({
  seed: fc.nat(),
  nodes: fc.integer({ min: 3, max: 14 }),
  edges: fc.array(fc.tuple(fc.nat(13), fc.nat(13)), { minLength: 2, maxLength: 30, size: "max" }),
  maxHops: fc.integer({ min: 1, max: 9 }),
  where: fc.nat(),
  kind: fc.nat(2),
});

function build({ nodes, edges, seed }: Network, options: WorldOptions): RouterWorld {
  const world = new RouterWorld({ seed, ...options });
  for (let node = 0; node < nodes; node++) world.addNode();
  for (const [one, other] of edges) world.link(one % nodes, other % nodes);
  world.settle();
  return world;
}

/** Counts headers by directed link and group. */
class HeaderCount {
  readonly counts = new Map<string, { readonly count: number; readonly maxHops: number }>();
  readonly toOrigin: string[] = [];
  readonly #names = new Map<string, GroupName>();

  readonly onFrame: NonNullable<WorldOptions["onFrame"]> = (from, to, messages) => {
    for (const message of messages) {
      if (message.type === "name") {
        this.#names.set(`${from} ${to} ${message.handle}`, message.group);
      } else if (message.type === "reach") {
        const name = this.#names.get(`${from} ${to} ${message.handle}`);
        if (name === undefined) throw new Error("A header came before its name");
        const key = `${from}>${to} ${keyOf(name)}`;
        const count = (this.counts.get(key)?.count ?? 0) + 1;
        this.counts.set(key, { count, maxHops: name.maxHops });
        if (name.origin === urlOf(to)) this.toOrigin.push(key);
      }
    }
  };
}

/** One growth or one loss. */
function change(
  world: RouterWorld,
  { kind, where, maxHops, edges, nodes }: Network,
  isLoss: boolean,
): void {
  const [one, other] = edges[where % edges.length] ?? [0, 1];
  if (isLoss) {
    if (kind === 0) world.withdraw(0, world.offersOf(0)[0] ?? -1);
    else if (kind === 1) world.cut(one % nodes, other % nodes);
    else world.crash(where % nodes);
  } else if (kind === 0) world.register(where % nodes, { fun: "late", maxHops: maxHops % 9 + 1 });
  else world.link(where % nodes, (where >> 4) % nodes);
}

Deno.test("HopRouter sends at most maxHops headers per directed link and group for one change (I4)", () => {
  fc.assert(
    fc.property(networks, fc.boolean(), (network, isLoss) => {
      const headers = new HeaderCount();
      const world = build(network, { onFrame: headers.onFrame });
      world.register(0, { fun: "f", maxHops: network.maxHops });
      world.settle();
      headers.counts.clear();
      change(world, network, isLoss);
      world.settle();
      assertEquals(world.differences(), []);
      for (const [key, { count, maxHops }] of headers.counts) {
        assert(count <= maxHops, `${count} headers: ${key}`);
      }
      assertEquals(headers.toOrigin, []);
    }),
    runOptions(600),
  );
});

Deno.test("HopRouter sends exactly one header per directed link for an offer that arrives in distance order (I4)", () => {
  fc.assert(
    fc.property(networks, (network) => {
      const headers = new HeaderCount();
      const world = build(network, { onFrame: headers.onFrame, delay: () => 1 });
      world.register(0, { fun: "f", maxHops: network.maxHops });
      world.settle();
      assertEquals([...headers.counts.values()].filter(({ count }) => count !== 1), []);
    }),
    runOptions(300),
  );
});

Deno.test("HopRouter tells the end of all of a node's offers once per directed link, in any order (I4)", () => {
  fc.assert(
    fc.property(networks, (network) => {
      const headers = new HeaderCount();
      const world = build(network, { onFrame: headers.onFrame });
      const id = world.register(0, { fun: "f", maxHops: network.maxHops + 6 });
      world.settle();
      headers.counts.clear();
      world.withdraw(0, id);
      world.settle();
      assertEquals(world.differences(), []);
      assertEquals([...headers.counts.values()].filter(({ count }) => count !== 1), []);
    }),
    runOptions(300),
  );
});

Deno.test("HopRouter never drops an offer for a while when a loss leaves it in reach (I11)", () => {
  fc.assert(
    fc.property(networks, (network) => {
      const gaps = new Set<string>();
      const world = build(network, {
        onListing: (node, view) => {
          if (view.distance === undefined) gaps.add(`${node} ${keyOf(view.name)}`);
        },
      });
      for (let node = 0; node < network.nodes; node++) {
        world.register(node, { fun: "f", maxHops: network.maxHops });
      }
      world.settle();
      gaps.clear();
      change(world, { ...network, kind: 1 + network.kind % 2 }, true);
      world.settle();
      for (let node = 0; node < network.nodes; node++) {
        for (const { name } of world.listed(node)) {
          assert(!gaps.has(`${node} ${keyOf(name)}`), `${node} lost ${keyOf(name)}`);
        }
      }
    }),
    runOptions(600),
  );
});

Deno.test("HopRouter brings a late chain up to date in one delay for the digests and one per hop (I6)", () => {
  const listedAt: number[] = [];
  let now = 0;
  const world = new RouterWorld({ delay: () => 10, onListing: (node) => (listedAt[node] = now) });
  for (let node = 0; node < 6; node++) world.addNode();
  for (let node = 1; node < 5; node++) world.link(node, node + 1);
  world.register(0, { fun: "f", maxHops: 5 });
  world.settle();
  world.link(0, 1);
  for (now = 1; now <= 80; now++) world.pass(1);
  assertEquals(listedAt.length, 6);
  // Up to one delay until both ends see the link, one for the digest, then one per hop.
  assert((listedAt[1] ?? Infinity) <= 31 && (listedAt[5] ?? Infinity) <= 71, `${listedAt}`);
  for (let node = 2; node < 6; node++) {
    const step = (listedAt[node] ?? OUT_OF_REACH) - (listedAt[node - 1] ?? 0);
    assert(step >= 9 && step <= 11, `${listedAt}`);
  }
});

Deno.test("HopRouter does the same again from the same seed (I9)", () => {
  const trace = (): string[] => {
    const lines: string[] = [];
    const network = { seed: 5, nodes: 9, maxHops: 4, where: 0, kind: 0 };
    const edges = Array.from({ length: 14 }, (_, n) => [n % 9, (n * 5 + 1) % 9] as const);
    const world = build({ ...network, edges }, {
      onFrame: (...frame) => lines.push(JSON.stringify(frame)),
    });
    world.register(0, { fun: "f", maxHops: 4 });
    world.settle();
    world.crash(3);
    world.settle();
    return lines;
  };
  assertEquals(trace(), trace());
});
