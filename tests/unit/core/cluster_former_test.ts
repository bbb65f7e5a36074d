import { assert, assertEquals } from "@std/assert";
import type { NodeCoreOptions } from "../../../lib/core/node_core.ts";
import {
  CLUSTER_LINKS_MAX,
  LAST_MEMBERS_MAX,
  LEARNT_ATTEMPTS_MAX,
} from "../../../lib/protocol/limits.ts";
import { clusterId, nodeUrl } from "../../../lib/protocol/names.ts";
import { type CoreNode, CoreWorld } from "./core_world.ts";

function member(
  world: CoreWorld,
  name: string,
  peers: string[] = [],
  options: Partial<NodeCoreOptions> = {},
): CoreNode {
  return world.node(name, { formsCluster: true, peers: peers.map(nodeUrl), ...options });
}

function peersOf(node: CoreNode): string[] {
  return node.core.links().map(({ peer }) => peer as string).sort();
}

/** Failed dials of one URL that a node reported. */
function failuresAt(node: CoreNode, url: string): number {
  return node.reports.filter((one) => one.type === "dial_failed" && one.url === url).length;
}

/** A neighbour claims to have links to these nodes. */
function claim(from: CoreNode, add: string[]): void {
  for (const number of from.ends.keys()) {
    from.world.send(from, number, {
      type: "members",
      hops: 1,
      add: add.map(nodeUrl),
      gone: [],
    });
  }
}

Deno.test("ClusterFormer links nodes that offer nothing and were told of one node", () => {
  const world = new CoreWorld();
  const names = ["ws://a", "ws://b", "ws://c", "ws://d"];
  const nodes = names.map((name, at) => member(world, name, at === 0 ? [] : ["ws://a"]));
  world.pass(5_000);
  for (const node of nodes) assertEquals(peersOf(node), names.filter((name) => name !== node.url));
});

Deno.test("ClusterFormer finds nodes by their offers through a node of another cluster", () => {
  const world = new CoreWorld();
  // This one forms no cluster, and tells nobody of its links.
  world.node("ws://hub", { cluster: clusterId("other") });
  const one = member(world, "ws://a", ["ws://hub"]);
  const two = member(world, "ws://b", ["ws://hub"]);
  one.register("echo", ([value]) => value);
  world.pass(5_000);
  assertEquals(peersOf(two), ["ws://a", "ws://hub"]);
});

Deno.test("ClusterFormer keeps no link to a node that is of another cluster than was said", () => {
  const world = new CoreWorld();
  const liar = member(world, "ws://liar");
  const honest = member(world, "ws://honest", ["ws://liar"]);
  member(world, "ws://stranger", [], { cluster: clusterId("other") });
  world.pass(2_000);
  claim(liar, ["ws://stranger"]);
  world.pass(30_000);
  assertEquals(peersOf(honest), ["ws://liar"]);
});

Deno.test("ClusterFormer dials who is not there a number of times, and again only after a rest", () => {
  const world = new CoreWorld();
  const liar = member(world, "ws://liar");
  const honest = member(world, "ws://honest", ["ws://liar"]);
  world.pass(2_000);
  claim(liar, ["ws://nobody"]);
  for (let minute = 0; minute < 5; minute += 1) world.pass(60_000, 1_000);
  const failures = failuresAt(honest, "ws://nobody");
  assert(failures >= LEARNT_ATTEMPTS_MAX && failures <= 3 * LEARNT_ATTEMPTS_MAX, `${failures}`);
});

Deno.test("ClusterFormer dials no more than a few of hundreds of nodes that a neighbour claims to see", () => {
  const world = new CoreWorld();
  const liar = member(world, "ws://liar");
  const honest = member(world, "ws://honest", ["ws://liar"]);
  world.pass(2_000);
  claim(liar, Array.from({ length: 500 }, (_, index) => `ws://x${index}`));
  claim(liar, ["ws://127.0.0.1:6379", "ws://10.0.0.1", "ws://169.254.169.254"]);
  world.pass(60_000, 1_000);
  const failed = honest.reports.flatMap((one) => one.type === "dial_failed" ? [one.url] : []);
  // A burst of 64, then one a second.
  const most = 64 + 60;
  assert(failed.length > 0 && failed.length <= most, `${failed.length} dials in a minute`);
  assertEquals(failed.filter((url) => /\d+\.\d+/.test(url)), []);
});

