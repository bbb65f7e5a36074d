import { assert, assertEquals, assertGreaterOrEqual, assertLess, assertThrows } from "@std/assert";
import { connect } from "node:net";
import { NO_FAULTS } from "./proxied_direction.ts";
import { SocketPair, type TestSocket, until } from "./socket_pair.ts";

const CHUNK_BYTES = 65_536;

/** Bytes that tell where they belong. */
function numbered(count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let index = 0; index < count; index += 1) bytes[index] = index * 7 + (index >> 8);
  return bytes;
}

/** One byte there and back: all that was sent before in these directions has arrived. */
async function ping(client: TestSocket, target: TestSocket): Promise<void> {
  await client.write(new Uint8Array([1]));
  await target.read(1);
  await target.write(new Uint8Array([2]));
  await client.read(1);
}

Deno.test("the proxy passes bytes both ways unchanged, and each side's end", async () => {
  await using pair = await SocketPair.start();
  using open = await pair.open();
  const { client, target, connection } = open;
  const bytes = numbered(3_000_000);
  const [, there] = await Promise.all([client.write(bytes), target.read(bytes.length)]);
  const [, back] = await Promise.all([target.write(bytes), client.read(bytes.length)]);
  assertEquals(there, bytes);
  assertEquals(back, bytes);
  assertEquals(connection.forth.passedBytes, bytes.length);
  await client.closeWrite();
  assertEquals(await target.next(), "end");
  await target.write(numbered(3));
  assertEquals(await client.read(3), numbered(3));
  await target.closeWrite();
  assertEquals(await client.next(), "end");
  await until("the connection's end", () => pair.proxy.connections.length === 0);
});

Deno.test("a delay holds back one direction and keeps the order, the end's too", async () => {
  await using pair = await SocketPair.start();
  using open = await pair.open();
  const { client, target, connection } = open;
  connection.forth.set({ delayMs: 200 });
  const began = performance.now();
  for (let index = 0; index < 5; index += 1) await client.write(new Uint8Array([index]));
  await client.closeWrite();
  await target.write(numbered(1));
  await client.read(1);
  assertEquals(connection.forth.passedBytes, 0, "the other direction is not held back");
  assertEquals(await target.read(5), new Uint8Array([0, 1, 2, 3, 4]));
  assertGreaterOrEqual(performance.now() - began, 200);
  assertEquals(await target.next(), "end");
});

Deno.test("a lower delay lets go what waited for a higher one", async () => {
  await using pair = await SocketPair.start();
  using open = await pair.open();
  const { client, target, connection } = open;
  connection.forth.set({ delayMs: 3_600_000 });
  await client.write(numbered(9));
  await until("the bytes in the proxy", () => connection.forth.waitingBytes === 9);
  connection.forth.set({ delayMs: 0 });
  assertEquals(await target.read(9), numbered(9));
});

Deno.test("a throttle passes no more than its bytes per second", async () => {
  await using pair = await SocketPair.start();
  using open = await pair.open();
  const { client, target, connection } = open;
  connection.forth.set({ bytesPerSecond: 20_000 });
  const began = performance.now();
  await client.write(numbered(8_000));
  assertEquals(await target.read(8_000), numbered(8_000));
  // The last step of 20 ms is written when it begins.
  assertGreaterOrEqual(performance.now() - began, 379);
  connection.forth.set({ bytesPerSecond: 1 });
  await client.write(numbered(1_000));
  await until("the narrow line", () => connection.forth.waitingBytes > 900);
  connection.forth.set({ bytesPerSecond: Infinity });
  await target.read(1_000);
});

Deno.test("bytes are split into small pieces", async () => {
  await using pair = await SocketPair.start();
  using open = await pair.open();
  const { client, target, connection } = open;
  connection.forth.set({ pieceBytes: 1, bytesPerSecond: 200 });
  await client.write(numbered(20));
  const pieces = await target.pieces(20);
  assertGreaterOrEqual(pieces.length, 5);
  assertEquals(pieces.flatMap((piece) => [...piece]), [...numbered(20)]);
});

Deno.test("a stopped direction leaves what is sent with its sender, and loses nothing", async () => {
  await using pair = await SocketPair.start({ bufferBytes: 100_000 });
  using open = await pair.open();
  const { client, target, connection } = open;
  connection.forth.set({ isStopped: true });
  const bytes = numbered(12_000_000);
  let isWritten = false;
  const written = client.write(bytes).then(() => isWritten = true);
  await target.write(numbered(5));
  await client.read(5);
  assertEquals([isWritten, connection.forth.passedBytes], [false, 0]);
  connection.forth.set({ isStopped: false });
  assertEquals(await target.read(bytes.length), bytes);
  await written;
});

Deno.test("a direction holds no more than it was told when the receiver does not read", async () => {
  await using pair = await SocketPair.start({ bufferBytes: 100_000 });
  using open = await pair.open();
  const { client, target, connection } = open;
  connection.forth.set({ delayMs: 3_600_000 });
  const written = client.write(numbered(12_000_000));
  await until("a full buffer", () => connection.forth.waitingBytes >= 100_000);
  await target.write(numbered(1));
  await client.read(1);
  assertLess(connection.forth.waitingBytes, 100_000 + CHUNK_BYTES + 1);
  connection.forth.set(NO_FAULTS);
  await target.read(12_000_000);
  await written;
});

