import { assertEquals } from "@std/assert";
import type { FunctionRegistry, ListingChange } from "../../../lib/federation/function_registry.ts";
import type { GroupView } from "../../../lib/federation/router_contract.ts";
import { contractDigest, type OfferContract } from "../../../lib/protocol/contract_facts.ts";
import {
  clusterId,
  functionName,
  incarnation,
  maxHops,
  nodeUrl,
  resourceSet,
} from "../../../lib/protocol/names.ts";
import { ToldRegistry } from "./told_registry.ts";

interface Sketch {
  readonly index: number;
  readonly origin?: string;
  readonly life?: string;
  readonly writer?: string;
  readonly distance: number | undefined;
  readonly offers?: readonly (readonly [fun: string, ...resources: string[]])[];
}

function view({ index, origin, life, writer, distance, offers = [] }: Sketch): GroupView {
  return {
    index,
    name: {
      origin: nodeUrl(`ws://${origin ?? "a"}.example:9000`),
      incarnation: incarnation(life ?? "1"),
      maxHops: maxHops(3),
      scope: "",
      cluster: clusterId("c"),
      ...(writer === undefined ? {} : { writer: nodeUrl(`ws://${writer}.example:9000`) }),
      base: writer === undefined ? 0 : 1,
    },
    distance,
    offers: offers.map(([fun, ...resources], id) => ({
      offer: { id, fun: functionName(fun), resources: resourceSet(resources) },
      at: 1,
    })),
  };
}

function recorded(): { registry: FunctionRegistry; log: string[] } {
  const log: string[] = [];
  const registry = new ToldRegistry(({ type, listing }: ListingChange) => {
    log.push(`${type} ${listing.fun}[${listing.resources}] ${listing.distance}`);
  });
  return { registry, log };
}

const f = functionName("f");

Deno.test("FunctionRegistry lists providers with all asked resources, nearest first", () => {
  const { registry } = recorded();
  registry.apply(view({ index: 1, origin: "far", distance: 3, offers: [["f", "cpu", "gpu"]] }));
  registry.apply(view({ index: 2, origin: "near", distance: 1, offers: [["f", "gpu"]] }));
  registry.apply(view({ index: 3, origin: "bare", distance: 0, offers: [["f"]] }));
  const found = (...resources: string[]): number[] =>
    registry.providers(f, resourceSet(resources)).map((one) => one.distance);
  assertEquals(found(), [0, 1, 3]);
  assertEquals(found("gpu"), [1, 3]);
  assertEquals(found("gpu", "cpu"), [3]);
  assertEquals(found("tpu"), []);
});

Deno.test("FunctionRegistry tells each change once and nothing when nothing changed", () => {
  const { registry, log } = recorded();
  const offers = [["f"], ["g", "gpu"]] as const;
  registry.apply(view({ index: 1, distance: 2, offers }));
  registry.apply(view({ index: 1, distance: 2, offers }));
  registry.apply(view({ index: 1, distance: 1, offers: [["f"]] }));
  registry.apply(view({ index: 1, distance: undefined }));
  registry.apply(view({ index: 1, distance: undefined }));
  assertEquals(log, [
    "added f[] 2",
    "added g[gpu] 2",
    "changed f[] 1",
    "lost g[gpu] 2",
    "lost f[] 1",
  ]);
  assertEquals(registry.sizes(), { groups: 0, origins: 0, functions: 0 });
});

Deno.test("FunctionRegistry lists only the highest life of an origin, and the former when that is gone", () => {
  const { registry, log } = recorded();
  registry.apply(view({ index: 1, life: "1", distance: 1, offers: [["f"]] }));
  registry.apply(view({ index: 2, life: "2", distance: 3, offers: [["f"]] }));
  assertEquals(registry.offersOf(f).map((one) => [one.incarnation, one.distance]), [[
    incarnation("2"),
    3,
  ]]);
  registry.apply(view({ index: 2, life: "2", distance: undefined }));
  assertEquals(log, ["added f[] 1", "changed f[] 3", "changed f[] 1"]);
});

