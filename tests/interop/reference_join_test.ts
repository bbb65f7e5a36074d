import { assert, assertEquals, assertRejects } from "@std/assert";
import { FarcallError, startNode } from "../../mod.ts";
import { systemClock } from "../../lib/edges/system_clock.ts";
import { webSocketDialer } from "../../lib/edges/websocket_dialer.ts";
import { listenWebSocket } from "../../lib/edges/websocket_listener.ts";
import type { JsonValue } from "../../lib/protocol/json_value.ts";
import { objectOf } from "./conversations.ts";
import { heard, hellosFrom, MixedWorld } from "./mixed_world.ts";
import { ReferenceNode } from "./reference_node.ts";

Deno.test("a node that dials a reference node is listed, dialled back and called", async () => {
  await using world = new MixedWorld();
  const reference = world.reference();
  reference.register("plus", ([a, b]) => Number(a) + Number(b));
  const node = await world.farcall({ peers: [reference.url] });
  node.register("shout", ([text]) => String(text).toUpperCase(), { resources: ["loud"] });
  await world.clock.pass(6_000);
  assertEquals(reference.peers, [node.url]);
  assertEquals(reference.table.of(node.url), ["shout [loud]"]);
  assertEquals(heard(node), ["plus@1", "shout@0"]);
  assertEquals(await reference.call("shout", ["hi"], ["loud"]), "HI");
  assertEquals(await node.call("plus", [2, 3]), 5);
  // The dial-back is the reference's own link: there it hears our HELLO, which it got no other way.
  assertEquals(hellosFrom(reference, node.url).some(({ from }) => from === "link"), true);
});

Deno.test("a node that a reference node dials answers and says HELLO on that socket", async () => {
  await using world = new MixedWorld();
  const reference = world.reference();
  const node = await world.farcall();
  node.register("shout", ([text]) => String(text).toUpperCase());
  await reference.connect(node.url);
  await world.clock.settle();
  const [added] = reference.got.filter(({ from }) => from === "link").map(({ json }) => json);
  assertEquals(added?.["r"], "ADDED");
  assertEquals(hellosFrom(reference, node.url)[0]?.hello["funs"], ["shout"]);
  assertEquals(await reference.call("shout", ["hi"]), "HI");
});

Deno.test("a client calls functions of a reference node", async () => {
  await using world = new MixedWorld();
  const reference = world.reference();
  reference.register("plus", ([a, b]) => Number(a) + Number(b));
  reference.register("boom", () => Promise.reject("it broke"));
  const client = await world.client(reference.url);
  assertEquals(await client.call("plus", [1, 2]), 3);
  const sum = await client.request((r) => r.call("plus", [r.call("plus", [1, 2]), 4]));
  assertEquals(sum, 7);
  const unknown = await assertRejects(() => client.call("nobody"), FarcallError);
  assertEquals(unknown.code, "FUNCTION_NOT_FOUND");
  const failed = await assertRejects(() => client.call("boom"), FarcallError);
  assertEquals([failed.code, failed.ran], ["HANDLER_ERROR", "yes"]);
});

Deno.test("a client of the reference calls functions of a node", async () => {
  await using world = new MixedWorld();
  const node = await world.farcall();
  node.register("add", ([a, b]) => Number(a) + Number(b));
  const client = await world.raw(node.url);
  const add = { name: "x", fun: "add", args: [2, 3], kwargs: {}, locs: [] };
  const twice = { name: "y", fun: "add", args: ["x", "x"], kwargs: {}, locs: [] };
  await client.send({ role: "rpc", cmds: [add, twice], u: "U1" });
  assertEquals(client.got, [
    { r: { y: 10 }, error: null, u: "U1", intermediate_results: [], execution_summary: null },
  ]);
  assertEquals(client.isBinary, [true]);
});

Deno.test("a node says HELLO again within 25 s, so that it stays listed", async () => {
  await using world = new MixedWorld();
  const first = world.reference();
  const second = world.reference();
  await second.connect(first.url);
  const node = await world.farcall({ peers: [first.url] });
  node.register("shout", () => "HI");
  await world.clock.pass(130_000);
  const times = hellosFrom(first, node.url).filter(({ from }) => from === "accepted")
    .map(({ atMs }) => atMs);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  assert(Math.max(...gaps) <= 25_000, `Longest pause ${Math.max(...gaps)} ms`);
  // The other reference node, which says it only once, is forgotten.
  assertEquals(first.peers, [node.url]);
});

