import { assert, assertEquals } from "@std/assert";
import { attacked, type Scene } from "./attacked_node.ts";
import { A_CALL, A_REQUEST, NO_FRAMES, PROPAGATION } from "./hostile_messages.ts";
import { assertClosed } from "./peer_assertions.ts";
import { hello, RawPeer, type Role, SOME_LIFE, within } from "./raw_peer.ts";

const ROLES: readonly Role[] = ["stranger", "client", "caller", "link"];

/** JSON that is no frame of `farcall.v1`. */
const NO_V1_FRAMES: readonly unknown[] = [
  null,
  42,
  true,
  "text",
  {},
  [],
  { type: "ping" },
  [null],
  [[]],
  [1],
  [{}],
  [{ type: null }],
  [{ type: ["ping"] }],
  [{ type: "nonsense" }],
  [{ type: "__proto__" }],
  [{ type: "constructor" }],
  [{ type: "hasOwnProperty" }],
  [{ type: "ping" }, { type: "nonsense" }],
  Array.from({ length: 1_025 }, () => ({ type: "ping" })),
  [{ type: "hello", role: "king" }],
  [{ type: "hello", role: "link" }],
  [{ type: "hello", role: "link", url: "http://x.example", cluster: "c", incarnation: SOME_LIFE }],
  [{ type: "goodbye" }],
  ...[null, -1, 1.5, "1", 2 ** 53].map((id) => [{ ...A_CALL, id }]),
  ...[null, 7, "", "x".repeat(257), "a\u0000b"].map((fun) => [{ ...A_CALL, fun }]),
  ...[null, {}, "args", Array(257).fill(0)].map((args) => [{ ...A_CALL, args }]),
  ...[null, [], 7].map((kwargs) => [{ ...A_CALL, kwargs }]),
  ...[null, -1, "soon"].map((timeout_ms) => [{ ...A_CALL, timeout_ms }]),
  ...[null, "nowhere", 7].map((target) => [{ ...A_CALL, target }]),
  ...[null, -1, 17, 0.5].map((ttl) => [{ ...A_CALL, ttl }]),
  ...[null, {}, [null], [{ name: 1, fun: "echo" }], [{ name: "a" }]].map((commands) => [{
    ...A_REQUEST,
    commands,
  }]),
  [{ type: "result", id: 1 }],
  [{ type: "error", id: 1, error: "no" }],
  [{ type: "cancel" }],
  [{ type: "digest", held: null, last: true }],
  [{ type: "reach", handle: -1, hop_count: 0, seq: 1 }],
  [{ type: "reach", handle: 1, hop_count: 17, seq: 1 }],
];

/** Tries each frame on a connection of its own, in every role. */
async function eachBreaks(
  { node, nobody }: Scene,
  frames: readonly (string | Uint8Array<ArrayBuffer>)[],
): Promise<void> {
  for (const role of ROLES) {
    await Promise.all(frames.map(async (frame) => {
      await using peer = await RawPeer.in(role, node.url, nobody());
      peer.send(frame);
      await assertClosed(peer, 4400);
    }));
  }
}

for (const [name, frame] of Object.entries(NO_FRAMES)) {
  Deno.test(`farcall.v1 answers ${name} with 4400 in every role`, () =>
    attacked((scene) => eachBreaks(scene, [frame])));
}

Deno.test("farcall.v1 answers JSON that is no frame of it with 4400 in every role", () =>
  attacked((scene) => eachBreaks(scene, NO_V1_FRAMES.map((frame) => JSON.stringify(frame)))));

Deno.test("a wrong message makes the right ones before it count for nothing", () =>
  attacked(async ({ node, runs }) => {
    await using peer = await RawPeer.in("client", node.url, "");
    peer.say(A_CALL, { type: "nonsense" });
    await assertClosed(peer, 4400, /nonsense|type/);
    assertEquals(runs(), 0);
  }));

