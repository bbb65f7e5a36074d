/** What a client sees of offers and of its own functions. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type CallEvent,
  type ClientOfferEvent,
  connect,
  FarcallError,
  type FarcallNode,
  type Missable,
  startNode,
} from "../../mod.ts";

function start(options: Parameters<typeof startNode>[0] = {}): Promise<FarcallNode> {
  return startNode({ listen: "ws://127.0.0.1:0", onError: () => {}, ...options });
}

/** Reads events until one fits, and tells them all as `type function@distance`. */
async function readUntil(
  events: AsyncIterator<ClientOfferEvent & Missable>,
  fits: (event: ClientOfferEvent) => boolean,
): Promise<string[]> {
  const read: string[] = [];
  while (true) {
    const { done, value } = await events.next();
    if (done === true) throw new Error(`The iteration ended after ${read}`);
    read.push(`${value.type} ${value.offer.fun}@${value.offer.distance}`);
    if (fits(value)) return read;
  }
}

for (const dialect of ["farcall.v1", "json"] as const) {
  Deno.test(`a ${dialect} client sees the offers in reach of its node, and what happens to them`, async () => {
    await using hub = await start();
    hub.register("near", () => 1, { resources: ["gpu"] });
    await using client = await connect(hub.url, { dialects: [dialect] });
    const events = client.offers();
    const { value: first } = await events.next();
    assert(first !== undefined);
    const { type, offer, via } = first;
    assertEquals([type, offer.fun, offer.resources, offer.origin, offer.distance, via], [
      ...["added", "near", ["gpu"], hub.url, 0, hub.url],
    ]);
    await using far = await start({ peers: [hub.url] });
    const offered = far.register("far", () => 1);
    assertEquals(await readUntil(events, () => true), ["added far@1"]);
    offered.withdraw();
    assertEquals(await readUntil(events, () => true), ["lost far@1"]);
    await events.return?.();
    assertEquals(await events.next(), { done: true, value: undefined });
  });
}

Deno.test("a client that has to go to another node tells what is different there, and nothing twice", async () => {
  await using one = await start({ cluster: "one" });
  await using two = await start({ cluster: "two", peers: [one.url] });
  one.register("leaves", () => 1);
  two.register("stays", () => 1);
  const server = await start({ cluster: "three", peers: [one.url] });
  server.register("own", () => 1);
  for await (const { offer } of server.offers({ function: "stays" })) if (offer) break;
  for await (const { offer } of two.offers({ function: "leaves" })) if (offer) break;
  await using client = await connect([server.url, two.url]);
  const events = client.offers();
  const all = [...await readUntil(events, () => true), ...await readUntil(events, () => true)];
  all.push(...await readUntil(events, () => true));
  assertEquals(all.sort(), ["added leaves@1", "added own@0", "added stays@2"]);
  await server.drain();
  const after: string[] = [];
  while (after.length < 2) after.push(...await readUntil(events, ({ via }) => via === two.url));
  assertEquals(after.filter((text) => !text.includes("own")).sort(), [
    ...["changed stays@0"],
  ]);
  assert(after.some((text) => text.startsWith("lost own")));
});

Deno.test("an iteration over offers ends with its signal, with the client, and while it waits", async () => {
  await using hub = await start();
  const client = await connect(hub.url);
  const abort = new AbortController();
  const bySignal = client.offers({ signal: abort.signal }).next();
  const returned = client.offers({ function: "none" });
  const waiting = returned.next();
  const byClient = client.offers({ function: "none" }).next();
  abort.abort();
  await returned.return?.();
  assertEquals([(await bySignal).done, (await waiting).done], [true, true]);
  await client.close();
  assertEquals((await byClient).done, true);
  assertThrows(() => client.offers({ function: "" }), TypeError);
  await assertRejects(
    () => hub.call("rpc.listed", [7]),
    FarcallError,
    "name of a function",
  );
});

Deno.test("a node that leaves does not wait for those who watch its offers", async () => {
  const hub = await start();
  await using client = await connect(hub.url);
  const events = client.offers();
  hub.register("one", () => 1);
  await readUntil(events, () => true);
  // It would wait for calls that long.
  await hub.drain({ timeout: 3_600_000 });
});

Deno.test("who reads offers slowly gets the last ones, and hears how many it missed", async () => {
  await using hub = await start();
  await using client = await connect(hub.url);
  const events = client.offers({ function: "flaps" });
  const first = hub.register("flaps", () => 1);
  assertEquals((await events.next()).value?.type, "added");
  first.withdraw();
  for (let count = 0; count < 3_000; count += 1) {
    hub.register("flaps", () => 1).withdraw();
    if (count % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  hub.register("flaps", () => 1, { resources: ["last"] });
  let missed = 0;
  while (true) {
    const { value } = await events.next();
    missed += value?.missed ?? 0;
    if (value?.offer.resources.length === 1) break;
  }
  assert(missed > 0);
});

Deno.test("a client sees its own functions begin and end", async () => {
  await using hub = await start();
  const client = await connect(hub.url);
  client.register("mine", () => 1);
  const events = client.calls();
  await hub.call("mine", [], { whenMissing: "wait" });
  const seen: CallEvent["type"][] = [];
  for await (const { type, function: name } of events) {
    assertEquals(String(name), "mine");
    seen.push(type);
    if (seen.length === 2) break;
  }
  assertEquals(seen, ["started", "ended"]);
  const last = client.calls().next();
  await client.close();
  assertEquals((await last).done, true);
});