Deno.test("a node announces each function in a HELLO of its own", async () => {
  await using world = new MixedWorld();
  const reference = world.reference();
  const node = await world.farcall({ peers: [reference.url] });
  await world.clock.pass(100);
  reference.got.length = 0;
  for (const name of ["a", "b", "c"]) node.register(name, () => name);
  await world.clock.settle();
  const hellos = hellosFrom(reference, node.url).map(({ hello }) => hello);
  assertEquals(hellos.map((one) => one["funs"]), [["a"], ["b"], ["c"]]);
  assertEquals(new Set(hellos.map((one) => one["announcement_id"])).size, 3);
  assertEquals(new Set(hellos.map((one) => one["original_source"])), new Set([node.url]));
  assertEquals(new Set(hellos.map((one) => one["hop_count"])), new Set([0]));
});

Deno.test("a function of a node travels three reference nodes far and no farther", async () => {
  await using world = new MixedWorld();
  const chain = ["c1", "c2", "c3", "c4"].map((cluster) =>
    world.reference({ cluster, isPermissive: true, gossipIntervalMs: Infinity })
  );
  for (const [index, one] of chain.entries()) {
    const next = chain[index + 1];
    if (next !== undefined) await one.connect(next.url);
  }
  const [first] = chain;
  const node = await world.farcall({ cluster: "ours", peers: [first?.url ?? ""] });
  await world.clock.settle();
  for (const name of ["a", "b"]) node.register(name, () => name);
  await world.clock.settle();
  assertEquals(chain.map((one) => one.table.of(node.url)), [
    ["a []", "b []"],
    ["a []", "b []"],
    ["a []", "b []"],
    [],
  ]);
});

Deno.test("a withdrawn function is gone from a reference node, the others stay", async () => {
  await using world = new MixedWorld();
  const reference = world.reference();
  const node = await world.farcall({ peers: [reference.url] });
  const offer = node.register("gone", () => 1);
  node.register("stays", () => 2, { resources: ["gpu"] });
  await world.clock.pass(6_000);
  assertEquals(reference.table.of(node.url), ["gone []", "stays [gpu]"]);
  offer.withdraw();
  await world.clock.pass(6_000);
  assertEquals(reference.table.of(node.url), ["stays [gpu]"]);
  assertEquals(reference.peers, [node.url]);
  assertEquals(await reference.call("stays"), 2);
});

Deno.test("a node that stops says GOODBYE and is forgotten by a reference node", async () => {
  await using world = new MixedWorld();
  const reference = world.reference();
  const node = await world.farcall({ peers: [reference.url] });
  node.register("shout", () => "HI");
  await world.clock.pass(6_000);
  assertEquals(reference.table.of(node.url), ["shout []"]);
  await node.drain({ timeout: 0 });
  await world.clock.settle();
  assertEquals([reference.table.of(node.url), reference.peers], [[], []]);
});

Deno.test("what a reference node offered is gone when it leaves, and when it dies", async () => {
  for (const end of ["stop", "kill"] as const) {
    await using world = new MixedWorld();
    const reference = world.reference();
    reference.register("plus", () => 1);
    const node = await world.farcall({ peers: [reference.url] });
    await world.clock.pass(6_000);
    assertEquals(heard(node), ["plus@1"]);
    reference[end]();
    await world.clock.settle();
    assertEquals(heard(node), []);
    const error = await assertRejects(() => node.call("plus"), FarcallError);
    assertEquals(error.code, "FUNCTION_NOT_FOUND");
  }
});

Deno.test("a reference node that comes back is linked again, with what it offers then", async () => {
  await using world = new MixedWorld();
  const reference = world.reference();
  reference.register("before", () => 1);
  const node = await world.farcall({ peers: [reference.url] });
  node.register("shout", () => "HI");
  await world.clock.settle();
  assertEquals(heard(node), ["before@1", "shout@0"]);
  await world.end(reference);
  await world.clock.pass(5_000);
  assertEquals(heard(node), ["shout@0"]);
  const again = world.reference({ url: reference.url });
  again.register("after", () => 2);
  await world.clock.pass(60_000);
  assertEquals(heard(node), ["after@1", "shout@0"]);
  assertEquals(await again.call("shout"), "HI");
});

