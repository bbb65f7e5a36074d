/**
 * Contracts across a federation: their digests travel with offers, editions are told apart, and anybody can ask what a
 * function takes.
 */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  connect,
  contract,
  type ContractDifference,
  digestOf,
  FarcallError,
  type FarcallNode,
  startNode,
} from "@farcall/farcall";
import { z } from "zod";

const LISTEN = { listen: "ws://127.0.0.1:0", onError: () => {} };
/** For nodes that must stay two links apart: a cluster that forms itself would link them. */
const IN_A_ROW = { ...LISTEN, peering: "configured" } as const;

const first = contract("length", { args: [z.string()], returns: z.number(), version: "1" });
const second = contract("length", {
  args: [z.union([z.string(), z.array(z.string())])],
  returns: z.number(),
  idempotent: true,
  version: "2",
});
const third = contract("length", { args: [z.unknown()], returns: z.number() });

/** Resolves when `node` lists so many offers of the function. */
async function lists(node: FarcallNode, name: string, count: number): Promise<void> {
  if (count === 0) return;
  let left = count;
  for await (const { type } of node.offers({ function: name })) {
    if (type === "added") left -= 1;
    if (left === 0) return;
  }
}

Deno.test("a digest and a version travel with the offer, to the registry of every node in reach", async () => {
  await using a = await startNode(IN_A_ROW);
  await using b = await startNode({ ...IN_A_ROW, peers: [a.url] });
  await using c = await startNode({ ...IN_A_ROW, peers: [b.url] });
  using offer = a.register(second, ([text]) => text.length);
  assertEquals(offer.contract, { digest: digestOf(second), version: "2", idempotent: true });
  await lists(c, "length", 1);
  assertEquals(c.listOffers().map(({ contract, distance }) => [contract, distance]), [
    [offer.contract, 2],
  ]);
});

Deno.test("a call goes to the provider of its own contract, even past a nearer one", async () => {
  await using a = await startNode(LISTEN);
  const differences: ContractDifference[] = [];
  const onMismatch = (one: ContractDifference) => differences.push(one);
  await using b = await startNode({ ...LISTEN, peers: [a.url], onMismatch });
  a.register(first, () => 1);
  b.register(second, () => 2);
  await lists(b, "length", 2);
  assertEquals(await b.call(first, ["x"]), 1);
  assertEquals(await b.call(second, ["x"]), 2);
  assertEquals(await b.request((r) => [r.call(first, ["x"]), r.call(second, ["x"])]), [1, 2]);
  assertEquals(differences, []);
});

Deno.test("a call by another contract warns once, is refused, or is let through, as its caller says", async () => {
  await using a = await startNode(LISTEN);
  await using b = await startNode({ ...LISTEN, peers: [a.url] });
  a.register(first, ([text]) => text.length);
  await lists(b, "length", 1);
  const differences: ContractDifference[] = [];
  await using client = await connect(b.url, { onMismatch: (one) => differences.push(one) });

  assertEquals(await client.call(third, ["abc"], { mismatch: "ignore" }), 3);
  assertEquals(differences, []);
  assertEquals(await client.call(third, ["abc"]), 3);
  const expected = { fun: "length", asked: digestOf(third), found: digestOf(first) };
  assertEquals<unknown>(differences, [expected]);
  assertEquals(await client.request((r) => r.call(second, ["abc"])), 3);
  assertEquals<unknown>(differences[1], { ...expected, asked: digestOf(second) });
  await client.call(third, ["abc"]);
  assertEquals(differences.length, 2);

  for (
    const run of [
      () => client.call(third, ["abc"], { mismatch: "refuse" }),
      () => client.request((r) => r.call(third, ["abc"]), { mismatch: "refuse" }),
      () => a.call(third, ["abc"], { mismatch: "refuse" }),
    ]
  ) {
    const error = await assertRejects(run, FarcallError, "another contract");
    assertEquals([error.code, error.ran], ["CONTRACT_MISMATCH", "no"]);
  }
  a.register("length", () => 4);
  assertEquals(await a.call(third, ["abc"], { mismatch: "refuse" }), 4);
  await assertRejects(
    () => Reflect.apply(client.call, client, [third, ["abc"], { mismatch: "shrug" }]),
    TypeError,
    "shrug",
  );
});