Deno.test("a half-close ends one direction for its receiver, and the other goes on", async () => {
  await using pair = await SocketPair.start();
  using open = await pair.open();
  const { client, target, connection } = open;
  await client.write(numbered(4));
  await target.read(4);
  connection.forth.halfClose();
  assertEquals(await target.next(), "end");
  await client.write(numbered(4));
  await target.write(numbered(6));
  assertEquals(await client.read(6), numbered(6));
});

Deno.test("a reset is seen by both sides, and so is one of a side itself", async () => {
  await using pair = await SocketPair.start();
  using open = await pair.open();
  open.connection.reset();
  assertEquals(await open.client.next(), "reset");
  assertEquals(await open.target.next(), "reset");
  const client = connect(pair.proxy.port, "127.0.0.1");
  using target = await pair.accept();
  await target.write(numbered(1));
  await new Promise((resolve) => client.once("data", resolve));
  client.resetAndDestroy();
  assertEquals(await target.next(), "reset");
  await until("the connection's end", () => pair.proxy.connections.length === 0);
});

Deno.test("a connection is reset after so many bytes, in the middle of what is sent", async () => {
  await using pair = await SocketPair.start();
  using open = await pair.open();
  const { client, target, connection } = open;
  await ping(client, target);
  connection.forth.resetAfter(7);
  await client.write(numbered(1_000));
  const { bytes, end } = await target.rest();
  // A reset may overtake what the receiver has not read yet.
  assert(bytes <= 7, `${bytes} bytes`);
  assertEquals([end, connection.forth.passedBytes], ["reset", 8]);
  assertEquals(await client.next(), "reset");
});

Deno.test("a black hole takes what is sent one way, without a word to the sender", async () => {
  await using pair = await SocketPair.start();
  const { client, target, connection } = await pair.open();
  using _target = target;
  await ping(client, target);
  connection.forth.set({ isBlackHole: true });
  await client.write(numbered(5_000_000));
  await target.write(numbered(5));
  assertEquals(await client.read(5), numbered(5), "the other way works");
  client[Symbol.dispose]();
  await until("all in the hole", () => connection.forth.swallowedBytes === 5_000_000);
  assertEquals(connection.forth.passedBytes, 1);
  // A stream with a hole can't go on.
  connection.forth.set({ isBlackHole: false });
  assertEquals(await target.rest(), { bytes: 0, end: "reset" });
});

Deno.test("a cut with a reset ends what is open and whoever comes, until it is healed", async () => {
  await using pair = await SocketPair.start();
  using before = await pair.open();
  pair.proxy.cut("reset");
  assertEquals([await before.client.next(), await before.target.next()], ["reset", "reset"]);
  assertEquals(await pair.firstWord(), "reset");
  pair.proxy.heal();
  using after = await pair.open();
  await ping(after.client, after.target);
});

Deno.test("a silent cut holds bytes, ends and new connections, and heals without a loss", async () => {
  await using pair = await SocketPair.start();
  using open = await pair.open();
  const { client, target, connection } = open;
  await ping(client, target);
  pair.proxy.cut("silent");
  await client.write(numbered(100));
  await client.closeWrite();
  using late = await pair.dial();
  await late.write(numbered(3));
  await until("the held connection", () => pair.proxy.heldCount === 1);
  assertEquals(connection.forth.passedBytes, 1);
  pair.proxy.heal();
  assertEquals(await target.read(100), numbered(100));
  assertEquals(await target.next(), "end");
  using arrived = await pair.accept();
  assertEquals(await arrived.read(3), numbered(3));
});

Deno.test("a silent cut of one direction leaves the other alone, and nobody gets in", async () => {
  await using pair = await SocketPair.start();
  using open = await pair.open();
  const { client, target, connection } = open;
  pair.proxy.cut("silent", "back");
  await target.write(numbered(4));
  await client.write(numbered(3));
  assertEquals(await target.read(3), numbered(3));
  using _late = await pair.dial();
  await until("the held connection", () => pair.proxy.heldCount === 1);
  assertEquals(connection.back.passedBytes, 0);
  pair.proxy.cut("silent", "forth");
  assertEquals(await client.read(4), numbered(4), "a cut replaces the one before");
});

Deno.test("a proxy without a target resets, and its target can change", async () => {
  await using pair = await SocketPair.start({ target: undefined });
  assertEquals(await pair.firstWord(), "reset");
  await using other = await SocketPair.start();
  pair.proxy.target = other.proxy.port;
  using client = await pair.dial();
  using target = await other.accept();
  await ping(client, target);
  await other.proxy[Symbol.asyncDispose]();
  assertEquals(await client.next(), "reset");
  assertEquals(
    await pair.firstWord(),
    "reset",
    "a target that refuses looks like one that is gone",
  );
});

Deno.test("faults that are set on the proxy hold for open connections and those to come", async () => {
  await using pair = await SocketPair.start();
  using before = await pair.open();
  pair.proxy.set("back", { isStopped: true });
  using after = await pair.open();
  for (const { client, target, connection } of [before, after]) {
    await target.write(numbered(2));
    await client.write(numbered(2));
    await target.read(2);
    assertEquals(connection.back.passedBytes, 0);
  }
  pair.proxy.set("back", { isStopped: false });
  for (const { client } of [before, after]) assertEquals(await client.read(2), numbered(2));
  assertThrows(() => pair.proxy.set("both", { bytesPerSecond: 0 }), RangeError, "can't pass");
});
