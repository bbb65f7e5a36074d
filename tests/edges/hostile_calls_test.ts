import { assertEquals } from "@std/assert";
import { assertServes, attacked, listed } from "./attacked_node.ts";
import { A_CALL, A_REQUEST, command, GROUP, MIB, PROPAGATION } from "./hostile_messages.ts";
import { assertClosed, assertLives, errorOf } from "./peer_assertions.ts";
import { RawPeer, within } from "./raw_peer.ts";

/** A command that uses another one, or an item where it says none, at one of its arguments. */
function using(name: string, of: string | undefined, at = 0): Record<string, unknown> {
  return { ...command(name, null), refs: [{ at: ["args", at], of }] };
}

/** Calls and requests that are well formed and can't be run, and the code of their one error. */
const HOPELESS: readonly (readonly [string, Record<string, unknown>])[] = [
  ["FUNCTION_NOT_FOUND", { ...A_CALL, fun: "nowhere" }],
  ["FUNCTION_NOT_FOUND", { ...A_CALL, fun: "__proto__" }],
  ["FUNCTION_NOT_FOUND", { ...A_CALL, fun: "constructor" }],
  ["NO_PROVIDER", { ...A_CALL, resources: ["gold"] }],
  ["LOOP", { ...A_CALL, target: "ws://nobody.invalid:1" }],
  ["UNAVAILABLE", { ...A_CALL, target: "ws://nobody.invalid:1", ttl: 16 }],
  ["INVALID_ARGUMENT", A_REQUEST],
  ["DUPLICATE_NAME", { ...A_REQUEST, commands: [command("a"), command("a")] }],
  ["DEPENDENCY_CYCLE", { ...A_REQUEST, commands: [using("a", "a")] }],
  ["DEPENDENCY_CYCLE", { ...A_REQUEST, commands: [using("a", "b"), using("b", "a")] }],
  ["UNKNOWN_REFERENCE", { ...A_REQUEST, commands: [using("a", "b")] }],
  ["UNKNOWN_REFERENCE", { ...A_REQUEST, commands: [using("a", undefined)] }],
  ["INVALID_ARGUMENT", { ...A_REQUEST, commands: [using("a", "b", 1), command("b")] }],
  ["UNKNOWN_REFERENCE", { ...A_REQUEST, commands: [command("a")], wanted: ["b"] }],
  ["FUNCTION_NOT_FOUND", { ...A_REQUEST, commands: [{ name: "a", fun: "nowhere" }] }],
];

Deno.test("farcall.v1 answers calls that can't be run with one typed error", () =>
  attacked(async ({ node, nobody, runs }) => {
    for (const role of ["client", "caller", "link"] as const) {
      await using peer = await RawPeer.in(role, node.url, nobody());
      for (const [index, [code, message]] of HOPELESS.entries()) {
        peer.say({ ...message, id: index + 1 });
        const [error, ...more] = await peer.nextOf("error");
        assertEquals(more, []);
        assertEquals(errorOf(error), [index + 1, code, "no"]);
      }
      await assertLives(peer);
    }
    assertEquals(runs(), 0);
  }));

Deno.test("what no call of ours waits for is passed over", () =>
  attacked(async ({ node, nobody }) => {
    for (const role of ["client", "caller", "link"] as const) {
      await using peer = await RawPeer.in(role, node.url, nobody());
      const error = { code: "MADE_UP", message: "", ran: "yes", retryable: true };
      for (const id of [0, 1, 2, Number.MAX_SAFE_INTEGER]) {
        peer.say({ type: "result", id, value: "forged" }, { type: "error", id, error });
        peer.say({ type: "cancel", id }, { type: "pong" });
      }
      await assertLives(peer);
    }
  }));

Deno.test("nobody answers a call that was sent to another node", () =>
  attacked(async ({ node, neighbour, nobody }) => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<string>();
    neighbour.register("patient", () => {
      asked.resolve();
      return answer.promise;
    });
    await listed(node, "patient");
    const result = node.call("patient");
    await within("the call", asked.promise);
    for (const role of ["client", "caller", "link"] as const) {
      await using peer = await RawPeer.in(role, node.url, nobody());
      for (let id = 0; id < 100; id += 1) peer.say({ type: "result", id, value: "forged" });
      await assertLives(peer);
    }
    answer.resolve("real");
    assertEquals(await result, "real");
  }));

Deno.test("a call whose id is not above all before it is the same call and runs once", () =>
  attacked(async ({ node, runs, release }) => {
    await using peer = await RawPeer.in("client", node.url, "");
    const slow = { ...A_CALL, fun: "slow" };
    peer.say(slow, A_CALL, slow);
    peer.say(A_CALL);
    peer.say({ ...A_REQUEST, commands: [{ name: "a", fun: "count" }] });
    await assertLives(peer);
    release();
    assertEquals(await peer.nextOf("result"), [{ type: "result", id: 1, value: "done" }]);
    assertEquals(runs(), 0);
    const next = { ...A_CALL, id: 2 };
    peer.say(A_CALL, next, next);
    assertEquals(await peer.nextOf("result"), [{ type: "result", id: 2, value: 1 }]);
    peer.say(A_CALL, next);
    await assertLives(peer);
    assertEquals(runs(), 1, "nor does one that comes again after its end");
  }));

