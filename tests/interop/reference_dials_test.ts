/** A node of the reference that dials us first, as one does that has us in its `peers`. */

import { assertEquals } from "@std/assert";
import type { FarcallNode, LinkEvent } from "../../mod.ts";
import { objectOf } from "./conversations.ts";
import { heard, hellosFrom, MixedWorld } from "./mixed_world.ts";

/** What a node says about its links until it has left, as `type peer`. */
function linkEvents(node: FarcallNode): { readonly seen: string[]; readonly end: Promise<void> } {
  const seen: string[] = [];
  const line = (event: LinkEvent): string => `${event.type} ${"peer" in event ? event.peer : ""}`;
  const end = (async () => {
    for await (const event of node.links()) seen.push(line(event));
  })();
  return { seen, end };
}

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
  assertEquals(node.listLinks().map(({ peer }) => peer), [reference.url]);
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

Deno.test("a link to a reference node is one link, however many sockets it has and whoever dialled", async () => {
  await using world = new MixedWorld();
  const node = await world.farcall();
  const { seen, end } = linkEvents(node);
  const reference = world.reference();
  reference.register("plus", () => 1);
  await reference.connect(node.url);
  await world.clock.pass(10_000);
  assertEquals(reference.openCount, 2);
  assertEquals(node.listLinks(), [
    { peer: reference.url, cluster: "demo-cluster", dialect: "json" },
  ]);
  assertEquals(seen, [`link_up ${reference.url}`]);
  await world.end(reference);
  await world.clock.settle();
  assertEquals(node.listLinks(), []);
  await node.drain({ timeout: 0 });
  await end;
  assertEquals(seen.filter((one) => one.startsWith("link")), [
    `link_up ${reference.url}`,
    `link_down ${reference.url}`,
  ]);
});

Deno.test("a reference node that refuses the cluster is told to the user, once", async () => {
  await using world = new MixedWorld();
  const reference = world.reference({ cluster: "theirs" });
  const node = await world.farcall({ cluster: "ours", peers: [reference.url] });
  const messages: string[] = [];
  const events = (async () => {
    for await (const event of node.links()) {
      messages.push(event.type === "link_refused" ? event.message : event.type);
    }
  })();
  await world.clock.pass(60_000);
  assertEquals(messages.length, 1);
  assertEquals(messages[0]?.startsWith("Connection rejected: cluster_id mismatch"), true);
  assertEquals(node.listLinks(), []);
  await node.drain({ timeout: 0 });
  await events;
});

Deno.test("a node that leaves says GOODBYE to a reference node once, and nothing after it", async () => {
  await using world = new MixedWorld();
  const reference = world.reference();
  const node = await world.farcall({ peers: [reference.url] });
  for (const name of ["a", "b", "c"]) node.register(name, () => name);
  await world.clock.pass(6_000);
  reference.got.length = 0;
  await node.drain({ timeout: 0 });
  await world.clock.pass(6_000);
  const said = reference.got.map(({ json }) => objectOf(json["server"])["what"]);
  assertEquals(said, ["GOODBYE"]);
  assertEquals(reference.table.of(node.url), []);
});

Deno.test("a call for one node alone says that its function is elsewhere", async () => {
  await using world = new MixedWorld();
  const node = await world.farcall();
  const behind = await world.farcall({ peers: [node.url] });
  behind.register("deep", () => "deep");
  await world.clock.settle();
  const peer = await world.raw(node.url);
  for (const command of ["deep", "nowhere"]) {
    await peer.send({
      role: "internal-rpc",
      command,
      args: [],
      kwargs: {},
      results: {},
      u: command,
    });
  }
  const errors = peer.got.map((one) => objectOf(one["answer"]));
  assertEquals(errors.map((one) => one["error_type"]), [
    "FUNCTION_NOT_FOUND",
    "FUNCTION_NOT_FOUND",
  ]);
  assertEquals(errors.map((one) => String(one["error"]).includes("lacks")), [false, false]);
  assertEquals(String(errors[0]?.["error"]).includes("1 other node"), true);
  await peer.close();
});

Deno.test("a request that nests too deep is answered by its own id", async () => {
  await using world = new MixedWorld();
  const node = await world.farcall();
  const client = await world.raw(node.url);
  const deep = "[".repeat(100) + "]".repeat(100);
  await client.send(`{"role":"rpc","cmds":[{"name":"u","fun":"f","args":[${deep}]}],"u":"U1"}`);
  assertEquals(client.got.map((one) => one["u"]), ["U1"]);
  await client.close();
});
