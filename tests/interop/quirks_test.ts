import { assert, assertEquals, assertRejects } from "@std/assert";
import { FarcallError } from "../../mod.ts";
import type { JsonObject } from "../../lib/protocol/json_value.ts";
import { heard, hellosFrom, MixedWorld } from "./mixed_world.ts";

/** Quirks of the reference that no test is about, and why. */
const NOT_TESTED: Readonly<Record<string, string>> = {
  Q19: "happens inside a node of the reference, and no frame of it reaches anybody",
  Q20: "the author says where a node listens; nothing on our side depends on the address family",
};

const tested = new Map<string, string>();

function quirk(name: string, sentence: string, run: (world: MixedWorld) => Promise<void>): void {
  assert(!tested.has(name), `${name} is there twice`);
  tested.set(name, sentence);
  Deno.test(`${name}: ${sentence}`, async () => {
    await using world = new MixedWorld();
    await run(world);
  });
}

function hello(fields: JsonObject): JsonObject {
  const base = { what: "HELLO", funs: [], locs: [], cluster_id: "demo-cluster" };
  return { role: "server", server: { ...base, ...fields }, u: "H" };
}

function goodbye(url: string): JsonObject {
  const fields = { departing_node_url: url, cluster_id: "demo-cluster", reason: "maintenance" };
  return { role: "server", server: { what: "GOODBYE", ...fields }, u: "G" };
}

quirk("Q1", "a node passes announcements on inside its own cluster", async (world) => {
  const left = world.reference({ gossipIntervalMs: Infinity });
  const right = world.reference({ gossipIntervalMs: Infinity });
  await world.farcall({ peers: [left.url, right.url] });
  await world.clock.settle();
  left.register("plus", ([a, b]) => Number(a) + Number(b));
  await world.clock.settle();
  assertEquals(right.table.of(left.url), ["plus []"]);
  assertEquals(await right.call("plus", [1, 2]), 3);
});

quirk("Q2", "a copy is credited to its source, not to who passed it on", async (world) => {
  const node = await world.farcall();
  const peer = await world.raw(node.url);
  await peer.send(hello({
    funs: ["far"],
    advertised_urls: ["ws://127.0.0.1:1"],
    hop_count: 1,
    announcement_id: "ws://127.0.0.1:2:1",
    original_source: "ws://127.0.0.1:2",
  }));
  const offers = node.listOffers().map(({ fun, origin, distance }) => [fun, origin, distance]);
  assertEquals(offers, [["far", "ws://127.0.0.1:2", 2]]);
  await peer.close();
});

quirk("Q3", "of two copies the shorter counts, in whatever order they come", async (world) => {
  const node = await world.farcall();
  const source = "ws://127.0.0.1:9";
  const copy = { funs: ["far"], announcement_id: `${source}:1`, original_source: source };
  const [long, short] = [await world.raw(node.url), await world.raw(node.url)];
  await long.send(hello({ ...copy, advertised_urls: ["ws://127.0.0.1:1"], hop_count: 2 }));
  assertEquals(heard(node), ["far@3"]);
  await short.send(hello({ ...copy, advertised_urls: ["ws://127.0.0.1:2"], hop_count: 1 }));
  assertEquals(heard(node), ["far@2"]);
  await short.close();
  assertEquals(heard(node), ["far@3"]);
  await long.close();
});

quirk(
  "Q4",
  "functions of before the link are announced so that they are passed on",
  async (world) => {
    const far = world.reference({ cluster: "c2", isPermissive: true, gossipIntervalMs: Infinity });
    const near = world.reference({ cluster: "c1", isPermissive: true, gossipIntervalMs: Infinity });
    await near.connect(far.url);
    const node = await world.farcall({ cluster: "ours", peers: [near.url] });
    node.register("before", () => 1);
    await world.clock.settle();
    assertEquals(far.table.of(node.url), ["before []"]);
  },
);

