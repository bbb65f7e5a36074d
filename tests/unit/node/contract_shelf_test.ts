import { assert, assertEquals } from "@std/assert";
import { sha256Hex } from "../../../lib/client/contract_digest.ts";
import { canonicalJson } from "../../../lib/contract/canonical_json.ts";
import { ContractShelf } from "../../../lib/node/contract_shelf.ts";
import { contractDigest } from "../../../lib/protocol/contract_facts.ts";
import type { JsonObject } from "../../../lib/protocol/json_value.ts";

function digestFor(document: JsonObject) {
  return contractDigest(sha256Hex(canonicalJson(document)));
}

Deno.test("ContractShelf keeps an own contract as long as a function goes by it", () => {
  const shelf = new ContractShelf();
  const digest = digestFor({ name: "f" });
  shelf.keep(digest, '{"name":"f"}');
  shelf.keep(digest, '{"name":"f"}');
  shelf.release(digest);
  assertEquals(shelf.find(digest), '{"name":"f"}');
  shelf.release(digest);
  shelf.release(digest);
  assertEquals([shelf.find(digest), shelf.sizes], [undefined, { own: 0, others: 0 }]);
});

Deno.test("ContractShelf believes nobody: the digest must be of the very document", () => {
  const shelf = new ContractShelf();
  const document = { name: "f", args: [] };
  const digest = digestFor(document);
  assert(!shelf.take(digest, { ...document, args: [null] }));
  assertEquals(shelf.find(digest), undefined);
  assert(shelf.take(digest, { args: [], name: "f" }) && shelf.take(digest, document));
  assertEquals(shelf.find(digest), canonicalJson(document));
  const long = { name: "x".repeat(70_000) };
  assert(!shelf.take(digestFor(long), long));
});

Deno.test("ContractShelf keeps 4 MiB of others' contracts and lets the oldest go", () => {
  const shelf = new ContractShelf();
  const documents = Array.from(
    { length: 100 },
    (_, at) => ({ name: `${at} ${"x".repeat(60_000)}` }),
  );
  for (const document of documents) assert(shelf.take(digestFor(document), document));
  const kept = documents.map((document) => shelf.find(digestFor(document)) !== undefined);
  const first = kept.indexOf(true);
  assertEquals([first, kept.lastIndexOf(false)], [31, 30]);
  assertEquals(shelf.sizes.others, 69);
});
