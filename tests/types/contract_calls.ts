/**
 * What the type checker must accept and must refuse of contracts. `deno check` is the judge: a line marked as an error that
 * is none fails it. Nothing here runs, so that no node is needed to ask questions about types.
 */
import {
  type Calling,
  type Contract,
  contract,
  declaredError,
  type FarcallClient,
  type FarcallNode,
  type FunctionContext,
  type Future,
  isDeclaredError,
  type ItemStream,
  type ReturningTerms,
  streamed,
  type UnknownFuture,
  type YieldIn,
  type YieldOut,
} from "@farcall/farcall";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;

/** Compiles only when both types are the same. */
function same<A, B>(..._proof: Same<A, B> extends true ? [] : ["the types differ"]): void {}

const page = contract("fetch_page", {
  args: [v.pipe(v.string(), v.url())],
  returns: v.object({ title: v.string(), body: v.string(), note: v.optional(v.string()) }),
});
const embed = contract("embed", { args: [z.string()], returns: z.array(z.number()) });
const search = contract("search", {
  args: [type("number[]"), type("number")],
  kwargs: v.object({ limit: v.number() }),
  returns: v.array(v.string()),
});
const add = contract("add", {
  args: [v.number(), v.optional(v.number())],
  kwargs: v.object({ scale: v.optional(v.number()) }),
  returns: v.number(),
});
const born = contract("born", {
  args: [],
  returns: v.pipe(v.string(), v.transform((text) => new Date(text))),
});
const sinceWhen = contract("since_when", {
  args: [v.pipe(v.string(), v.transform((text) => new Date(text)))],
  returns: v.number(),
});
const tail = contract("tail", { args: [v.string()], yields: v.object({ line: v.string() }) });
const sum = contract("sum", {
  args: [v.string(), streamed(v.pipe(v.string(), v.transform(Number)))],
  returns: v.number(),
});
const double = contract("double", { args: [streamed(z.number())], yields: z.number() });
const order = contract("order", {
  args: [v.string()],
  returns: v.null(),
  errors: {
    out_of_stock: v.object({ left: v.number() }),
    too_late: v.object({ by: v.pipe(v.string(), v.transform(Number)) }),
  },
});

// What follows is checked and never called.

export async function calls(calling: Calling): Promise<void> {
  const vector = await calling.call(embed, ["hello"], { timeout: 2_000, resources: ["gpu"] });
  same<typeof vector, number[]>();
  const loose = await calling.call("embed", ["hello"], { kwargs: { any: 1 } });
  same<typeof loose, unknown>();
  const date = await calling.call(born);
  same<typeof date, Date>();
  const sum = await calling.call(add, [1]);
  same<typeof sum, number>();
  await calling.call(add, [1, 2], { kwargs: {} });
  await calling.call(add, [1, 2], { kwargs: { scale: 2 } });
  await calling.call(search, [[1], 2], { kwargs: { limit: 10 } });

  // @ts-expect-error an argument of the wrong type
  await calling.call(embed, [1]);
  // @ts-expect-error too few arguments
  await calling.call(embed, []);
  // @ts-expect-error too many arguments
  await calling.call(embed, ["hello", "again"]);
  // @ts-expect-error no arguments where one is needed
  await calling.call(embed);
  // @ts-expect-error keyword arguments are missing
  await calling.call(search, [[1], 2]);
  // @ts-expect-error keyword arguments are missing among the options
  await calling.call(search, [[1], 2], { timeout: 1 });
  // @ts-expect-error a keyword argument of the wrong type
  await calling.call(search, [[1], 2], { kwargs: { limit: "10" } });
  // @ts-expect-error keyword arguments of a contract that has none
  await calling.call(embed, ["hello"], { kwargs: { limit: 10 } });
  // @ts-expect-error what yields many values can't be called for one
  await calling.call(tail, ["/var/log/app"]);
  // @ts-expect-error the result is no string
  const text: string = await calling.call(embed, ["hello"]);
  return void text;
}

export function registrations(node: FarcallNode): void {
  node.register(embed, async ([text], { signal, kwargs, client }) => {
    same<typeof text, string>();
    same<typeof kwargs, Readonly<Record<string, never>>>();
    const answer = await client.call(page, [text], { signal });
    return [answer.title.length];
  });
  node.register(search, ([vector, count], { kwargs }) => {
    same<typeof vector, number[]>();
    same<typeof count, number>();
    same<typeof kwargs, { limit: number }>();
    return [];
  });
  node.register(sinceWhen, ([since]) => since.getTime());
  node.register(born, () => "2000-01-01");
  node.register("loose", (args, { kwargs }) => {
    same<typeof args, unknown[]>();
    same<typeof kwargs, Readonly<Record<string, unknown>>>();
  });

  // @ts-expect-error the function returns the wrong type
  node.register(embed, ([text]) => text);
  // @ts-expect-error the function promises the wrong type
  node.register(embed, ([text]) => Promise.resolve(text));
  // @ts-expect-error the function returns nothing
  node.register(embed, () => {});
  // @ts-expect-error the function takes an argument of the wrong type
  node.register(embed, ([text]: [number]) => [text]);
  // @ts-expect-error what travels is the schema's input, a string
  node.register(born, () => new Date());
  node.register(tail, async function* ([path]) {
    yield { line: path };
  });
  node.register(tail, ([path]) => ReadableStream.from([{ line: path }]));
  // @ts-expect-error the function yields the wrong type
  node.register(tail, async function* ([path]) {
    yield path;
  });
  // @ts-expect-error the function gives one value
  node.register(tail, ([path]) => ({ line: path }));
  // @ts-expect-error the function takes an argument of the wrong type
  node.register(tail, async function* ([path]: [number]) {
    yield { line: String(path) };
  });
  // @ts-expect-error an unknown option
  node.register(embed, () => [1], { concurency: 4 });
}