const CONVERSATION = {
  call: A_CALL,
  request: A_REQUEST,
  result: { type: "result", id: 1, value: 1 },
  cancel: { type: "cancel", id: 1 },
  ping: { type: "ping" },
  pong: { type: "pong" },
  goodbye: { type: "goodbye", reason: "bored" },
};

Deno.test("any message before hello is answered with 4400", () =>
  attacked(async ({ node, runs }) => {
    for (const message of Object.values({ ...PROPAGATION, ...CONVERSATION })) {
      await using peer = await RawPeer.in("stranger", node.url, "");
      peer.say(message);
      await assertClosed(peer, 4400, new RegExp(`${message.type} before hello`));
    }
    assertEquals(runs(), 0);
  }));

Deno.test("a second hello is answered with 4400, whoever says it", () =>
  attacked(async ({ node, nobody }) => {
    for (const first of ["client", "caller", "link"] as const) {
      for (const second of ["client", "caller", "link"]) {
        await using peer = await RawPeer.in(first, node.url, nobody());
        peer.say(hello(second, nobody()));
        await assertClosed(peer, 4400, /second hello/);
      }
    }
  }));

Deno.test("a second hello in the first frame is answered with 4400", () =>
  attacked(async ({ node, nobody }) => {
    await using peer = await RawPeer.in("stranger", node.url, "");
    peer.say(hello("client", ""), hello("link", nobody()), A_CALL);
    await assertClosed(peer, 4400, /second hello/);
  }));

Deno.test("a hello with the node's own URL is answered with 4409", () =>
  attacked(async ({ node }) => {
    for (const role of ["caller", "link"]) {
      await using peer = await RawPeer.in("stranger", node.url, "");
      peer.say(hello(role, node.url));
      await assertClosed(peer, 4409);
    }
  }));

Deno.test("propagation from clients and callers is answered with 4403", () =>
  attacked(async ({ node, nobody }) => {
    const before = node.listOffers();
    for (const role of ["client", "caller"] as const) {
      for (const message of Object.values(PROPAGATION)) {
        await using peer = await RawPeer.in(role, node.url, nobody());
        peer.say(message);
        await assertClosed(peer, 4403, new RegExp(`${message.type} is for links only`));
      }
    }
    assertEquals(node.listOffers(), before);
  }));

/** What is no WebSocket any more, below all frames. */
const BROKEN_SOCKETS: Readonly<Record<string, readonly number[]>> = {
  "text that is no UTF-8": [0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28],
  "a frame without a mask": [0x81, 0x02, 0x5b, 0x5d],
  "a reserved kind of frame": [0x83, 0x80, 0, 0, 0, 0],
  "a frame of 2^62 bytes": [0x82, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  "a close with half a code": [0x88, 0x81, 0, 0, 0, 0, 0x03],
  "half a frame": [0x81, 0xfe, 0x10],
};

for (const [name, bytes] of Object.entries(BROKEN_SOCKETS)) {
  Deno.test(`a socket that ends with ${name} hurts nobody`, () =>
    attacked(async ({ node }) => {
      const { hostname, port } = new URL(node.url);
      using socket = await Deno.connect({ hostname, port: Number(port) });
      const request = [
        "GET / HTTP/1.1",
        `Host: ${hostname}:${port}`,
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Protocol: farcall.v1",
      ];
      await socket.write(new TextEncoder().encode(request.join("\r\n") + "\r\n\r\n"));
      await within("the handshake", socket.read(new Uint8Array(1_024)));
      await socket.write(new Uint8Array(bytes));
      await socket.closeWrite();
      await within("the end of the socket", drained(socket));
    }));
}

/** Reads until the other side ends; a reset is an end, too. */
async function drained(socket: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(1_024);
  try {
    while (await socket.read(buffer) !== null);
  } catch (error) {
    assert(error instanceof Deno.errors.ConnectionReset, String(error));
  }
}
