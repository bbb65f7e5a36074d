import { assertEquals, assertThrows } from "@std/assert";
import { MemoryNetwork } from "../../lib/edges/memory_network.ts";
import { acceptPieces, offerPieces, PIECES_SUBPROTOCOL } from "../../lib/edges/piece_frames.ts";
import { ListenError } from "../../lib/edges/transport.ts";
import { RecordingOwner } from "../../lib/testing/recorder.ts";
import { testTransport } from "../../lib/testing/transport_contract.ts";
import type { TestedEdge } from "../../lib/testing/transport_contract.ts";

const LISTENER = "memory://listener/";
const { signal } = new AbortController();

function memoryEdge(network: MemoryNetwork): TestedEdge {
  const dialer = network.dialer();
  let count = 0;
  return {
    dialer,
    listen: (accept, subprotocols) => {
      count += 1;
      return Promise.resolve(network.listen(`memory://${count}/`, accept, subprotocols));
    },
    [Symbol.asyncDispose]: () => dialer[Symbol.asyncDispose](),
  };
}

/** The contract over pieces: farcall.v1 is always offered first and always known. */
function piecedEdge(network: MemoryNetwork): TestedEdge {
  const edge = memoryEdge(network);
  return {
    ...edge,
    subprotocol: "farcall.v1",
    dialer: offerPieces(edge.dialer),
    listen: (accept, subprotocols) =>
      edge.listen(acceptPieces(accept), [...subprotocols, PIECES_SUBPROTOCOL]),
  };
}

/** Lets nothing keep its order between directions: runs a random one of the waiting tasks at a time. */
function shuffledNetwork(): MemoryNetwork {
  const waiting: (() => void)[] = [];
  let state = 12345;
  return new MemoryNetwork((task) => {
    waiting.push(task);
    queueMicrotask(() => {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      const [next] = waiting.splice(state % waiting.length, 1);
      next?.();
    });
  });
}

testTransport("MemoryNetwork", () => Promise.resolve(memoryEdge(new MemoryNetwork())), Deno.test);
testTransport(
  "MemoryNetwork with a scheduler that shuffles",
  () => Promise.resolve(memoryEdge(shuffledNetwork())),
  Deno.test,
);
testTransport(
  "offerPieces over MemoryNetwork",
  () => Promise.resolve(piecedEdge(new MemoryNetwork())),
  Deno.test,
);

async function openPair(network: MemoryNetwork, from: string) {
  const owner = new RecordingOwner();
  const target = { url: LISTENER, subprotocols: [], timeoutMs: 1_000 };
  await network.dialer(from).dial(target, owner.accept, signal);
  return await owner.first();
}

Deno.test("MemoryNetwork.cut lets both sides hear 1006 and loses what is under way", async () => {
  const network = new MemoryNetwork();
  const accepting = new RecordingOwner();
  network.listen(LISTENER, accepting.accept);
  const dialled = await openPair(network, "memory://a/");
  const accepted = await accepting.first();
  dialled.connection.send("lost");
  network.cut();
  assertEquals(dialled.connection.bufferedBytes, 0);
  for (const side of [dialled, accepted]) {
    assertEquals(await side.end(), { code: 1006, reason: "connection cut", clean: false });
  }
  assertEquals(accepted.frames, []);
  assertEquals(network.connectionCount, 0);
});

Deno.test("MemoryNetwork.cut breaks only the connections between the ends it is given", async () => {
  const network = new MemoryNetwork();
  network.listen(LISTENER, new RecordingOwner().accept);
  const one = await openPair(network, "memory://a/");
  const other = await openPair(network, "memory://b/");
  network.cut(LISTENER, "memory://a/");
  await one.end();
  assertEquals(network.connectionCount, 1);
  assertEquals(other.closings, []);
});

Deno.test("MemoryNetwork.listen throws a ListenError when the URL is taken", () => {
  const network = new MemoryNetwork();
  network.listen(LISTENER, new RecordingOwner().accept);
  const error = assertThrows(
    () => network.listen(LISTENER, new RecordingOwner().accept),
    ListenError,
  );
  assertEquals(error.code, "address_in_use");
});

Deno.test("MemoryNetwork tells its scheduler who sends to whom and counts bytes until then", async () => {
  const tasks: { task: () => void; way: string }[] = [];
  const network = new MemoryNetwork((task, from, to) => tasks.push({ task, way: `${from}>${to}` }));
  const accepting = new RecordingOwner();
  const dialling = new RecordingOwner();
  const target = { url: "L:", subprotocols: [], timeoutMs: 1_000 };
  network.listen("L:", accepting.accept);
  const dial = network.dialer("D").dial(target, dialling.accept, signal);
  tasks.shift()?.task();
  await dial;
  const dialled = await dialling.first();
  dialled.connection.send("é");
  assertEquals(dialled.connection.bufferedBytes, 2);
  assertEquals(tasks.map(({ way }) => way), ["D>L:"]);
  tasks.shift()?.task();
  assertEquals(dialled.connection.bufferedBytes, 0);
  assertEquals((await accepting.first()).frames, ["é"]);
});
