/** A node of the reference that dials us first, as one does that has us in its `peers`. */

import { assertEquals } from "@std/assert";
import { heard, hellosFrom, MixedWorld } from "./mixed_world.ts";

Deno.test("a reference node that dials a node learns of it and of those behind it, each by its own name", async () => {
  await using world = new MixedWorld();
  const node = await world.farcall();
  node.register("near", () => "near");
  const behind = await world.farcall({ peers: [node.url] });
  behind.register("deep", () => "deep");
  const reference = world.reference({ gossipIntervalMs: Infinity });
  await reference.connect(node.url);
  await world.clock.pass(1_000);
  assertEquals(reference.table.of(node.url), ["near []"]);
  assertEquals(reference.table.of(behind.url), ["deep []"]);
  assertEquals([await reference.call("near"), await reference.call("deep")], ["near", "deep"]);
});

Deno.test("over a socket that a reference node dialled it hears of nobody else", async () => {
  await using world = new MixedWorld();
  const node = await world.farcall();
  const behind = await world.farcall({ peers: [node.url] });
  behind.register("deep", () => "deep");
  const reference = world.reference({ gossipIntervalMs: Infinity });
  await reference.connect(node.url);
  await world.clock.pass(130_000);
  const sources = hellosFrom(reference, node.url).filter(({ from }) => from === "link")
    .map(({ hello }) => hello["original_source"]);
  assertEquals(new Set(sources), new Set([""]));
});

Deno.test("a function is withdrawn from a reference node that dialled first", async () => {
  await using world = new MixedWorld();
  const node = await world.farcall();
  const gone = node.register("gone", () => 1);
  node.register("stays", () => 2);
  const reference = world.reference();
  await reference.connect(node.url);
  await world.clock.pass(1_000);
  assertEquals(reference.table.of(node.url), ["gone []", "stays []"]);
  gone.withdraw();
  await world.clock.pass(100);
  assertEquals(reference.table.of(node.url), ["stays []"]);
  await world.clock.pass(10_000);
  assertEquals(reference.table.of(node.url), ["stays []"]);
});

Deno.test("a reference node that dialled first is dialled once, and no more after it is gone", async () => {
  await using world = new MixedWorld();
  const node = await world.farcall();
  const reference = world.reference({ gossipIntervalMs: Infinity });
  reference.register("plus", () => 1);
  await reference.connect(node.url);
  await world.clock.pass(60_000);
  assertEquals(heard(node), ["plus@1"]);
  // Its own socket and ours.
  assertEquals(reference.openCount, 2);
  await world.end(reference);
  await world.clock.pass(60_000);
  const again = world.reference({ url: reference.url, gossipIntervalMs: Infinity });
  await world.clock.pass(60_000);
  assertEquals([heard(node), again.openCount], [[], 0]);
});

Deno.test("a node dials nobody back who names the node itself, and no peer that it dialled already", async () => {
  await using world = new MixedWorld();
  const reference = world.reference({ gossipIntervalMs: Infinity });
  const node = await world.farcall({ peers: [reference.url] });
  await world.clock.settle();
  await reference.connect(node.url);
  await world.clock.pass(30_000);
  assertEquals(reference.openCount, 2);
  const liar = await world.raw(node.url);
  const server = { what: "HELLO", funs: ["x"], locs: [], cluster_id: "demo-cluster" };
  await liar.send({ role: "server", server: { ...server, advertised_urls: [node.url] }, u: "H" });
  await world.clock.pass(30_000);
  assertEquals(node.listLinks(), []);
  assertEquals(heard(node), []);
  await liar.close();
});

Deno.test("an address that nobody answers at is dialled back a few times and no more", async () => {
  await using world = new MixedWorld();
  const node = await world.farcall();
  const failures: (number | undefined)[] = [];
  const events = (async () => {
    for await (const event of node.links()) {
      if (event.type === "dial_failed") failures.push(event.retryInMs);
    }
  })();
  const peer = await world.raw(node.url);
  const server = { what: "HELLO", funs: ["x"], locs: [], cluster_id: "demo-cluster" };
  const hello = { ...server, advertised_urls: ["ws://127.0.0.1:9"] };
  await peer.send({ role: "server", server: hello, u: "H1" });
  await world.clock.pass(60_000);
  await peer.send({ role: "server", server: hello, u: "H2" });
  await world.clock.pass(60_000);
  assertEquals([failures.length, failures.at(-1)], [5, undefined]);
  await node.drain({ timeout: 0 });
  await events;
});
