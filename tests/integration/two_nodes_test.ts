import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLess,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  connect,
  FarcallError,
  type FarcallNode,
  MemoryNetwork,
  type NodeEdges,
  type NodeOptions,
  PublicError,
  startNode,
  webSocketDialer,
} from "../../mod.ts";
import { connect as connectAnywhere } from "../../lib/client/mod.ts";

const LISTEN = "ws://127.0.0.1:0";

function start(options: NodeOptions = {}): Promise<FarcallNode> {
  return startNode({ listen: LISTEN, onError: () => {}, ...options });
}

/** Waits until a node lists a function. */
async function listed(node: FarcallNode, name: string): Promise<void> {
  for await (const event of node.offers({ function: name })) if (event.type === "added") return;
}

async function failure(call: Promise<unknown>): Promise<FarcallError> {
  return await assertRejects(() => call, FarcallError);
}

Deno.test("a client calls a function of the node it is connected to", async () => {
  await using node = await start();
  node.register("add", ([a, b]) => Number(a) + Number(b));
  node.register("keywords", (_args, { kwargs }) => kwargs);
  await using client = await connect(node.url);
  assertEquals(client.url, node.url);
  assertEquals(await client.call("add", [1, 2]), 3);
  assertEquals(await client.call("keywords", [], { kwargs: { a: [1] } }), { a: [1] });
});

Deno.test("a client with the platform's own WebSocket calls too, in both dialects", async () => {
  await using node = await start();
  node.register("echo", (args) => args);
  for (const dialects of [["farcall.v1"], ["json"]] as const) {
    await using client = await connectAnywhere([node.url], { dialects });
    assertEquals(await client.call("echo", ["hé", { a: null }]), ["hé", { a: null }]);
    const shape = await client.request((r) => {
      const first = r.call("echo", [{ deep: { er: 7 } }]);
      const second = r.call("echo", [first]);
      return { both: [first, second], constant: 1 };
    });
    const inner = [{ deep: { er: 7 } }];
    assertEquals(shape, { both: [inner, [inner]], constant: 1 });
  }
});

Deno.test("a node calls a function of another node, and sees its offer come and go", async () => {
  await using hub = await start({ cluster: "a" });
  await using worker = await start({ cluster: "a", peers: [hub.url] });
  const seen: string[] = [];
  const events = hub.offers({ function: "embed" });
  const offer = worker.register("embed", ([text]) => String(text).length, { resources: ["gpu"] });
  for await (const event of events) {
    seen.push(event.type);
    if (event.type === "added") {
      assertEquals(event.offer.origin, worker.url);
      assertEquals(await hub.call("embed", ["hello"], { resources: ["gpu"] }), 5);
      const error = await failure(hub.call("embed", ["x"], { resources: ["tpu"] }));
      assertEquals([error.code, error.ran], ["NO_PROVIDER", "no"]);
      offer.withdraw();
    }
    if (event.type === "lost") break;
  }
  assertEquals(seen, ["added", "lost"]);
  assertEquals((await failure(hub.call("embed", ["x"]))).code, "FUNCTION_NOT_FOUND");
  assertEquals(hub.listLinks().map(({ peer }) => peer), [worker.url]);
});

Deno.test("a call passes a node in the middle", async () => {
  await using left = await start({ cluster: "left" });
  await using middle = await start({ cluster: "middle", peers: [left.url] });
  await using right = await start({ cluster: "right", peers: [middle.url], reach: "relay" });
  left.register("where", () => "left");
  await listed(right, "where");
  assertEquals(right.listOffers().find(({ fun }) => fun === "where")?.distance, 2);
  assertEquals(await right.call("where"), "left");
});

