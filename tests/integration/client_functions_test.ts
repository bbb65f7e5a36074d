/**
 * Functions that a client offers through the node that it is connected to: nobody can dial it, and everybody can call it.
 */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as v from "valibot";
import { connect, contract, FarcallError, type FarcallNode, startNode } from "../../mod.ts";

function start(options: Parameters<typeof startNode>[0] = {}): Promise<FarcallNode> {
  return startNode({ listen: "ws://127.0.0.1:0", onError: () => {}, ...options });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function error(promise: Promise<unknown>): Promise<FarcallError> {
  return assertRejects(() => promise, FarcallError);
}

const WAIT = { whenMissing: "wait", timeout: 10_000 } as const;
const shout = contract("shout", { args: [v.string()], returns: v.string() });

Deno.test("a client's function is its node's offer: two links away it is called, typed and streamed", async () => {
  await using hub = await start({ cluster: "hub" });
  await using middle = await start({ cluster: "middle", peers: [hub.url] });
  await using far = await start({ cluster: "far", peers: [middle.url] });
  await using page = await connect(hub.url);
  page.register(shout, ([text]) => text.toUpperCase(), { resources: ["screen"] });
  page.register("count", function* (_args, { resumeFrom }) {
    for (let number = resumeFrom; number < 2_000; number += 1) yield number;
  });
  page.register("fail", () => {
    throw new Error("secret");
  });
  assertEquals(await far.call(shout, ["hello"], { resources: ["screen"], ...WAIT }), "HELLO");
  const [offer] = far.listOffers().filter(({ fun }) => fun === "shout");
  assertEquals([offer?.origin, offer?.distance], [hub.url, 2]);
  const items: unknown[] = [];
  for await (const item of far.stream("count", [], { whenMissing: "wait", resumeFrom: 3 })) {
    items.push(item);
  }
  assertEquals([items.length, items[0], items.at(-1)], [1_997, 3, 1_999]);
  const failed = await error(far.call("fail", [], WAIT));
  assertEquals([failed.code, failed.ran], ["HANDLER_ERROR", "yes"]);
  assertEquals(await page.call(shout, ["self"]), "SELF", "it may call itself");
  assertEquals(hub.counts().running, 0);
});

Deno.test("a client's offer ends when it takes it back, and when its connection ends, with what runs of it", async () => {
  await using hub = await start();
  await using caller = await start({ peers: [hub.url] });
  const page = await connect(hub.url);
  const offer = page.register("one", () => 1);
  let signal: AbortSignal | undefined;
  page.register("forever", (_args, context) => {
    signal = context.signal;
    return new Promise(() => {});
  });
  assertEquals(await caller.call("one", [], WAIT), 1);
  offer.withdraw();
  await until(() => !caller.listOffers().some(({ fun }) => fun === "one"));
  const pending = error(caller.call("forever", [], WAIT));
  await until(() => signal !== undefined);
  await page.close();
  const { code, ran } = await pending;
  assertEquals([code, ran, signal?.aborted], ["UNAVAILABLE", "yes", true]);
  await until(() => caller.listOffers().every(({ fun }) => fun !== "forever"));
  assertEquals(hub.counts().running, 0);
});

Deno.test("a cancel and a deadline reach a client's function, and its slot is free again", async () => {
  await using hub = await start();
  await using page = await connect(hub.url);
  const signals: AbortSignal[] = [];
  page.register("wait", (_args, { signal }) => {
    signals.push(signal);
    return new Promise((resolve) => signal.addEventListener("abort", resolve));
  }, { concurrency: 1, queue: 0 });
  await until(() => hub.listOffers().some(({ fun }) => fun === "wait"));
  const giveUp = new AbortController();
  const first = error(hub.call("wait", [], { signal: giveUp.signal }));
  await until(() => signals.length === 1);
  assertEquals((await error(hub.call("wait"))).code, "RESOURCE_EXHAUSTED");
  giveUp.abort();
  assertEquals((await first).code, "CANCELLED");
  await until(() => signals[0]?.aborted === true);
  assertEquals((await error(hub.call("wait", [], { timeout: 50 }))).code, "DEADLINE_EXCEEDED");
  await until(() => signals.length === 2 && signals[1]?.aborted === true);
  assertEquals(hub.counts().running, 0);
});

Deno.test("a client offers its functions at the next node, too, when the first one leaves", async () => {
  const first = await start();
  await using second = await start();
  await using page = await connect([first.url, second.url]);
  page.register("here", () => "page");
  assertEquals(await first.call("here", [], WAIT), "page");
  await first.drain();
  assertEquals(await second.call("here", [], WAIT), "page");
});

Deno.test("a client that speaks json is told that its functions are not offered", async () => {
  await using hub = await start();
  await using page = await connect(hub.url, { dialects: ["json"] });
  const events = page.events();
  page.register("one", () => 1);
  const { value } = await events.next();
  assert(value?.type === "protocol_error" && value.message.includes("takes no offers"));
  assertThrows(() => page.register("rpc.one", () => 1), TypeError);
});

Deno.test("describe shows the contract of a client's function, fetched once from the client and kept by nodes", async () => {
  await using hub = await start({ cluster: "hub" });
  await using far = await start({ cluster: "far", peers: [hub.url] });
  await using page = await connect(hub.url);
  const offer = page.register(shout, ([text]) => text.toUpperCase());
  const asked: string[] = [];
  const listening = new AbortController();
  const observed = (async () => {
    for await (const { type, function: name } of page.calls({ signal: listening.signal })) {
      if (type === "started") asked.push(name);
    }
  })();
  assertEquals(await far.call(shout, ["hello"], WAIT), "HELLO");
  await using client = await connect(far.url);
  for (const one of [client, far, hub]) {
    const { contracts } = await one.describe("shout");
    assertEquals(contracts.map(({ document }) => document?.["name"]), ["shout"]);
  }
  const document = await client.discover();
  assert(JSON.stringify(document).includes('"shout"'));
  listening.abort();
  await observed;
  assertEquals(asked, ["shout", "rpc.contracts"]);
  offer.withdraw();
  await until(() => hub.listOffers().length === 0);
  assertEquals(hub.counts().running, 0);
});

Deno.test("contracts that nobody offers, and what is no digest, are left out when contracts are asked for", async () => {
  await using hub = await start();
  await using page = await connect(hub.url);
  page.register(shout, ([text]) => text.toUpperCase());
  await until(() => hub.listOffers().length === 1);
  assertEquals(await hub.call("rpc.contracts", [["0".repeat(64), 7]]), {});
  assertEquals(await hub.call("rpc.contracts", [7]), {});
});
