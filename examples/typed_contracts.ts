// deno-lint-ignore-file no-console
/**
 * Contracts as values: both sides import them, the type checker reads them, both sides check what travels, and anybody can
 * ask what a function takes. Valibot, Zod and ArkType stand side by side; take the one you like.
 *
 * @module
 */
import {
  connect,
  contract,
  declaredError,
  digestOf,
  FarcallError,
  isDeclaredError,
  startNode,
} from "@farcall/farcall";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";

// What callers and providers share, as source.

const fetchPage = contract("fetch_page", {
  args: [z.url()],
  returns: z.object({ title: z.string(), body: z.string() }),
  idempotent: true,
  version: "1",
});
const embed = contract("embed", {
  args: [v.string()],
  returns: v.array(v.number()),
  resources: ["gpu"], // asked for by every call, announced by every provider
});
const search = contract("search", {
  args: [type("number[]")],
  kwargs: type({ limit: "number" }),
  returns: type("string[]"),
  errors: { too_many: type({ atMost: "number" }) },
});

// Two nodes that provide them. A wrong type in any of these functions is an error of `deno check`.

const listen = "ws://127.0.0.1:0";
await using web = await startNode({ listen, cluster: "web" });
await using lab = await startNode({ listen, cluster: "lab", peers: [web.url], onError: () => {} });

web.register(fetchPage, ([url]) => ({ title: `Page of ${new URL(url).hostname}`, body: "cranes" }));
web.register(search, ([vector], { kwargs: { limit } }) => {
  if (limit > 10) throw declaredError(search, "too_many", { atMost: 10 });
  return vector.slice(0, limit).map((number) => `page ${number}`);
});
lab.register(embed, ([text]) => Array.from(text, (_, index) => index));

for await (const { offer } of lab.offers({ function: "search" })) {
  console.log(`${offer.fun} is offered under contract ${offer.contract?.digest.slice(0, 12)}…`);
  break;
}
await using client = await connect(lab.url);

// One round trip; `page.body` is typed before it exists.
const found = await client.request((r) => {
  const page = r.call(fetchPage, ["https://example.org/"]);
  const vector = r.call(embed, [page.body]);
  return { title: page.title, hits: r.call(search, [vector], { kwargs: { limit: 2 } }) };
}, { timeout: 5_000 });
console.log(`${found.title}: ${found.hits.join(", ")}`);

/** Says how a call failed that had to fail. */
async function failure(what: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (isDeclaredError(search, error)) {
      return console.log(`${what}: ${error.error}, at most ${error.data.atMost}`);
    }
    if (!(error instanceof FarcallError)) throw error;
    return console.log(`${what}: ${error.code}, ran: ${error.ran}`);
  }
  throw new Error(`${what} did not fail`);
}

await failure("too much asked for", () => client.call(search, [[1]], { kwargs: { limit: 11 } }));
await failure("an argument that types can't see", () => client.call(fetchPage, ["no URL"]));
await failure("a caller without types", () => client.call("embed", [42], { resources: ["gpu"] }));

// A caller that was built against another edition.
const older = contract("fetch_page", { args: [z.url()], returns: z.string() });
await failure(
  "another edition",
  () => client.call(older, ["https://example.org/"], { mismatch: "refuse" }),
);

const { contracts } = await client.describe("fetch_page");
const [known] = contracts;
console.log(`fetch_page, version ${known?.version}: ${JSON.stringify(known?.document?.["args"])}`);
console.log(`the same as mine: ${known?.digest === digestOf(fetchPage)}`);
const { methods } = await client.discover();
console.log(`in reach: ${(Array.isArray(methods) ? methods : []).length} functions`);
