/**
 * Contracts between a real node and a real client: both sides check, whatever library the schemas come from.
 */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  connect,
  type Contract,
  contract,
  declaredError,
  FarcallError,
  isDeclaredError,
  ItemStream,
  type StandardSchema,
  startNode,
} from "@farcall/farcall";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";

const LISTEN = { listen: "ws://127.0.0.1:0", onError: () => {} };

/** What the three libraries' schemas have in common. */
type Scale = Contract<{
  readonly args: readonly [StandardSchema<{ values: number[] }>];
  readonly kwargs: StandardSchema<{ by: number }>;
  readonly returns: StandardSchema<number[]>;
}>;

const SCALES: readonly [Scale, Scale, Scale] = [
  contract("scale", {
    args: [v.object({ values: v.array(v.number()) })],
    kwargs: v.object({ by: v.number() }),
    returns: v.array(v.number()),
  }),
  contract("scale", {
    args: [z.object({ values: z.array(z.number()) })],
    kwargs: z.object({ by: z.number() }),
    returns: z.array(z.number()),
  }),
  contract("scale", {
    args: [type({ values: "number[]" })],
    kwargs: type({ by: "number" }),
    returns: type("number[]"),
  }),
];

for (const [index, library] of ["valibot", "Zod", "ArkType"].entries()) {
  const scale = SCALES[index] ?? SCALES[0];
  Deno.test(`a contract of ${library} is kept on both sides of a call`, async () => {
    await using node = await startNode(LISTEN);
    let runs = 0;
    node.register(scale, ([{ values }], { kwargs }) => {
      runs += 1;
      const made: unknown[] = values.map((value) => value * kwargs.by);
      // What a careless author or a wrong cast would do.
      return (kwargs.by === 0 ? ["zero"] : made) as number[];
    });
    await using client = await connect(node.url);
    const args = [{ values: [1, 2] }] as [{ values: number[] }];
    assertEquals(await client.call(scale, args, { kwargs: { by: 3 } }), [3, 6]);

    const untyped = [{ values: [1, "2"] }] as unknown as typeof args;
    const early = await assertRejects(
      () => client.call(scale, untyped, { kwargs: { by: 3 } }),
      FarcallError,
    );
    assertEquals([early.code, early.ran, runs], ["INVALID_ARGUMENT", "no", 1]);
    assertStringIncludes(early.message, "args[0].values[1]");

    const late = await assertRejects(
      () => client.call("scale", untyped, { kwargs: { by: 3 } }),
      FarcallError,
      "args[0].values[1]",
    );
    assertEquals([late.code, late.ran, runs], ["INVALID_ARGUMENT", "no", 1]);
    const without = await assertRejects(() => client.call("scale", args), FarcallError);
    assertEquals([without.code, runs], ["INVALID_ARGUMENT", 1]);
    assertStringIncludes(without.message, "kwargs.by");

    const wrong = await assertRejects(
      () => client.call("scale", args, { kwargs: { by: 0 } }),
      FarcallError,
      "result[0]",
    );
    assertEquals([wrong.code, wrong.ran, runs], ["INVALID_RESULT", "yes", 2]);
    assert(!wrong.message.includes("zero"), "the result is not the caller's to see");
  });
}

Deno.test("a caller does not believe a result that its contract does not allow", async () => {
  await using node = await startNode(LISTEN);
  node.register("count", () => "three");
  const count = contract("count", { args: [], returns: v.number() });
  const error = await assertRejects(() => node.call(count), FarcallError, "result");
  assertEquals([error.code, error.ran], ["INVALID_RESULT", "yes"]);
  const inRequest = await assertRejects(() => node.request((r) => r.call(count)), FarcallError);
  assertEquals(inRequest.code, "INVALID_RESULT");
});

Deno.test("what travels is the schema's input; each reader gets its output", async () => {
  const day = v.pipe(v.string(), v.isoTimestamp(), v.transform((text) => new Date(text)));
  const next = contract("next_day", { args: [day, v.optional(v.number(), 1)], returns: day });
  await using node = await startNode(LISTEN);
  node.register(next, ([from, days]) => new Date(from.getTime() + days * 864e5).toISOString());
  const first = await node.call(next, ["2024-02-28T00:00:00.000Z"]);
  assertEquals(first.getUTCDate(), 29);
  const { second, time } = await node.request((r) => {
    const one = r.call(next, ["2024-02-28T00:00:00.000Z", undefined]);
    return { second: r.call(next, [one]), time: one };
  });
  assertEquals([second.getUTCDate(), time.getUTCDate()], [1, 29]);
});

Deno.test("a request gives typed fields, asks for the contract's resources and fills in futures", async () => {
  const page = contract("page", {
    args: [z.url()],
    returns: z.object({ title: z.string(), body: z.string() }),
  });
  const embed = contract("embed", {
    args: [z.string()],
    returns: z.array(z.number()),
    resources: ["gpu"],
  });
  await using node = await startNode(LISTEN);
  node.register(page, ([url]) => ({ title: url, body: "four" }));
  node.register("embed", () => ["not this one"]);
  node.register(embed, ([text]) => [text.length], { resources: ["model"] });
  const found = await node.request((r) => {
    const one = r.call(page, ["https://example.org/"]);
    return { title: one.title, vector: r.call(embed, [one.body]) };
  });
  assertEquals(found, { title: "https://example.org/", vector: [4] });
  assertEquals(node.listOffers().map(({ resources }) => resources.map(String)).toSorted(), [
    [],
    [],
    ["gpu", "model"],
  ]);

  const wrong = await assertRejects(
    () => node.request((r) => r.call(page, ["no url"])),
    FarcallError,
    "args[0]",
  );
  assertEquals(wrong.code, "INVALID_ARGUMENT");
});