Deno.test("FunctionRegistry prefers the origin's own word to that of its gateways", () => {
  const { registry } = recorded();
  registry.apply(view({ index: 1, writer: "g", distance: 1, offers: [["f"], ["g"]] }));
  registry.apply(view({ index: 2, distance: 3, offers: [["f"]] }));
  assertEquals([...registry.listings()].map((one) => [one.fun, one.dialect]), [[f, "farcall"]]);
  registry.apply(view({ index: 2, distance: undefined }));
  assertEquals([...registry.listings()].map((one) => one.dialect), ["reference", "reference"]);
});

Deno.test("FunctionRegistry merges what several gateways say and takes the nearest of each", () => {
  const { registry } = recorded();
  registry.apply(view({ index: 1, writer: "g", life: "1", distance: 4, offers: [["f"], ["g"]] }));
  registry.apply(view({ index: 2, writer: "h", life: "9", distance: 2, offers: [["f"]] }));
  const listed = [...registry.listings()].map((one) => `${one.fun} ${one.distance}`);
  assertEquals(listed.sort(), ["f 2", "g 4"]);
});

Deno.test("FunctionRegistry lists the same function of one origin once for each set of resources", () => {
  const { registry } = recorded();
  registry.apply(view({ index: 1, distance: 2, offers: [["f"], ["f", "gpu"]] }));
  registry.apply(view({ index: 2, distance: 1, offers: [["f"]] }));
  assertEquals(registry.offersOf(f).map((one) => one.distance), [1, 2]);
  assertEquals(registry.size, 2);
});

Deno.test("FunctionRegistry hands out snapshots", () => {
  const { registry } = recorded();
  registry.apply(view({ index: 1, distance: 1, offers: [["f"]] }));
  const before = registry.providers(f, []);
  registry.apply(view({ index: 1, distance: undefined }));
  assertEquals([before.length, registry.providers(f, []).length], [1, 0]);
});

Deno.test("FunctionRegistry takes a number that the router uses again for another group", () => {
  const { registry } = recorded();
  registry.apply(view({ index: 1, origin: "a", distance: 1, offers: [["f"]] }));
  registry.apply(view({ index: 1, origin: "a", distance: undefined }));
  registry.apply(view({ index: 1, origin: "b", distance: 1, offers: [["f"]] }));
  assertEquals(registry.hasOrigin(nodeUrl("ws://a.example:9000")), false);
  assertEquals(registry.hasOrigin(nodeUrl("ws://b.example:9000")), true);
  assertEquals([registry.knows(f), registry.size], [true, 1]);
});

const [ONE, TWO] = ["1", "2"].map((digit): OfferContract => ({
  digest: contractDigest(digit.repeat(64)),
  idempotent: false,
}));

function viewOf(contracts: readonly (OfferContract | undefined)[], id = 0): GroupView {
  const offers = contracts.map((contract, at) => ({
    offer: { id: id + at, fun: f, resources: [], ...(contract && { contract }) },
    at: 1,
  }));
  return { ...view({ index: 1, distance: 1 }), offers };
}

Deno.test("FunctionRegistry keeps offers of one origin under different contracts apart", () => {
  const { registry } = recorded();
  const digests = () => registry.offersOf(f).map(({ contract }) => contract?.digest);
  registry.apply(viewOf([TWO, undefined, ONE]));
  assertEquals(digests(), [undefined, ONE?.digest, TWO?.digest]);
  registry.apply(viewOf([undefined, TWO], 3));
  assertEquals([digests(), registry.size], [[undefined, TWO?.digest], 2]);
  registry.apply({ ...viewOf([]), distance: undefined });
  assertEquals(registry.sizes(), { groups: 0, origins: 0, functions: 0 });
});

Deno.test("FunctionRegistry tells of a new contract as of another offer, of a new word on the old one as of a change", () => {
  const { registry, log } = recorded();
  registry.apply(viewOf([ONE]));
  registry.apply(viewOf([TWO], 1));
  assertEquals(log, ["added f[] 1", "added f[] 1", "lost f[] 1"]);
  registry.apply(viewOf([TWO && { ...TWO, idempotent: true }], 2));
  assertEquals(log.slice(3), ["changed f[] 1"]);
  assertEquals(registry.offersOf(f)[0]?.contract?.idempotent, true);
});