Deno.test("__proto__ and constructor are keys like others in what is carried", () =>
  attacked(async ({ node }) => {
    const args = '[{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}]';
    const kwargs = '{"__proto__":{"polluted":1},"constructor":1}';
    await using peer = await RawPeer.in("client", node.url, "");
    peer.send(
      `[{"type":"call","id":1,"fun":"echo","timeout_ms":1000,"args":${args},"kwargs":${kwargs},` +
        `"__proto__":{"target":"ws://nobody.invalid:1"}}]`,
    );
    assertEquals(JSON.stringify(await peer.nextOf("result")), `[${resultOf(args)}]`);
    peer.send(
      `[{"type":"request","id":2,"timeout_ms":1000,"commands":[` +
        `{"name":"__proto__","fun":"echo","args":${args}},` +
        `{"name":"constructor","fun":"echo","args":[0],` +
        `"refs":[{"at":["args",0],"of":"__proto__"}]}]}]`,
    );
    const value = `{"constructor":[${args}]}`;
    assertEquals(JSON.stringify(await peer.nextOf("result")), `[${resultOf(value, 2)}]`);
    assertEquals(({} as Record<string, unknown>)["polluted"], undefined);
  }));

function resultOf(value: string, id = 1): string {
  return `{"type":"result","id":${id},"value":${value}}`;
}

/** Arguments that the node takes, and that it would have to pass on in a frame above the limit. */
const GROWING: Readonly<Record<string, (room: number) => string>> = {
  "fill a frame to the last byte": (room) => `["${"x".repeat(room - 4)}"]`,
  "fill a frame with wide characters": (room) => `["${"€".repeat(Math.floor((room - 4) / 3))}"]`,
  "take more room when they are written again": (room) =>
    `[[${"1e20,".repeat(Math.floor(room / 5) - 2)}1]]`,
};

for (const [name, argsOf] of Object.entries(GROWING)) {
  Deno.test(`arguments that ${name} end their call and not the link`, () =>
    attacked(async ({ node }) => {
      await using peer = await RawPeer.in("client", node.url, "");
      const head = '[{"type":"call","id":1,"fun":"length","timeout_ms":5000,"args":';
      const frame = `${head}${argsOf(4 * MIB - head.length - 2)}}]`;
      peer.send(frame);
      const [error] = await peer.nextOf("error");
      assertEquals(errorOf(error), [1, "PAYLOAD_TOO_LARGE", "no"]);
      await assertLives(peer);
    }));
}

Deno.test("10,000 pings at once are answered, and calls beside them too", () =>
  attacked(async ({ node }) => {
    await using peer = await RawPeer.in("client", node.url, "");
    for (let count = 0; count < 5_000; count += 1) peer.say({ type: "ping" });
    const thousand = Array.from({ length: 1_000 }, () => ({ type: "ping" }));
    for (let count = 0; count < 5; count += 1) peer.say(...thousand);
    await assertServes(node);
    let pongs = 0;
    while (pongs < 10_000) pongs += (await peer.nextOf("pong")).length;
    assertEquals(pongs, 10_000);
  }));

Deno.test("pieces that are none are answered with 4400", () =>
  attacked(async ({ node }) => {
    const none = ["?", "ping", '[{"type":"ping"}]', new Uint8Array([0]), ".", ".{", ".null"];
    for (const piece of none) {
      await using peer = await RawPeer.open(node.url, ["farcall.v1.pieces", "farcall.v1"]);
      peer.send(piece);
      await assertClosed(peer, 4400);
    }
    await using mixed = await RawPeer.open(node.url, ["farcall.v1.pieces"]);
    mixed.send("+[");
    mixed.send(new Uint8Array([46, 93]));
    await assertClosed(mixed, 4400);
  }));

/** A result that a caller with a long id could not be sent. */
Deno.test("a result that fills a frame ends its call and not the caller's connection", () =>
  attacked(async ({ node, nobody }) => {
    const self = nobody();
    await using provider = await RawPeer.in("link", node.url, self);
    provider.say(
      PROPAGATION.digest,
      { ...PROPAGATION.name, group: { ...GROUP, origin: self } },
      { ...PROPAGATION.reach, hop_count: 0 },
      { ...PROPAGATION.offers, final: false, add: [[1, "trap", 1]] },
    );
    await listed(node, "trap");
    await using caller = await RawPeer.in("link", node.url, nobody());
    const id = Number.MAX_SAFE_INTEGER;
    caller.say({ ...A_CALL, id, fun: "trap", timeout_ms: 5_000 });
    const [asked] = await provider.nextOf("call");
    const head = `[{"type":"result","id":${(asked as { id: number }).id},"value":"`;
    provider.send(`${head}${"x".repeat(4 * MIB - head.length - 3)}"}]`);
    const [error] = await caller.nextOf("error");
    assertEquals(errorOf(error), [id, "RESULT_TOO_LARGE", "yes"]);
    await assertLives(caller);
    await assertLives(provider);
  }));
