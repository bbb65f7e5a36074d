import { assert, assertEquals } from "@std/assert";
import { attacked } from "./attacked_node.ts";
import { command, NO_FRAMES } from "./hostile_messages.ts";
import { RawPeer } from "./raw_peer.ts";

// The dialect of the reference: nothing closes it, everything wrong is one error.

const RPC = { role: "rpc", u: "one", cmds: [{ name: "a", fun: "count", args: [], locs: [] }] };

/** JSON that is no message of the `json` dialect, the `u` of its answer, and the number of the error. */
const NO_JSON_MESSAGES: readonly (readonly [unknown, string, number])[] = [
  [null, "unknown", 1003],
  [42, "unknown", 1003],
  [[], "unknown", 1003],
  ["text", "unknown", 1003],
  [{}, "unknown", 1004],
  [{ role: null, u: "one" }, "one", 1004],
  [{ role: "king", u: "one" }, "one", 1004],
  [{ role: "__proto__", u: "one" }, "one", 1004],
  [{ role: "constructor", u: "one" }, "one", 1004],
  [{ role: ["rpc"], u: "one" }, "one", 1004],
  [{ role: "rpc" }, "unknown", 1003],
  [{ role: "rpc", u: 7, cmds: [] }, "unknown", 1003],
  [{ role: "rpc", u: "x".repeat(1_025), cmds: [] }, "unknown", 1003],
  [{ role: "rpc", u: "one" }, "one", 1003],
  [{ ...RPC, cmds: {} }, "one", 1003],
  [{ ...RPC, cmds: [null] }, "one", 1003],
  [{ ...RPC, cmds: [{ name: "a", fun: 7 }] }, "one", 1003],
  [{ ...RPC, cmds: [{ name: "a", fun: "count", args: {} }] }, "one", 1003],
  [{ ...RPC, cmds: [{ name: "a", fun: "count", kwargs: [] }] }, "one", 1003],
  [{ ...RPC, cmds: [{ name: "a", fun: "count", locs: [7] }] }, "one", 1003],
  [{ ...RPC, debug_mode: true, return_intermediate_results: "yes" }, "one", 1003],
  [{ role: "server", u: "one" }, "one", 1003],
  [{ role: "server", u: "one", server: { what: "RUN" } }, "one", 1003],
  [{ role: "server", u: "one", server: { what: "HELLO" } }, "one", 1003],
  [{ role: "server", u: "one", server: { what: "FUNCTION_MAP_REQUEST" } }, "one", 1000],
  [{ role: "server", u: "one", server: { what: "GOODBYE", reason: "spite" } }, "one", 1003],
  [{ role: "gossip", u: "one", peers: {} }, "one", 1003],
  [{ role: "internal-rpc", u: "one", command: 7, args: [] }, "one", 1003],
  [{ ...RPC, cmds: [] }, "one", 1003],
  [{ ...RPC, cmds: [{ name: "a", fun: "nowhere", args: [] }] }, "one", 1001],
  [{ ...RPC, cmds: [command("a"), command("a")] }, "one", 1003],
  [{ ...RPC, cmds: [command("a", "b"), command("b", "a")] }, "one", 1003],
];

async function assertJsonError(peer: RawPeer, u: string, code: number): Promise<void> {
  const answer = await peer.next() as { u: string; r: unknown; error: { code: number } };
  assertEquals([answer.u, answer.r, answer.error?.code], [u, null, code]);
}

Deno.test("json answers what is no message of it with one error, and the connection lives", () =>
  attacked(async ({ node, runs }) => {
    await using peer = await RawPeer.open(node.url);
    for (const [message, u, code] of NO_JSON_MESSAGES) {
      peer.send(JSON.stringify(message));
      await assertJsonError(peer, u, code);
    }
    assertEquals(runs(), 0);
    peer.send(JSON.stringify(RPC));
    const answer = await peer.next() as { u: string; r: unknown };
    assertEquals([answer.u, answer.r], ["one", { a: 1 }]);
  }));

Deno.test("json answers what is no JSON, too large or too deep with one error", () =>
  attacked(async ({ node }) => {
    await using peer = await RawPeer.open(node.url);
    for (const frame of Object.values(NO_FRAMES)) {
      peer.send(frame);
      await assertJsonError(peer, "unknown", 1003);
    }
  }));

Deno.test("json takes a request whose u is still running for the same one", () =>
  attacked(async ({ node, runs, release }) => {
    await using peer = await RawPeer.open(node.url);
    peer.send(JSON.stringify({ ...RPC, cmds: [{ name: "a", fun: "slow", args: [] }] }));
    peer.send(JSON.stringify(RPC));
    peer.send(JSON.stringify({ role: "internal-rpc", command: "count", args: [], u: "one" }));
    peer.send(JSON.stringify({ role: "server", server: { what: "STATUS" }, u: "after" }));
    assertEquals((await peer.next() as { u: string }).u, "after");
    release();
    assertEquals((await peer.next() as { r: unknown }).r, { a: "done" });
    assertEquals(runs(), 0);
  }));

Deno.test("json passes over answers that nobody asked for and goodbyes of others", () =>
  attacked(async ({ node, neighbour }) => {
    await using peer = await RawPeer.open(node.url);
    for (const u of ["0", "1", "2", "-1", "1e3", "__proto__"]) {
      peer.send(JSON.stringify({ r: { forged: 1 }, error: null, u }));
      peer.send(JSON.stringify({ role: "internal-answer", answer: "forged", u }));
    }
    const departing = { departing_node_url: neighbour.url, cluster_id: "default" };
    const server = { what: "GOODBYE", ...departing, reason: "maintenance" };
    peer.send(JSON.stringify({ role: "server", server, u: "bye" }));
    const answer = await peer.next() as { u: string; r: unknown };
    assertEquals([answer.u, answer.r], ["bye", "GOODBYE_PROCESSED"]);
    assert(node.listOffers().some(({ origin }) => origin === neighbour.url));
  }));
