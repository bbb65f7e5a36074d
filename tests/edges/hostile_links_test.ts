import { assert, assertEquals } from "@std/assert";
import type { FarcallNode } from "../../mod.ts";
import { attacked, listed } from "./attacked_node.ts";
import { GROUP, PROPAGATION } from "./hostile_messages.ts";
import { assertClosed } from "./peer_assertions.ts";
import { RawPeer, within } from "./raw_peer.ts";

/** What a link may not say about offers, after its digest, and what it hears about it. */
const LIES: Readonly<Record<string, (self: string) => readonly [RegExp, ...unknown[]]>> = {
  "a reach of an unknown handle": () => [/Unknown handle/, PROPAGATION.reach],
  "offers of an unknown handle": () => [/Unknown handle/, PROPAGATION.offers],
  "a want of an unknown handle": () => [/Unknown handle/, { ...PROPAGATION.want, handle: 4e9 }],
  "a handle that is in use": (self) => [
    /in use/,
    PROPAGATION.name,
    { ...PROPAGATION.name, group: { ...GROUP, origin: self } },
  ],
  "a group that is named twice": () => [
    /named twice/,
    PROPAGATION.name,
    { ...PROPAGATION.name, handle: 2 },
  ],
  "hop count 0 of another node's group": () => [
    /Hop count 0/,
    PROPAGATION.name,
    { ...PROPAGATION.reach, hop_count: 0 },
  ],
  "hop count 0 of an earlier life of its own": (self) => [
    /Hop count 0/,
    { ...PROPAGATION.name, group: { ...GROUP, origin: self, incarnation: "0" } },
    { ...PROPAGATION.reach, hop_count: 0 },
  ],
  "a handle after the reach that took its group back": () => [
    /Unknown handle/,
    PROPAGATION.name,
    { ...PROPAGATION.reach, hop_count: null },
    PROPAGATION.reach,
  ],
  "a group that may travel nowhere": () => [
    /maxHops/,
    { ...PROPAGATION.name, group: { ...GROUP, max_hops: 0 } },
  ],
  "a writer without a distance": (self) => [
    /writer/,
    { ...PROPAGATION.name, group: { ...GROUP, writer: self } },
  ],
  "a difference that goes back": () => [
    /versions/,
    PROPAGATION.name,
    { ...PROPAGATION.offers, from: 2, to: 1 },
  ],
  "an offer added twice": (self) => {
    const add = [1, "trap", 1];
    return [
      /added twice/,
      { ...PROPAGATION.name, group: { ...GROUP, origin: self } },
      { ...PROPAGATION.offers, final: false, add: [add, add] },
    ];
  },
  "a last word that still offers": (self) => [
    /final/,
    { ...PROPAGATION.name, group: { ...GROUP, origin: self } },
    { ...PROPAGATION.reach, hop_count: 0 },
    { ...PROPAGATION.offers, add: [[1, "trap", 1]] },
  ],
  "a second digest": () => [/second digest/, PROPAGATION.digest],
};

for (const [name, lie] of Object.entries(LIES)) {
  Deno.test(`a link that sends ${name} is closed with 4400, and only it`, () =>
    attacked(async ({ node, nobody }) => {
      const before = node.listOffers();
      const self = nobody();
      const [about, ...messages] = lie(self);
      await using peer = await RawPeer.in("link", node.url, self);
      peer.say(PROPAGATION.digest, ...messages);
      await assertClosed(peer, 4400, about);
      assertEquals(node.listOffers(), before);
    }));
}

Deno.test("a link that sends offers before its digest is closed with 4400", () =>
  attacked(async ({ node, nobody }) => {
    for (const message of [PROPAGATION.name, PROPAGATION.offers, PROPAGATION.reach]) {
      await using peer = await RawPeer.in("link", node.url, nobody());
      peer.say(message);
      await assertClosed(peer, 4400, /begins with a digest/);
    }
  }));

Deno.test("what a link offered goes with it when it breaks the protocol", () =>
  attacked(async ({ node, neighbour, nobody }) => {
    const self = nobody();
    await using peer = await RawPeer.in("link", node.url, self);
    peer.say(
      PROPAGATION.digest,
      { ...PROPAGATION.name, group: { ...GROUP, origin: self } },
      { ...PROPAGATION.reach, hop_count: 0 },
      {
        ...PROPAGATION.offers,
        final: false,
        add: [[1, "trap", 1]],
      },
    );
    await Promise.all([listed(node, "trap"), listed(neighbour, "trap")]);
    const gone = lost(neighbour, "trap");
    peer.send("{");
    await assertClosed(peer, 4400);
    await gone;
    assert(!node.listOffers().some(({ fun }) => fun === "trap"));
  }));

Deno.test("a link that offers the node's own functions and lies about contracts fools nobody", () =>
  attacked(async ({ node, nobody }) => {
    const self = nobody();
    await using peer = await RawPeer.in("link", node.url, self);
    const digest = "0".repeat(64);
    const contract = { digest, version: "9", later: true };
    const add = ["trap", "rpc.describe"].map((fun, id) => [id, fun, 1, [], contract]);
    peer.say(
      PROPAGATION.digest,
      { ...PROPAGATION.name, group: { ...GROUP, origin: self } },
      { ...PROPAGATION.reach, hop_count: 0 },
      { ...PROPAGATION.offers, final: false, add },
    );
    await listed(node, "trap");
    const description = node.describe("trap");
    const [call] = await peer.nextOf("call");
    assertCall(call);
    assertEquals([call.fun, call.args], ["rpc.contracts", [[digest]]]);
    peer.say({ type: "result", id: call.id, value: { [digest]: { name: "trap", args: [] } } });
    const { offers, contracts } = await description;
    assertEquals(offers.map(({ origin }) => String(origin)), [self]);
    assertEquals<unknown>(contracts, [{ digest, version: "9", idempotent: false }]);
  }));

function assertCall(
  value: unknown,
): asserts value is { readonly id: number; readonly fun: string; readonly args: unknown } {
  assert(typeof value === "object" && value !== null && "id" in value && "fun" in value);
}

async function lost(node: FarcallNode, name: string): Promise<void> {
  const wait = async (): Promise<void> => {
    for await (const { type } of node.offers({ function: name })) if (type === "lost") return;
  };
  await within(`the loss of ${name}`, wait());
}