export async function streams(client: FarcallClient): Promise<void> {
  for await (const { line } of client.stream(tail, ["log"])) same<typeof line, string>();
  for await (const item of client.stream("tail", ["log"])) same<typeof item, unknown>();
  const { readable } = client.stream(tail, ["log"], { resumeFrom: 3 });
  same<typeof readable, ReadableStream<YieldOut<typeof tail.terms>>>();
  // @ts-expect-error an argument of the wrong type
  client.stream(tail, [1]);
  // @ts-expect-error an argument is missing
  client.stream(tail);
  // @ts-expect-error a function that gives one result
  client.stream(embed, ["text"]);
  // @ts-expect-error an unknown option
  client.stream(tail, ["log"], { resume: 3 });
}

export async function streamedArguments(node: FarcallNode): Promise<void> {
  node.register(sum, async ([text, numbers]) => {
    same<typeof text, string>();
    same<typeof numbers, ItemStream<number>>();
    let total = 0;
    for await (const number of numbers) total += number;
    return total;
  });
  node.register(double, async function* ([numbers]) {
    for await (const number of numbers) yield 2 * number;
  });
  async function* texts(): AsyncGenerator<string> {
    yield "1";
  }
  const total = await node.call(sum, ["all", texts()]);
  same<typeof total, number>();
  await node.call(sum, ["list", ["1", "2"]]);
  await node.call(sum, ["platform", ReadableStream.from(["1"])]);
  for await (const number of node.stream(double, [[1, 2]])) same<typeof number, number>();
  await node.request((r) => r.call(sum, ["list", ["1"]]));

  // @ts-expect-error items are what the schema takes, strings
  await node.call(sum, ["numbers", [1, 2]]);
  // @ts-expect-error an async iterable of the wrong type
  node.stream(double, [texts()]);
  // @ts-expect-error one value is no stream
  await node.call(sum, ["one", 1]);
  // @ts-expect-error the stream is missing
  await node.call(sum, ["none"]);
  // @ts-expect-error the function reads numbers
  node.register(
    sum,
    async ([, numbers]: [string, ItemStream<Date>]) => (await numbers.next()).done ? 0 : 1,
  );
  // @ts-expect-error items have a schema
  streamed(Number);
}

export async function futures(client: FarcallClient): Promise<void> {
  const found = await client.request((r) => {
    const first = r.call(page, ["https://example.org/"]);
    const vector = r.call(embed, [first.body]);
    same<typeof vector, Future<number[]>>();
    const hits = r.call(search, [vector, 10], { kwargs: { limit: 3 } });
    const days = r.call(sinceWhen, [r.call(born)]);
    return { title: first.title, hits, days, born: r.call(born), fixed: 1 };
  }, { timeout: 5_000 });
  same<typeof found, { title: string; hits: string[]; days: number; born: Date; fixed: number }>();

  await client.request((r) => {
    const first = r.call(page, ["https://example.org/"]);
    const loose = r.call("anything", [first.body]);
    same<typeof loose, UnknownFuture>();
    // @ts-expect-error the result has no such field
    r.call(embed, [first.bodi]);
    // @ts-expect-error a string has no fields
    r.call(embed, [first.body.length]);
    // @ts-expect-error a future of the wrong type
    r.call(search, [first.body, 10], { kwargs: { limit: 3 } });
    // @ts-expect-error a whole result in place of one of its fields
    r.call(embed, [first]);
    // @ts-expect-error a field that may be missing can't be an argument
    r.call(embed, [first.note]);
    // @ts-expect-error nothing is known of the result of a call by name
    r.call(embed, [loose.text]);
    // @ts-expect-error items of lists can't be referred to
    r.call(add, [r.call(embed, ["hello"])[0]]);
    // @ts-expect-error a value of the wrong type
    r.call(embed, [1]);
    // @ts-expect-error keyword arguments are missing
    r.call(search, [r.call(embed, ["hello"]), 10]);
    // @ts-expect-error a future of the wrong type among the keyword arguments
    r.call(search, [[1], 1], { kwargs: { limit: first.title } });
    // @ts-expect-error what yields many values has no single result
    r.call(tail, ["/var/log/app"]);
    return first;
  });
}