quirk("Q5", "all functions of one HELLO are passed on, each by itself", async (world) => {
  const reference = world.reference();
  const node = await world.farcall({ peers: [reference.url] });
  const origin = await world.raw(node.url);
  const url = "ws://127.0.0.1:9";
  await origin.send(hello({ funs: ["m1", "m2", "m3"], advertised_urls: [url] }));
  await world.clock.settle();
  assertEquals(reference.table.of(url), ["m1 []", "m2 []", "m3 []"]);
  await origin.close();
});

quirk("Q6", "a node that a far reference node dials by itself is its peer then", async (world) => {
  const reference = world.reference();
  const gateway = await world.farcall({ peers: [reference.url] });
  const behind = await world.farcall({ peers: [gateway.url] });
  behind.register("deep", () => "deep");
  await world.clock.pass(1_000);
  assertEquals(reference.peers.includes(behind.url), true);
  reference.register("plus", () => 1);
  await world.clock.pass(10_000);
  assertEquals(heard(behind), ["deep@0", "plus@1"]);
  assertEquals([await behind.call("plus"), await reference.call("deep")], [1, "deep"]);
});

quirk("Q7", "a failed call is answered at once, in both directions", async (world) => {
  const reference = world.reference();
  reference.register("boom", () => Promise.reject("it broke"));
  const node = await world.farcall({ peers: [reference.url] });
  node.register("fails", () => {
    throw new Error("it broke here");
  });
  await world.clock.pass(6_000);
  const error = await assertRejects(() => node.call("boom"), FarcallError);
  assertEquals([error.code, error.ran], ["HANDLER_ERROR", "yes"]);
  const answer = await reference.call("fails");
  assertEquals(answer, { error: "fails failed", command: "fails", error_type: "HANDLER_ERROR" });
});

quirk("Q8", "a quiet node stays in the peer list of a reference node", async (world) => {
  const [one, other] = [world.reference(), world.reference()];
  await other.connect(one.url);
  const node = await world.farcall({ peers: [one.url] });
  await world.clock.pass(130_000);
  assertEquals([one.peers, other.peers.includes(one.url)], [[node.url], false]);
});

quirk("Q9", "silence ends with the caller's own time; ours never is silent", async (world) => {
  const reference = world.reference();
  reference.register("weird", () => new Promise(() => {}));
  const node = await world.farcall({ peers: [reference.url] });
  node.register("weird_here", () => 1n);
  await world.clock.settle();
  const call = assertRejects(() => node.call("weird", [], { timeout: 1_000 }), FarcallError);
  await world.clock.pass(1_000);
  assertEquals((await call).code, "DEADLINE_EXCEEDED");
  const client = await world.raw(node.url);
  await client.send({ role: "rpc", cmds: [{ name: "a", fun: "weird_here" }], u: "U" });
  assertEquals(JSON.stringify(client.got).includes("RESULT_NOT_SERIALIZABLE"), true);
  await client.close();
});

quirk("Q10", "a GOODBYE after a long quiet time counts", async (world) => {
  const [one, other] = [world.reference(), world.reference()];
  await other.connect(one.url);
  const node = await world.farcall({ peers: [one.url] });
  node.register("shout", () => "HI");
  await world.clock.pass(130_000);
  assertEquals(one.table.of(node.url), ["shout []"]);
  await node.drain({ timeout: 0 });
  await world.clock.settle();
  assertEquals(one.table.of(node.url), []);
});

quirk(
  "Q11",
  "what a dead reference node offered is gone, and calls to it end at once",
  async (world) => {
    const reference = world.reference();
    reference.register("slow", () => new Promise(() => {}));
    const node = await world.farcall({ peers: [reference.url] });
    await world.clock.settle();
    const call = assertRejects(() => node.call("slow"), FarcallError);
    await world.clock.settle();
    reference.kill();
    const error = await call;
    assertEquals([error.code, error.ran], ["UNAVAILABLE", "unknown"]);
    await world.clock.settle();
    assertEquals(heard(node), []);
  },
);

