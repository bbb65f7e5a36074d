import { assertEquals } from "@std/assert";
import { sha256Hex } from "../../../lib/client/contract_digest.ts";
import { canonicalJson } from "../../../lib/contract/canonical_json.ts";
import type { Listing } from "../../../lib/federation/function_registry.ts";
import { type AskForContracts, ContractFetcher } from "../../../lib/node/contract_fetcher.ts";
import { ContractShelf } from "../../../lib/node/contract_shelf.ts";
import { contractDigest } from "../../../lib/protocol/contract_facts.ts";
import type { JsonObject, JsonValue } from "../../../lib/protocol/json_value.ts";
import {
  clusterId,
  functionName,
  incarnation,
  maxHops,
  nodeUrl,
} from "../../../lib/protocol/names.ts";

const DOCUMENTS: ReadonlyMap<string, JsonObject> = new Map(
  ["a", "b", "c"].map((name) => {
    const document = { name };
    return [sha256Hex(canonicalJson(document)), document];
  }),
);
const [A = "", B = "", C = ""] = DOCUMENTS.keys();

function listing(origin: string, digest: string): Listing {
  return {
    fun: functionName("f"),
    resources: [],
    origin: nodeUrl(`ws://${origin}.example`),
    incarnation: incarnation("1"),
    cluster: clusterId("c"),
    distance: 1,
    maxHops: maxHops(3),
    dialect: "farcall",
    contract: { digest: contractDigest(digest), idempotent: false },
  };
}

function make(answer: (host: string, digests: readonly string[]) => JsonValue | undefined) {
  const shelf = new ContractShelf();
  const asked: string[] = [];
  const ask: AskForContracts = (node, digests) => {
    const { host } = new URL(node);
    asked.push(`${host} ${digests.length}`);
    return Promise.resolve(answer(host, digests));
  };
  const fetcher = new ContractFetcher(shelf, ask);
  const found = () => [A, B, C].filter((one) => shelf.find(contractDigest(one)) !== undefined);
  return { fetcher, asked, found, shelf };
}

function held(digests: readonly string[]): JsonObject {
  return Object.fromEntries(digests.map((digest) => [digest, DOCUMENTS.get(digest) ?? null]));
}

Deno.test("ContractFetcher asks each node once for all it lacks, and for nothing it has", async () => {
  const { fetcher, asked, found } = make((_, digests) => held(digests));
  const listings = [listing("x", A), listing("x", B), listing("y", C), listing("y", A)];
  await Promise.all([fetcher.fetch(listings), fetcher.fetch(listings)]);
  await fetcher.fetch(listings);
  assertEquals([asked.toSorted(), found(), fetcher.pendingCount], [
    ["x.example 2", "y.example 1"],
    [A, B, C],
    0,
  ]);
});

Deno.test("ContractFetcher goes on to the next node where one is silent, wrong or lies", async () => {
  const answers: Record<string, JsonValue | undefined> = {
    "x.example": undefined,
    "y.example": "what?",
    "z.example": { [A]: { name: "b" }, [B]: { name: "b" } },
  };
  const { fetcher, asked, found } = make((host) => answers[host]);
  await fetcher.fetch(["x", "y", "z", "never"].map((origin) => listing(origin, A)));
  assertEquals([asked, found()], [["x.example 1", "y.example 1", "z.example 1"], []]);
});

Deno.test("ContractFetcher asks again for what did not fit, as long as something comes", async () => {
  const { fetcher, asked, found } = make((_, digests) => held(digests.slice(0, 1)));
  await fetcher.fetch([A, B, C].map((digest) => listing("x", digest)));
  assertEquals([asked, found()], [["x.example 3", "x.example 2", "x.example 1"], [A, B, C]]);
});
