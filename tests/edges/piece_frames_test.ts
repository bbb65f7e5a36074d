import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MemoryNetwork } from "../../lib/edges/memory_network.ts";
import { acceptPieces, offerPieces, PIECES_SUBPROTOCOL } from "../../lib/edges/piece_frames.ts";
import { PIECE_BYTES_MAX, PieceJoiner, piecesOf } from "../../lib/edges/piece_marks.ts";
import type { Frame } from "../../lib/edges/transport.ts";
import { RecordingOwner } from "../../lib/testing/recorder.ts";
import type { Recorder } from "../../lib/testing/recorder.ts";

const URL = "memory://listener/";
const { signal } = new AbortController();
const target = { url: URL, subprotocols: ["farcall.v1"], timeoutMs: 1_000 };

function bytesOf(frame: Frame): number {
  return typeof frame === "string" ? new TextEncoder().encode(frame).length : frame.length;
}

Deno.test("piecesOf keeps every piece short, and PieceJoiner gives the frame back", () => {
  const text = fc.string({ unit: "binary", maxLength: 4_000, size: "max" });
  const bytes = fc.uint8Array({ maxLength: 4_000, size: "max" }).map((some) => some.slice());
  fc.assert(fc.property(fc.oneof(text, bytes), (frame) => {
    const joiner = new PieceJoiner();
    const pieces = [...piecesOf(frame)];
    for (const piece of pieces) {
      assert(bytesOf(piece) <= PIECE_BYTES_MAX);
      if (typeof piece === "string") assert(piece.isWellFormed());
    }
    const joined = pieces.map((piece) => joiner.join(piece));
    assertEquals(joined.slice(0, -1), pieces.slice(1).map(() => "more"));
    assertEquals(joined.at(-1), { frame });
  }));
});

Deno.test("PieceJoiner finds pieces broken that have no mark or change their kind", () => {
  assertEquals(new PieceJoiner().join("x"), "broken");
  assertEquals(new PieceJoiner().join(new Uint8Array([1])), "broken");
  const joiner = new PieceJoiner();
  assertEquals(joiner.join("+a"), "more");
  assertEquals(joiner.join(new Uint8Array([46])), "broken");
});

/** A dialler that speaks the pieces itself, so that what is on the wire can be seen. */
async function rawPeer(owner: RecordingOwner): Promise<Recorder> {
  const network = new MemoryNetwork();
  network.listen(URL, acceptPieces(owner.accept), [PIECES_SUBPROTOCOL, "farcall.v1"]);
  const raw = new RecordingOwner();
  const offer = { ...target, subprotocols: [PIECES_SUBPROTOCOL] };
  await network.dialer().dial(offer, raw.accept, signal);
  return await raw.first();
}

Deno.test("acceptPieces answers every piece with an empty frame", async () => {
  const owner = new RecordingOwner();
  const raw = await rawPeer(owner);
  for (const piece of ["+a", "+b", ".c"]) raw.connection.send(piece);
  await raw.until(() => raw.frames.length === 3);
  raw.connection.send(".d");
  await raw.until(() => raw.frames.length === 4);
  assertEquals(raw.frames, ["", "", "", ""]);
  const accepted = await owner.first();
  assertEquals(accepted.frames, ["abc", "d"]);
  assertEquals(accepted.connection.subprotocol, "farcall.v1");
});

Deno.test("acceptPieces does not answer apart when data goes back in the same turn", async () => {
  const owner = new RecordingOwner((recorder) => {
    recorder.received = () => queueMicrotask(() => recorder.connection.send("data"));
  });
  const raw = await rawPeer(owner);
  raw.connection.send(".a");
  raw.connection.send(".b");
  await raw.until(() => raw.frames.length === 2);
  assertEquals(raw.frames, [".data", ".data"]);
});

Deno.test("acceptPieces closes with 4400 on broken pieces", async () => {
  const owner = new RecordingOwner();
  const raw = await rawPeer(owner);
  raw.connection.send("no mark");
  assertEquals((await raw.end()).code, 4400);
  assertEquals((await owner.first()).frames, []);
});

Deno.test("offerPieces sends short pieces and never answers", async () => {
  const network = new MemoryNetwork();
  const raw = new RecordingOwner();
  network.listen(URL, raw.accept, [PIECES_SUBPROTOCOL]);
  const owner = new RecordingOwner();
  await offerPieces(network.dialer()).dial(target, owner.accept, signal);
  const peer = await raw.first();
  const dialled = await owner.first();
  peer.connection.send(".hello");
  peer.connection.send("");
  dialled.connection.send("x".repeat(2_500));
  await peer.until(() => peer.frames.length === 3);
  assertEquals(peer.frames.map((frame) => frame.length), [1_000, 1_000, 503]);
  assertEquals(peer.frames.map((frame) => String(frame)[0]), ["+", "+", "."]);
  await dialled.until(() => dialled.frames.length === 1);
  assertEquals(dialled.frames, ["hello"]);
});

Deno.test("offerPieces leaves a connection alone whose peer chose farcall.v1", async () => {
  const network = new MemoryNetwork();
  const raw = new RecordingOwner();
  network.listen(URL, raw.accept, ["farcall.v1"]);
  const owner = new RecordingOwner();
  await offerPieces(network.dialer()).dial(target, owner.accept, signal);
  (await owner.first()).connection.send("x".repeat(2_500));
  const peer = await raw.first();
  await peer.until(() => peer.frames.length === 1);
  assertEquals(peer.frames[0]?.length, 2_500);
});
