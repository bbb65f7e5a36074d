import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  connect,
  contract,
  declaredError,
  FarcallError,
  type FarcallNode,
  isDeclaredError,
  type NodeOptions,
  type RequestEvent,
  startNode,
} from "@farcall/farcall";
import * as v from "valibot";

const Item = v.object({ url: v.string(), size: v.number() });
const crawl = contract("crawl", { args: [v.string()], returns: v.array(Item) });
const shrink = contract("shrink", {
  args: [v.string(), v.number()],
  returns: v.string(),
  idempotent: true,
  errors: { gone: v.object({ url: v.string() }) },
});

function start(options: Partial<NodeOptions> = {}): Promise<FarcallNode> {
  return startNode({ listen: "ws://127.0.0.1:0", ...options });
}

async function listed(node: FarcallNode, ...functions: readonly string[]): Promise<void> {
  const missing = new Set(functions);
  for await (const { type, offer } of node.offers({ signal: AbortSignal.timeout(5_000) })) {
    if (type === "added") missing.delete(offer.fun);
    if (missing.size === 0) return;
  }
  throw new Error(`never heard of ${[...missing]}`);
}

/** A hub, and a worker on which `crawl` and `shrink` run. */
async function pair(): Promise<AsyncDisposable & { hub: FarcallNode; worker: FarcallNode }> {
  const hub = await start();
  const worker = await start({ peers: [hub.url] });
  worker.register(crawl, ([site]) => [1, 2, 3].map((n) => ({ url: `${site}/${n}`, size: n })));
  worker.register(shrink, ([url, by]) => {
    if (by === 0) throw declaredError(shrink, "gone", { url });
    return `${url}:${by}`;
  });
  await listed(hub, "crawl", "shrink");
  const dispose = async (): Promise<void> => {
    await worker[Symbol.asyncDispose]();
    await hub[Symbol.asyncDispose]();
  };
  return { hub, worker, [Symbol.asyncDispose]: dispose };
}

Deno.test("a client maps a function over a list that another one gives", async () => {
  await using both = await pair();
  await using client = await connect(both.hub.url);
  const found = await client.request((r) => {
    const pages = r.call(crawl, ["site"]);
    const small = r.map(pages, shrink, (page) => [page.url, page.size], { concurrency: 2 });
    return { small, loose: r.map(pages, "shrink", (page) => [page.url, 7]), first: pages };
  }, { timeout: 5_000 });
  assertEquals(found.small, ["site/1:1", "site/2:2", "site/3:3"]);
  assertEquals(found.loose.length, 3);
  assertEquals(found.first[0]?.url, "site/1");
});

Deno.test("an error of a map is typed and says of which item it is", async () => {
  await using both = await pair();
  await using client = await connect(both.hub.url);
  const error = await assertRejects(
    () =>
      client.request((r) =>
        r.map(r.call(crawl, ["site"]), shrink, () => ["x", 0], { concurrency: 1 })
      ),
    FarcallError,
  );
  assert(isDeclaredError(shrink, error));
  assertEquals(error.data.url, "x");
  assertStringIncludes(error.message, "Item 0 of 3 of shrink");
});

Deno.test("strings that look like references travel as they are, in both dialects", async () => {
  await using node = await start();
  node.register("echo", ([value]) => value);
  for (const dialects of [["farcall.v1"], ["json"]] as const) {
    await using client = await connect(node.url, { dialects });
    const tricky = ["first", "~", '["~a-0"]', { at: ["args", 0], of: "a", refs: [] }];
    const found = await client.request((r) => {
      const first = r.call("echo", [tricky]);
      return [first, r.call("echo", [{ copy: first, literal: tricky }])];
    });
    assertEquals<unknown>(found, [tricky, { copy: tricky, literal: tricky }]);
  }
});

Deno.test("fields with dots and items of lists are reached by farcall.v1, and json says that it can't", async () => {
  await using node = await start();
  node.register("give", () => ({ "a.b": { "": [1, { x: "deep" }] } }));
  node.register("echo", ([value]) => value);
  await using client = await connect(node.url);
  const deep = await client.request((r) => {
    const given = r.call("give");
    return r.call("echo", [given["a.b"]?.[""]?.["1"]?.["x"]]);
  });
  assertEquals(deep, "deep");
  await using legacy = await connect(node.url, { dialects: ["json"] });
  const dotted = () => legacy.request((r) => r.call("echo", [r.call("give")["a.b"]]));
  const mapped = () => legacy.request((r) => r.map(r.call("give"), "echo", (one) => [one]));
  for (const ask of [dotted, mapped]) {
    const error = await assertRejects(ask, FarcallError);
    assertEquals([error.code, error.ran], ["UNSUPPORTED_VERSION", "no"]);
  }
});

Deno.test("a field that a result lacks is a typed error, and the function that needs it does not run", async () => {
  await using node = await start();
  let runs = 0;
  node.register("give", () => ({ here: 1 }));
  node.register("echo", ([value]) => {
    runs += 1;
    return value;
  });
  const error = await assertRejects(
    () => node.request((r) => r.call("echo", [r.call("give").elsewhere])),
    FarcallError,
  );
  assertEquals([error.code, error.ran, runs], ["UNKNOWN_REFERENCE", "yes", 0]);
  assertStringIncludes(error.message, "elsewhere");
});

Deno.test("a request can be followed by nodes and clients, in both dialects", async () => {
  await using both = await pair();
  await using client = await connect(both.hub.url);
  await using legacy = await connect(both.hub.url, { dialects: ["json"] });
  both.hub.register("site", () => ({ name: "x" }));
  for (const calling of [both.hub, client, legacy]) {
    const running = calling.follow(
      (r) => r.call("crawl", [r.call("site").name]),
      { timeout: 5_000 },
    );
    const events: RequestEvent[] = [];
    for await (const event of running) events.push(event);
    const ends = events.filter(({ type }) => type === "finished");
    assertEquals(ends.length, 2);
    assertEquals(events.at(-1)?.type, "summary");
    assert(Array.isArray(await running.result));
  }
});

Deno.test("following a request that fails throws in the loop and rejects the result, once each", async () => {
  await using node = await start();
  node.register("give", () => 1);
  const running = node.follow((r) => r.call("give", [r.call("give").nothing]));
  const seen: string[] = [];
  await assertRejects(async () => {
    for await (const event of running) seen.push(event.type);
  }, FarcallError);
  assertEquals(seen, ["started", "finished", "started"]);
  await assertRejects(() => running.result, FarcallError);
});