Deno.test("a function's failure reaches the caller without its secrets", async () => {
  const heard: unknown[] = [];
  await using node = await start({ onError: (error) => heard.push(error) });
  node.register("secret", () => {
    throw new Error("password 1234");
  });
  node.register("async_secret", () => Promise.reject(new Error("password 1234")));
  node.register("public", () => {
    throw new PublicError("Out of stock", { data: { left: 0 }, retryable: true });
  });
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  node.register("cycle", () => cycle);
  node.register("bigint", () => 1n);
  node.register("large", () => "x".repeat(5_000_000));
  node.register("nothing", () => {});
  await using client = await connect(node.url);
  for (const name of ["secret", "async_secret"]) {
    const error = await failure(client.call(name));
    assertEquals([error.code, error.message, error.ran], [
      "HANDLER_ERROR",
      `${name} failed`,
      "yes",
    ]);
  }
  assertEquals(heard.map(String), ["Error: password 1234", "Error: password 1234"]);
  const told = await failure(client.call("public"));
  assertEquals([told.code, told.message, told.details, told.retryable], [
    "HANDLER_ERROR",
    "Out of stock",
    { left: 0 },
    true,
  ]);
  assertEquals((await failure(client.call("cycle"))).code, "RESULT_NOT_SERIALIZABLE");
  assertEquals((await failure(client.call("bigint"))).code, "RESULT_NOT_SERIALIZABLE");
  assertEquals((await failure(client.call("large"))).code, "RESULT_TOO_LARGE");
  assertEquals(await client.call("nothing"), null);
});

Deno.test("a cancel and a deadline reach the function where it runs", async () => {
  await using hub = await start();
  await using worker = await start({ peers: [hub.url] });
  const aborted: Promise<string>[] = [];
  const running = Promise.withResolvers<void>();
  worker.register("forever", (_args, { signal, remaining }) => {
    assert(remaining() > 0 && remaining() <= 30_000);
    running.resolve();
    const { promise, resolve } = Promise.withResolvers<string>();
    signal.addEventListener("abort", () => resolve(signal.reason.code));
    aborted.push(promise);
    return promise;
  });
  await listed(hub, "forever");
  await using client = await connect(hub.url);
  const end = new AbortController();
  const cancelled = failure(client.call("forever", [], { signal: end.signal }));
  await running.promise;
  end.abort();
  assertEquals((await cancelled).code, "CANCELLED");
  const late = await failure(client.call("forever", [], { timeout: 50 }));
  assertEquals(late.code, "DEADLINE_EXCEEDED");
  assertEquals(aborted.length, 2);
  assertEquals(await aborted[0], "CANCELLED");
  await aborted[1];
});

Deno.test("a call with a signal that is aborted already does not run", async () => {
  await using node = await start();
  let runs = 0;
  node.register("count", () => runs += 1);
  await using client = await connect(node.url);
  const error = await failure(client.call("count", [], { signal: AbortSignal.abort("enough") }));
  assertEquals([error.code, error.ran, error.cause], ["CANCELLED", "no", "enough"]);
  assertEquals(await client.call("count"), 1);
});

Deno.test("a function calls on, within its caller's time", async () => {
  await using hub = await start();
  await using worker = await start({ peers: [hub.url] });
  worker.register("inner", (_args, { remaining }) => remaining());
  hub.register("outer", (_args, { client }) => client.call("inner"));
  hub.register("failing", (_args, { client }) => client.call("nowhere"));
  hub.register("many", (_args, { client }) => client.request((r) => [r.call("inner")]));
  await listed(hub, "inner");
  const left = await hub.call("outer", [], { timeout: 2_000 });
  assert(typeof left === "number" && left > 0 && left <= 2_000, `${left}`);
  assertStringIncludes((await failure(hub.call("failing"))).message, "FUNCTION_NOT_FOUND");
  assert(Array.isArray(await hub.call("many", [], { timeout: 2_000 })));
});

Deno.test("a request of several calls takes results from each other", async () => {
  await using hub = await start();
  await using worker = await start({ peers: [hub.url] });
  worker.register("page", ([url]) => ({ title: "T", body: `<${url}>` }));
  worker.register("length", ([text]) => String(text).length);
  await listed(hub, "length");
  await using client = await connect(hub.url);
  const found = await client.request((r) => {
    const page = r.call("page", ["u"]);
    return { title: page.title, length: r.call("length", [page.body]) };
  }, { timeout: 5_000 });
  assertEquals(found, { title: "T", length: 3 });
  const error = await failure(client.request((r) => r.call("nowhere")));
  assertEquals(error.code, "FUNCTION_NOT_FOUND");
});