Deno.test("describe shows a contract of a far node, fetched once and kept", async () => {
  await using a = await startNode(IN_A_ROW);
  await using b = await startNode({ ...IN_A_ROW, peers: [a.url] });
  await using c = await startNode({ ...IN_A_ROW, peers: [b.url] });
  a.register(second, () => 2);
  b.register("length", () => 0, { resources: ["gpu"] });
  await lists(c, "length", 2);
  const runs: string[] = [];
  const listening = new AbortController();
  const observed = (async () => {
    for await (const event of a.calls({ signal: listening.signal })) {
      if (event.type === "started") runs.push(event.function);
    }
  })();

  await using client = await connect(c.url);
  const description = await client.describe("length");
  assertEquals(description.offers.map(({ origin, distance }) => [String(origin), +distance]), [
    [b.url, 1],
    [a.url, 2],
  ]);
  assertEquals(description.contracts.map(({ document, ...rest }) => [document?.["name"], rest]), [
    ["length", { digest: digestOf(second), version: "2", idempotent: true }],
  ]);
  assertEquals(await c.describe(first), description);
  assertEquals((await client.describe("nothing")).offers, []);
  listening.abort();
  await observed;
  assertEquals(runs, ["rpc.contracts"]);
});

Deno.test("discover gives an OpenRPC document of all functions in reach", async () => {
  await using a = await startNode(LISTEN);
  await using b = await startNode({ ...LISTEN, peers: [a.url] });
  const order = contract("order", {
    args: [z.string()],
    kwargs: z.object({ count: z.number() }),
    returns: z.null(),
    resources: ["stock"],
    errors: { sold_out: z.object({ left: z.number() }) },
  });
  a.register(order, () => null);
  a.register("loose", () => null);
  await lists(b, "order", 1);
  await lists(b, "loose", 1);
  await using client = await connect(b.url, { dialects: ["json"] });
  const document = await client.discover();
  assertEquals(document["openrpc"], "1.3.2");
  const methods = document["methods"];
  assert(Array.isArray(methods));
  assertEquals(methods[0], {
    name: "loose",
    paramStructure: "by-position",
    params: [],
    "x-farcall": { offers: 1, resources: [] },
  });
  const $schema = "https://json-schema.org/draft/2020-12/schema";
  const object = (name: string) => ({
    ...{ $schema, type: "object", required: [name] },
    properties: { [name]: { type: "number" } },
  });
  assertEquals(methods[1], {
    name: "order",
    paramStructure: "by-position",
    params: [
      { name: "arg0", schema: { $schema, type: "string" } },
      { name: "kwargs", schema: object("count") },
    ],
    result: { name: "result", schema: { $schema, type: "null" } },
    errors: [{ code: 1003, message: "sold_out", data: { schema: object("left") } }],
    "x-farcall": {
      offers: 1,
      resources: ["stock"],
      digest: digestOf(order),
      idempotent: false,
    },
  });
});

Deno.test("the node's own functions are its own: nobody offers or shadows them", async () => {
  await using a = await startNode(LISTEN);
  assertThrows(() => a.register("rpc.describe", () => null), TypeError, "rpc.");
  assertEquals(a.listOffers(), []);
  const error = await assertRejects(() => a.call("rpc.describe", [1]), FarcallError);
  assertEquals([error.code, error.ran], ["INVALID_ARGUMENT", "no"]);
  assertEquals(await a.call("rpc.contracts", [["__proto__", 1, "x"]]), {});
  assertEquals(await a.call("rpc.contracts", []), {});
  const unknown = await assertRejects(() => a.call("rpc.other"), FarcallError);
  assertEquals(unknown.code, "FUNCTION_NOT_FOUND");
  const found = await a.request((r) => r.call("rpc.describe", ["nothing"]));
  assertEquals(found, { function: "nothing", offers: [], contracts: [] });
});