quirk("Q12", "the end of a reference node is told to all nodes behind a gateway", async (world) => {
  const reference = world.reference();
  reference.register("plus", () => 1);
  const gateway = await world.farcall({ peers: [reference.url] });
  const behind = await world.farcall({ peers: [gateway.url] });
  await world.clock.settle();
  assertEquals(heard(behind), ["plus@2"]);
  reference.stop();
  await world.clock.settle();
  assertEquals([heard(gateway), heard(behind)], [[], []]);
});

quirk("Q13", "a GOODBYE in another's name changes nothing", async (world) => {
  const reference = world.reference();
  reference.register("plus", () => 1);
  const node = await world.farcall({ peers: [reference.url] });
  await world.clock.settle();
  const stranger = await world.raw(node.url);
  await stranger.send(goodbye(reference.url));
  await stranger.send(hello({ advertised_urls: ["ws://127.0.0.1:9"] }));
  await stranger.send(goodbye(reference.url));
  assertEquals(stranger.got.filter((one) => one["r"] === "GOODBYE_PROCESSED").length, 2);
  assertEquals(heard(node), ["plus@1"]);
  await stranger.close();
});

quirk("Q14", "GOODBYE and HELLO with what is left is a withdrawal", async (world) => {
  const node = await world.farcall();
  const url = "ws://127.0.0.1:9";
  const peer = await world.raw(node.url);
  await peer.send(hello({ funs: ["a", "b"], advertised_urls: [url] }));
  assertEquals(heard(node), ["a@1", "b@1"]);
  await peer.send(goodbye(url));
  await peer.send(hello({ funs: ["b"], locs: ["gpu"], advertised_urls: [url] }));
  const offers = node.listOffers().map(({ fun, resources }) => [fun, ...resources]);
  assertEquals(offers, [["b", "gpu"]]);
  await peer.close();
});

quirk("Q15", "twenty sockets of one peer are one peer", async (world) => {
  const reference = world.reference({ gossipIntervalMs: Infinity });
  const node = await world.farcall({ peers: [reference.url] });
  await world.clock.settle();
  const names = Array.from({ length: 20 }, (_, index) => `late${index}`);
  for (const name of names) reference.register(name, () => name);
  await world.clock.settle();
  assertEquals(reference.openCount, 21);
  assertEquals(heard(node), names.map((name) => `${name}@1`).sort());
  assertEquals(await node.call("late7"), "late7");
  // The reference never closes one of them: we do with those that are silent, while there is another.
  await world.clock.pass(125_000);
  assertEquals([reference.openCount, heard(node).length], [1, 20]);
  reference.kill();
  await world.clock.settle();
  assertEquals(heard(node), []);
});

quirk("Q16", "a node has one URL, the same string everywhere", async (world) => {
  const reference = world.reference();
  const node = await world.farcall({ peers: [reference.url] });
  node.register("shout", () => "HI");
  await world.clock.pass(6_000);
  await node.drain({ timeout: 0 });
  await world.clock.settle();
  const text = JSON.stringify(reference.got.map(({ json }) => json["server"]));
  const strings = ["advertised_urls", "original_source", "departing_node_url"].flatMap((key) =>
    [...text.matchAll(new RegExp(`"${key}":\\[?"([^"]*)"`, "g"))].map(([, url]) => url)
  );
  assertEquals(new Set(strings), new Set([node.url, ""]));
});

quirk("Q17", "a dead peer keeps nothing from the others", async (world) => {
  const reference = world.reference();
  const node = await world.farcall({ peers: [world.nextUrl(), reference.url] });
  node.register("shout", () => "HI");
  await world.clock.pass(100_000);
  const hellos = hellosFrom(reference, node.url).filter(({ from }) => from === "accepted");
  assert(hellos.length >= 5, `Only ${hellos.length} HELLOs in 100 s`);
  assertEquals(await reference.call("shout"), "HI");
});