Deno.test("a node lives inside a server that is already there", async () => {
  const { promise: port, resolve } = Promise.withResolvers<number>();
  const holder: { node?: FarcallNode } = {};
  const server = Deno.serve(
    {
      port: 0,
      hostname: "127.0.0.1",
      onListen: (address) => resolve(address.port),
    },
    (request) =>
      new URL(request.url).pathname === "/farcall" && holder.node !== undefined
        ? holder.node.fetch(request)
        : new Response("application"),
  );
  const url = `ws://127.0.0.1:${await port}/farcall`;
  holder.node = await startNode({ url });
  holder.node.register("echo", ([text]) => text);
  {
    await using client = await connect(url);
    assertEquals(await client.call("echo", ["hello"]), "hello");
    const plain = await fetch(url.replace("ws", "http"));
    assertEquals(plain.status, 426);
    await plain.body?.cancel();
  }
  await holder.node.drain();
  const leaving = await fetch(url.replace("ws", "http"));
  assertEquals(leaving.status, 503);
  await leaving.body?.cancel();
  await server.shutdown();
});

Deno.test("a client goes to the next URL when its node is gone", async () => {
  const first = await start();
  await using second = await start();
  first.register("who", () => "first");
  second.register("who", () => "second");
  await using client = await connect([first.url, second.url]);
  assertEquals(await client.call("who"), "first");
  await first.drain({ timeout: 0 });
  for (let attempt = 0;; attempt += 1) {
    try {
      assertEquals(await client.call("who", [], { timeout: 5_000 }), "second");
      break;
    } catch (error) {
      // What had been sent when the node fell may fail, once.
      assert(error instanceof FarcallError && error.code === "UNAVAILABLE" && attempt === 0);
    }
  }
  assertEquals(client.url, second.url);
});

Deno.test("connect fails with each URL's reason when no node answers in time", async () => {
  const gone = await start();
  await gone.drain();
  const begun = performance.now();
  const error = await failure(connect([gone.url], { connectTimeout: 200 }));
  assertEquals(error.code, "UNAVAILABLE");
  assertStringIncludes(error.message, gone.url);
  assertLess(performance.now() - begun, 2_000);
  const stopped = await failure(connect(gone.url, { signal: AbortSignal.timeout(50) }));
  assertEquals(stopped.code, "CANCELLED");
});

Deno.test("drain lets calls end, then the node is gone from the federation", async () => {
  await using hub = await start();
  const worker = await start({ peers: [hub.url] });
  const running = Promise.withResolvers<void>();
  const release = Promise.withResolvers<string>();
  worker.register("slow", () => {
    running.resolve();
    return release.promise;
  });
  await listed(hub, "slow");
  const result = hub.call("slow");
  await running.promise;
  const drained = worker.drain({ timeout: 5_000 });
  assertThrows(() => worker.register("late", () => 0), FarcallError, "ended");
  release.resolve("done");
  assertEquals(await result, "done");
  await drained;
  assertEquals((await failure(worker.call("slow"))).code, "UNAVAILABLE");
  assertEquals(hub.listOffers(), []);
});

Deno.test("drain does not wait for a function that never ends longer than it was told", async () => {
  await using hub = await start();
  const worker = await start({ peers: [hub.url] });
  let signal: AbortSignal | undefined;
  const running = Promise.withResolvers<void>();
  worker.register("never", (_args, context) => {
    signal = context.signal;
    running.resolve();
    return new Promise(() => {});
  });
  await listed(hub, "never");
  const result = failure(hub.call("never"));
  await running.promise;
  const begun = performance.now();
  await worker.drain({ timeout: 100 });
  const took = performance.now() - begun;
  assertGreaterOrEqual(took, 99);
  assertLess(took, 1_000);
  assertEquals(signal?.aborted, true);
  assertEquals((await result).code, "UNAVAILABLE");
});