Deno.test("announcements in a ring of both kinds die down, and do not outlive their origin by us", async () => {
  await using world = new MixedWorld();
  const quiet = { isPermissive: true, gossipIntervalMs: Infinity };
  const left = world.reference({ ...quiet, cluster: "c1" });
  const right = world.reference({ ...quiet, cluster: "c2" });
  await left.connect(right.url);
  const first = await world.farcall({ cluster: "ours", peers: [left.url] });
  const second = await world.farcall({ cluster: "ours", peers: [right.url, first.url] });
  await world.clock.settle();
  left.register("plus", () => 1);
  second.register("shout", () => "HI");
  await world.clock.settle();
  const isAnnouncement = (source: JsonValue | undefined): boolean =>
    source !== undefined && source !== "";
  const count = (): number =>
    [left, right].flatMap(({ got }) => got).filter(({ json }) =>
      isAnnouncement(objectOf(json["server"])["original_source"])
    ).length;
  const counts = [count()];
  // What our nodes told is repeated every 120 s, and nothing else is said.
  for (let period = 0; period < 3; period += 1) {
    await world.clock.pass(120_000);
    counts.push(count());
  }
  assertEquals(counts, [6, 10, 14, 18]);
  assertEquals([heard(first), heard(second)], [["plus@1", "shout@1"], ["plus@2", "shout@0"]]);
  assertEquals([left, right].map(({ table }) => table.of(second.url)), [["shout []"], [
    "shout []",
  ]]);
  left.stop();
  await world.end(left);
  await world.clock.pass(60_000);
  // `right` was told and is not told otherwise by us; nothing of the reference tells those behind it.
  assertEquals(right.table.of(left.url), []);
  assertEquals([heard(first), heard(second)], [["plus@3", "shout@1"], ["plus@2", "shout@0"]]);
  for (const node of [first, second]) {
    const error = await assertRejects(() => node.call("plus"), FarcallError);
    assertEquals([error.code, error.ran], ["UNAVAILABLE", "no"]);
  }
});

Deno.test("nodes behind a gateway call reference functions, and are called", async () => {
  await using world = new MixedWorld();
  // It would dial whoever it hears of, and the way would be one link.
  const reference = world.reference({ gossipIntervalMs: Infinity });
  reference.register("plus", ([a, b]) => Number(a) + Number(b));
  const gateway = await world.farcall({ peers: [reference.url] });
  for (const reach of ["relay", "direct", "auto"] as const) {
    const behind = await world.farcall({ peers: [gateway.url], reach });
    behind.register(`deep_${reach}`, ([text]) => `${text} from ${reach}`);
    await world.clock.pass(6_000);
    assertEquals(heard(behind).includes("plus@2"), true);
    assertEquals(await behind.call("plus", [20, 22]), 42);
    assertEquals(reference.table.of(behind.url), [`deep_${reach} []`]);
    assertEquals(await reference.call(`deep_${reach}`, ["hi"]), `hi from ${reach}`);
  }
});

Deno.test("a reference node two reference links away is called", async () => {
  await using world = new MixedWorld();
  const far = world.reference({ cluster: "c2", isPermissive: true, gossipIntervalMs: Infinity });
  const near = world.reference({ cluster: "c1", isPermissive: true, gossipIntervalMs: Infinity });
  await far.connect(near.url);
  const node = await world.farcall({ cluster: "ours", peers: [near.url] });
  await world.clock.settle();
  far.register("plus", ([a, b]) => Number(a) + Number(b));
  await world.clock.settle();
  assertEquals(heard(node), ["plus@2"]);
  assertEquals(await node.call("plus", [1, 2]), 3);
});

Deno.test("a node joins a reference node over real sockets", async () => {
  const accept: { now?: ReferenceNode["accept"] } = {};
  const listener = await listenWebSocket({ subprotocols: [] }, (connection) => {
    const take = accept.now;
    if (take === undefined) throw new Error("Nobody dials before the node is there");
    return take(connection);
  });
  const url = listener.url.replace(/\/$/, "");
  await using dialer = webSocketDialer();
  const cluster = "demo-cluster";
  const reference = new ReferenceNode({ url, cluster, dialer, clock: systemClock() });
  accept.now = reference.accept;
  reference.register("plus", ([a, b]) => Number(a) + Number(b));
  {
    await using node = await startNode({ listen: "ws://127.0.0.1:0", cluster, peers: [url] });
    node.register("shout", ([text]) => String(text).toUpperCase());
    for await (const event of node.offers({ function: "plus" })) {
      if (event.type === "added") break;
    }
    assertEquals(await node.call("plus", [1, 2]), 3);
    assertEquals(await reference.call("shout", ["hi"]), "HI");
  }
  assertEquals(reference.peers, []);
  reference.stop();
  await listener.close();
});