export async function maps(client: FarcallClient): Promise<void> {
  const pages = contract("pages", {
    args: [],
    returns: v.array(v.object({ url: v.string(), note: v.optional(v.string()) })),
  });
  const found = await client.request((r) => {
    const list = r.call(pages);
    const all = r.map(list, page, (item) => {
      same<typeof item, Future<{ url: string; note?: string | undefined }>>();
      return [item.url];
    }, { concurrency: 4, hedge: 50 });
    same<
      typeof all,
      Future<{ title: string; body: string; note?: string | undefined }[]>
    >();
    const days = r.map(r.call(pages), sinceWhen, () => [r.call(born)]);
    const vectors = r.map(r.map(list, "text", (item) => [item]), "embed", (text) => [text]);
    const hits = r.map(r.call(embed, ["x"]), search, (one) => [[1], one], (one) => ({
      kwargs: { limit: one },
      concurrency: 2,
    }));
    return { all, days, vectors, hits };
  });
  same<typeof found.all, { title: string; body: string; note?: string | undefined }[]>();
  same<typeof found.days, number[]>();
  same<typeof found.vectors, unknown[]>();
  same<typeof found.hits, string[][]>();

  await client.request((r) => {
    const list = r.call(pages);
    // @ts-expect-error the result is no list
    r.map(r.call(page, ["https://example.org/"]), embed, (item) => [item]);
    // @ts-expect-error nothing is known of the result of a call by name
    r.map(r.call("anything"), embed, (item) => [item]);
    // @ts-expect-error an item has no such field
    r.map(list, page, (item) => [item.uri]);
    // @ts-expect-error a whole item in place of one of its fields
    r.map(list, page, (item) => [item]);
    // @ts-expect-error a field that may be missing can't be an argument
    r.map(list, page, (item) => [item.note]);
    // @ts-expect-error an item of the wrong type
    r.map(r.call(embed, ["x"]), page, (item) => [item]);
    // @ts-expect-error too few arguments
    r.map(list, page, () => []);
    // @ts-expect-error keyword arguments are missing
    r.map(r.call(embed, ["x"]), search, (one) => [[1], one]);
    // @ts-expect-error what yields many values has no single result
    r.map(list, tail, (item) => [item.url]);
    // @ts-expect-error an unknown option
    r.map(list, page, (item) => [item.url], { concurency: 4 });
    // @ts-expect-error a list that is there already: call the function for each of its items
    r.map(["https://example.org/"], page, (item) => [item]);
    // @ts-expect-error items of the results can't be referred to
    r.call(embed, [r.map(list, page, (item) => [item.url])[0]]);
    // @ts-expect-error the contract says whether it is idempotent
    r.call(embed, ["x"], { idempotent: true });
    return list;
  });
}

export async function followed(client: FarcallClient): Promise<void> {
  const running = client.follow((r) => ({ vector: r.call(embed, ["x"]) }));
  for await (const event of running) {
    if (event.type === "part") same<typeof event.of, number>();
    // @ts-expect-error only the end of a call has a value
    if (event.type === "started") event.value;
  }
  same<Awaited<typeof running.result>, { vector: number[] }>();
}

export function errors(caught: unknown): void {
  if (isDeclaredError(order, caught)) {
    same<typeof caught.error, "out_of_stock" | "too_late">();
    if (caught.error === "out_of_stock") same<typeof caught.data, { left: number }>();
    else same<typeof caught.data, { by: number }>();
    // @ts-expect-error the contract declares no such error
    if (caught.error === "sold_out") return;
  }
  // @ts-expect-error what the function gives is the schema's input, a string
  declaredError(order, "too_late", { by: 3 });
  // @ts-expect-error the contract declares no such error
  declaredError(order, "sold_out", { left: 0 });
  // @ts-expect-error the data is of the wrong type
  declaredError(order, "out_of_stock", { left: "none" });
  // @ts-expect-error the contract declares no errors at all
  declaredError(embed, "out_of_stock", { left: 0 });
}

export function terms(): void {
  same<YieldIn<typeof tail.terms>, { line: string }>();
  same<YieldOut<typeof tail.terms>, { line: string }>();
  // @ts-expect-error neither returns nor yields
  contract("neither", { args: [] });
  // @ts-expect-error both returns and yields
  contract("both", { args: [], returns: v.null(), yields: v.null() });
  // @ts-expect-error not a schema
  contract("no_schema", { args: [String], returns: v.null() });
}

/** Code that takes any contract. */
export function anyContract<Terms extends ReturningTerms>(
  one: Contract<Terms>,
  context: FunctionContext,
): string {
  const known: readonly Contract<ReturningTerms>[] = [one, embed, search, order];
  return `${known.length} ${context.name}`;
}