Deno.test("closing a client settles what is pending", async () => {
  await using node = await start();
  node.register("never", () => new Promise(() => {}), { maxHops: 0 });
  const client = await connect(node.url);
  const pending = failure(client.call("never"));
  await client.close();
  assertEquals((await pending).code, "CANCELLED");
  assertEquals((await failure(client.call("never"))).code, "UNAVAILABLE");
  await node.drain({ timeout: 0 });
});

Deno.test("runs of functions can be watched", async () => {
  await using node = await start();
  node.register("good", () => 1);
  node.register("bad", () => {
    throw new PublicError("no");
  });
  const runs = node.calls();
  await node.call("good");
  await failure(node.call("bad"));
  const seen: unknown[] = [];
  for await (const run of runs) {
    seen.push([run.type, run.function, run.type === "ended" ? run.code : run.caller.kind]);
    if (seen.length === 4) break;
  }
  assertEquals(seen, [
    ["started", "good", "local"],
    ["ended", "good", undefined],
    ["started", "bad", "local"],
    ["ended", "bad", "HANDLER_ERROR"],
  ]);
});

Deno.test("a client without a pump agrees on pieces with a node", async () => {
  await using node = await start();
  node.register("echo", ([text]) => text);
  const socket = new WebSocket(node.url, ["farcall.v1.pieces", "farcall.v1"]);
  await new Promise((resolve) => socket.onopen = resolve);
  assertEquals(socket.protocol, "farcall.v1.pieces");
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
  await using client = await connect(node.url, { dialer: webSocketDialer({ pump: "never" }) });
  const text = "x".repeat(100_000);
  assertEquals(await client.call("echo", [text]), text);
});

Deno.test("a node and its peers live on other edges just as well", async () => {
  const network = new MemoryNetwork();
  const edges = (name: string): NodeEdges => ({
    dialer: network.dialer(name),
    listen: (url, subprotocols, accept) =>
      Promise.resolve(network.listen(url, accept, subprotocols)),
  });
  await using hub = await start({ listen: "ws://hub", edges: edges("ws://hub") });
  {
    await using worker = await start({
      listen: "ws://worker",
      edges: edges("ws://worker"),
      peers: ["ws://hub"],
    });
    worker.register("echo", ([text]) => text);
    await listed(hub, "echo");
    await using client = await connectAnywhere("ws://hub", { dialer: network.dialer("client") });
    assertEquals(await client.call("echo", ["hello"]), "hello");
    const events = client.events();
    network.cut("client", "ws://hub");
    assertEquals((await events.next()).value?.type, "disconnected");
    assertEquals(await client.call("echo", ["again"]), "again");
  }
  assertEquals(hub.listOffers(), []);
});

Deno.test("a burst of large calls gets through", async () => {
  await using node = await start();
  node.register("length", ([text]) => String(text).length);
  await using client = await connect(node.url);
  const text = "x".repeat(3_000_000);
  const lengths = await Promise.all(
    Array.from({ length: 8 }, () => client.call("length", [text])),
  );
  assertEquals(new Set(lengths), new Set([3_000_000]));
});

Deno.test("the deepest arguments and results that may travel do, over a relay and in a request", async () => {
  const nest = (depth: number): unknown => JSON.parse("[".repeat(depth) + "]".repeat(depth));
  await using a = await startNode({ listen: "ws://127.0.0.1:0" });
  await using b = await startNode({ listen: "ws://127.0.0.1:0", peers: [a.url] });
  a.register("first", ([value]) => value);
  for await (const _ of b.offers({ function: "first" })) break;
  for (const dialects of [["farcall.v1"], ["json"]] as const) {
    await using client = await connect(b.url, { dialects });
    // One level is the list of arguments itself.
    assertEquals(await client.call("first", [nest(59)]), nest(59));
    const asked = client.request((request) => ({ it: request.call("first", [nest(59)]) }));
    assertEquals(await asked, { it: nest(59) });
    await assertRejects(() => client.call("first", [nest(60)]), FarcallError, "60 levels");
    assertEquals(await client.call("first", ["still there"]), "still there");
  }
});