Deno.test("a declared error passes with its data, a wrong one and a foreign one do not", async () => {
  const errors = { out_of_stock: v.object({ left: v.number() }) };
  const order = contract("order", { args: [v.number()], returns: v.null(), errors });
  const resell = contract("resell", { args: [v.number()], returns: v.null(), errors });
  const failures: unknown[] = [];
  await using node = await startNode({ ...LISTEN, onError: (error) => failures.push(error) });
  node.register(order, ([count]) => {
    const left = count === 3 ? 2 : "many" as unknown as number;
    throw declaredError(order, "out_of_stock", { left }, { message: "Only two left" });
  });
  node.register(resell, async ([count], { client }) => await client.call(order, [count]));
  await using client = await connect(node.url);

  const ending = (run: () => Promise<unknown>): Promise<FarcallError> =>
    assertRejects(run, FarcallError);
  const error = await ending(() => client.call(order, [3]));
  assert(isDeclaredError(order, error));
  assertEquals([error.data.left, error.message, error.ran], [2, "Only two left", "yes"]);
  const inRequest = await ending(() => client.request((r) => [r.call(order, [3])]));
  assert(isDeclaredError(order, inRequest) && inRequest.data.left === 2);
  assertEquals(failures, []);

  const defect = await ending(() => client.call(order, [4]));
  assert(!isDeclaredError(order, defect) && defect.details === undefined);
  assertEquals([defect.code, failures.length], ["HANDLER_ERROR", 1]);
  assertStringIncludes(String(failures[0]), "data.left");

  const foreign = await ending(() => client.call(resell, [3]));
  assert(!isDeclaredError(resell, foreign) && foreign.details === undefined);
});

Deno.test("a schema that never ends takes no longer than the call may, and hears of an abort", async () => {
  const never = v.pipeAsync(v.string(), v.checkAsync(() => new Promise<boolean>(() => {})));
  const slowIn = contract("slow", { args: [never], returns: v.unknown() });
  const slowOut = contract("slow", { args: [v.string()], returns: never });
  await using node = await startNode(LISTEN);
  node.register("slow", ([text]) => text);
  const late = await assertRejects(
    () => node.call(slowIn, ["x"], { timeout: 20 }),
    FarcallError,
    "20 ms",
  );
  assertEquals([late.code, late.ran], ["DEADLINE_EXCEEDED", "no"]);
  const ran = await assertRejects(() => node.call(slowOut, ["x"], { timeout: 20 }), FarcallError);
  assertEquals([ran.code, ran.ran], ["DEADLINE_EXCEEDED", "yes"]);
  const signal = AbortSignal.timeout(5);
  const gone = await assertRejects(() => node.call(slowIn, ["x"], { signal }), FarcallError);
  assertEquals([gone.code, gone.ran], ["CANCELLED", "no"]);

  node.register(contract("slow_there", { args: [never], returns: v.null() }), () => null);
  const there = await assertRejects(
    () => node.call("slow_there", ["x"], { timeout: 20 }),
    FarcallError,
  );
  assertEquals(there.code, "DEADLINE_EXCEEDED");
});

Deno.test("schemas that take their time are waited for on both sides", async () => {
  const known = v.pipeAsync(
    v.string(),
    v.checkAsync((text) => Promise.resolve(text !== "bad"), "unknown word"),
  );
  const look = contract("look", { args: [known], returns: known });
  await using node = await startNode(LISTEN);
  node.register(look, ([word]) => word === "worse" ? "bad" : word);
  assertEquals(await node.call(look, ["good"]), "good");
  assertEquals(await node.request((r) => r.call(look, [r.call(look, ["good"])])), "good");
  const codes = [];
  for (const run of [() => node.call(look, ["bad"]), () => node.call(look, ["worse"])]) {
    codes.push((await assertRejects(run, FarcallError)).code);
  }
  const asked = await assertRejects(() => node.request((r) => r.call(look, ["bad"])), FarcallError);
  assertEquals([...codes, asked.code], ["INVALID_ARGUMENT", "INVALID_RESULT", "INVALID_ARGUMENT"]);
});

Deno.test("a schema that throws on the provider is its author's business", async () => {
  const broken = v.pipe(v.string(), v.check(() => JSON.parse("secret")));
  const failures: unknown[] = [];
  await using node = await startNode({ ...LISTEN, onError: (error) => failures.push(error) });
  let runs = 0;
  node.register(contract("f", { args: [broken], returns: v.null() }), () => {
    runs += 1;
    return null;
  });
  const error = await assertRejects(() => node.call("f", ["x"]), FarcallError);
  assertEquals([error.code, error.ran, runs, failures.length], ["HANDLER_ERROR", "no", 0, 1]);
  assert(!error.message.includes("secret"));
});

Deno.test("a contract that yields can't be called, and one that returns can't be read as a stream", async () => {
  const tail = contract("tail", { args: [], yields: v.string() });
  const one = contract("one", { args: [], returns: v.string() });
  await using node = await startNode(LISTEN);
  const untyped = (method: "call" | "stream", of: unknown): unknown =>
    Reflect.apply(node[method], node, [of]);
  await assertRejects(async () => await untyped("call", tail), TypeError, "yields");
  const stream = untyped("stream", one);
  assert(stream instanceof ItemStream);
  await assertRejects(() => stream.next(), TypeError, "gives one result");
});