Deno.test("ClusterFormer refuses learnt links beyond its limit, and takes configured ones", () => {
  const world = new CoreWorld();
  const hub = member(world, "ws://hub");
  world.settle();
  const dialled = Array.from({ length: CLUSTER_LINKS_MAX + 4 }, (_, index) => {
    const node = world.node(`ws://n${index}`, { formsCluster: false });
    node.world.dial(node, 1_000, { url: hub.url, dialects: ["farcall.v1"], timeoutMs: 1_000 });
    // The test speaks for it.
    world.nodes.delete(node.url);
    return node;
  });
  for (const node of dialled) {
    const [number] = node.ends.keys();
    assert(number !== undefined);
    const { url } = node;
    const identity = { url: nodeUrl(url), cluster: clusterId("test"), incarnation: "1" as never };
    world.send(node, number, { type: "hello", role: "link", ...identity, learnt: true });
  }
  world.settle();
  assertEquals(hub.core.links().length, CLUSTER_LINKS_MAX);
  world.node("ws://told", { peers: [nodeUrl("ws://hub")] });
  world.settle();
  assertEquals(hub.core.links().length, CLUSTER_LINKS_MAX + 1);
});

/** Nodes under these addresses dial a node, as they say, and are gone again. */
function dialAndVanish(at: CoreNode, urls: readonly string[]): void {
  const { world } = at;
  for (const url of urls) {
    const node = world.node(url, { formsCluster: false });
    world.dial(node, 1_000, { url: nodeUrl(at.url), dialects: ["farcall.v1"], timeoutMs: 1_000 });
    // The test speaks for it.
    world.nodes.delete(node.url);
    const [number] = node.ends.keys();
    assert(number !== undefined);
    const identity = { url: nodeUrl(url), cluster: clusterId("test"), incarnation: "1" as never };
    world.send(node, number, { type: "hello", role: "link", ...identity });
    world.settle();
    world.close(node, number, "gone");
    world.settle();
  }
}

Deno.test("ClusterFormer looks for who dialled it once slowly, for an hour, and never where it must not dial", () => {
  const world = new CoreWorld();
  const honest = member(world, "ws://honest");
  member(world, "ws://friend", ["ws://honest"]);
  world.pass(2_000);
  const vanished = Array.from({ length: 100 }, (_, index) => `ws://x${index}`);
  dialAndVanish(honest, ["ws://127.0.0.1:6379", "ws://10.0.0.1", ...vanished]);
  world.pass(300_000, 1_000);
  const dials = (): string[] =>
    honest.reports.flatMap((one) => one.type === "dial_failed" ? [one.url] : []);
  const before = dials().length;
  world.pass(600_000, 1_000);
  const after = dials().slice(before);
  // Four at a time, in pauses of 16.5 s on average.
  assert(after.length > 60 && after.length < 250, `${after.length} dials in ten minutes`);
  assertEquals(new Set(after).size, LAST_MEMBERS_MAX, "all of them have their turn");
  world.pass(3_600_000, 1_000);
  const late = dials().length;
  world.pass(600_000, 1_000);
  assertEquals(dials().length, late, "it is not alone, and they were never more than an address");
  assertEquals(dials().filter((url) => /\d+\.\d+/.test(url)), []);
});

Deno.test("A node that forms no cluster says nothing of members, ignores what it hears, and refuses learnt links", () => {
  const world = new CoreWorld();
  const plain = world.node("ws://plain");
  const one = member(world, "ws://a", ["ws://plain"]);
  const two = member(world, "ws://b", ["ws://a"]);
  world.pass(60_000, 1_000);
  assertEquals(peersOf(plain), ["ws://a"]);
  assertEquals(peersOf(two), ["ws://a"]);
  assertEquals(peersOf(one), ["ws://b", "ws://plain"]);
});