quirk("Q18", "an answer above 1 MiB fails alone, its connection lives", async (world) => {
  const reference = world.reference();
  const node = await world.farcall({ peers: [reference.url] });
  node.register("big", ([length]) => "x".repeat(Number(length)));
  await world.clock.pass(6_000);
  const openCount = reference.openCount;
  const answer = JSON.stringify(await reference.call("big", [1_100_000]));
  assertEquals(answer.includes('"error_type":"RESULT_TOO_LARGE"'), true);
  assertEquals(String(await reference.call("big", [900_000])).length, 900_000);
  assertEquals(reference.openCount, openCount + 1);
});

quirk("Q21", "nobody answers HELLOs with HELLOs for ever", async (world) => {
  const reference = world.reference();
  const node = await world.farcall({ peers: [reference.url] });
  await world.clock.pass(15_000);
  // When it dials, when it knows the peer's cluster, and when the peer dials back.
  const hellos = hellosFrom(reference, node.url);
  assertEquals(hellos.map(({ from }) => from), ["accepted", "accepted", "link"]);
});

quirk("Q22", "what comes back in a node's own name is ignored", async (world) => {
  const node = await world.farcall();
  node.register("own", () => 1);
  const peer = await world.raw(node.url);
  const copy = { announcement_id: "x", original_source: node.url, hop_count: 1 };
  await peer.send(
    hello({ ...copy, funs: ["own", "ghost"], advertised_urls: ["ws://127.0.0.1:9"] }),
  );
  assertEquals(peer.got[0]?.["r"], "ADDED");
  assertEquals(heard(node), ["own@0"]);
  await peer.close();
});

quirk(
  "Q23",
  "no traceback leaves a node, and of one that comes only the last line counts",
  async (world) => {
    const reference = world.reference();
    reference.register("boom", () => Promise.reject("it broke"));
    const node = await world.farcall({ peers: [reference.url] });
    node.register("fails", () => {
      throw new Error("secret of the author");
    });
    await world.clock.settle();
    const client = await world.raw(node.url);
    for (const fun of ["fails", "boom"]) {
      await client.send({ role: "rpc", cmds: [{ name: "a", fun }], u: fun });
    }
    await world.clock.settle();
    const text = JSON.stringify(client.got);
    assertEquals(client.got.map((one) => one["u"]), ["fails", "boom"]);
    for (const hidden of ["Traceback", "File", ".ts:", "secret"]) {
      assertEquals(text.includes(hidden), false, hidden);
    }
    assertEquals(text.includes("ValueError: it broke"), true);
    await client.close();
  },
);

quirk("Q24", "hop counts of nonsense are refused or cut", async (world) => {
  const reference = world.reference();
  const node = await world.farcall({ peers: [reference.url] });
  await world.clock.settle();
  const peer = await world.raw(node.url);
  const url = "ws://127.0.0.1:9";
  await peer.send(hello({ funs: ["negative"], advertised_urls: [url], hop_count: -5 }));
  await peer.send(hello({ funs: ["late"], advertised_urls: [url], hop_count: 7, max_hops: 3 }));
  await peer.send(hello({ funs: ["huge"], advertised_urls: [url], max_hops: 1_000_000_000 }));
  await world.clock.settle();
  const offers = node.listOffers().map(({ fun, maxHops }) => [fun, maxHops]);
  assertEquals(offers, [["huge", 16]]);
  const told = hellosFrom(reference, node.url).filter(({ hello }) =>
    String(hello["funs"]) === "huge"
  );
  assertEquals(told.map(({ hello }) => hello["max_hops"]), [16]);
  await peer.close();
});

Deno.test("every quirk of the reference has a test, or a reason to have none", () => {
  const all = Array.from({ length: 24 }, (_, index) => `Q${index + 1}`);
  const listed = [...tested.keys(), ...Object.keys(NOT_TESTED)];
  assertEquals(listed.sort(), all.sort());
});
