import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { nativeDialer } from "../../lib/edges/native_dialer.ts";
import { acceptPieces, offerPieces, PIECES_SUBPROTOCOL } from "../../lib/edges/piece_frames.ts";
import { DialError, ListenError } from "../../lib/edges/transport.ts";
import type { Dialer } from "../../lib/edges/transport.ts";
import { webSocketDialer } from "../../lib/edges/websocket_dialer.ts";
import { listenWebSocket } from "../../lib/edges/websocket_listener.ts";
import { upgradeRequest } from "../../lib/edges/websocket_upgrade.ts";
import { RecordingOwner } from "../../lib/testing/recorder.ts";
import type { Recorder } from "../../lib/testing/recorder.ts";
import { testTransport } from "../../lib/testing/transport_contract.ts";
import { webSocketEdge } from "./websocket_edge.ts";

testTransport(
  "webSocketDialer",
  () => Promise.resolve(webSocketEdge(webSocketDialer())),
  Deno.test,
);
testTransport("nativeDialer", () => Promise.resolve(webSocketEdge(nativeDialer())), Deno.test);
testTransport("offerPieces over nativeDialer", () => {
  const edge = webSocketEdge(offerPieces(nativeDialer()));
  return Promise.resolve({
    ...edge,
    subprotocol: "farcall.v1",
    listen: (accept, subprotocols) =>
      edge.listen(acceptPieces(accept), [...subprotocols, PIECES_SUBPROTOCOL]),
  });
}, Deno.test);

const { signal } = new AbortController();

async function dial(
  dialer: Dialer,
  url: string,
  headers: Record<string, string> = {},
): Promise<Recorder> {
  const owner = new RecordingOwner();
  await dialer.dial({ url, subprotocols: [], timeoutMs: 5_000, headers }, owner.accept, signal);
  return await owner.first();
}

function dialFails(dialer: Dialer, url: string, timeoutMs: number = 5_000): Promise<DialError> {
  const owner = new RecordingOwner();
  const target = { url, subprotocols: [], timeoutMs };
  return assertRejects(() => dialer.dial(target, owner.accept, signal), DialError);
}

Deno.test("webSocketDialer goes through its unix socket over TCP without delay", async () => {
  const owner = new RecordingOwner();
  const listener = await listenWebSocket({ subprotocols: [] }, owner.accept);
  const ports: number[] = [];
  const noDelay: (boolean | undefined)[] = [];
  await using dialer = webSocketDialer({
    connect: async (options) => {
      const tcp = await Deno.connect(options);
      ports.push(tcp.localAddr.port);
      const setNoDelay = tcp.setNoDelay.bind(tcp);
      tcp.setNoDelay = (on) => {
        noDelay.push(on);
        setNoDelay(on);
      };
      return tcp;
    },
  });
  const dialled = await dial(dialer, listener.url);
  const accepted = await owner.first();
  assertEquals(noDelay, [true]);
  assertEquals(accepted.connection.remote, `127.0.0.1:${ports[0]}`);
  dialled.connection.close(1000, "");
  await accepted.end();
  await listener.close();
});

for (const pump of ["auto", "never"] as const) {
  const name = pump === "auto" ? "webSocketDialer" : "webSocketDialer without the pump";

  Deno.test(`${name} ends when the goodbyes of its sockets are through`, async () => {
    const owner = new RecordingOwner();
    const listener = await listenWebSocket({ subprotocols: [] }, owner.accept);
    const dialer = webSocketDialer({ pump });
    (await dial(dialer, listener.url)).connection.close(1000, "");
    const accepted = await owner.first();
    await dialer[Symbol.asyncDispose]();
    assertEquals(accepted.closings.length, 1);
    await listener.close();
  });
}

Deno.test("webSocketDialer without the pump opens by the platform's own way", async () => {
  const owner = new RecordingOwner();
  const listener = await listenWebSocket({ subprotocols: [] }, owner.accept);
  const connect = (): Promise<never> => Promise.reject(new Error("The pump must not run"));
  await using dialer = webSocketDialer({ pump: "never", connect });
  (await dial(dialer, listener.url)).connection.close(1000, "");
  await (await owner.first()).end();
  await listener.close();
});

for (const pump of ["auto", "never"] as const) {
  const name = pump === "auto" ? "webSocketDialer" : "webSocketDialer without the pump";

  Deno.test(`${name} sends headers and the real Host`, async () => {
    const seen: (string | null)[] = [];
    const listener = await listenWebSocket({
      subprotocols: [],
      admit: (request) => {
        seen.push(request.headers.get("authorization"), request.headers.get("host"));
        return undefined;
      },
    }, new RecordingOwner().accept);
    await using dialer = webSocketDialer({ pump });
    await dial(dialer, listener.url, { authorization: "Bearer x" });
    assertEquals(seen, ["Bearer x", new URL(listener.url).host]);
    await listener.close();
  });

  Deno.test(`${name} reports a refused upgrade as a failed handshake`, async () => {
    const refuse = (): Response => new Response("no", { status: 401 });
    const listener = await listenWebSocket(
      { subprotocols: [], admit: refuse },
      new RecordingOwner().accept,
    );
    await using dialer = webSocketDialer({ pump });
    assertEquals((await dialFails(dialer, listener.url)).code, "handshake");
    await listener.close();
  });

  Deno.test(`${name} times out on a peer that accepts and says nothing`, async () => {
    using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using dialer = webSocketDialer({ pump });
    const error = await dialFails(dialer, `ws://127.0.0.1:${silent.addr.port}/`, 50);
    assertEquals(error.code, "timeout");
    assertStringIncludes(error.message, "50 ms");
    (await silent.accept()).close();
  });

  Deno.test(`${name} reports a peer that vanishes as lost, once`, async () => {
    await using dialer = webSocketDialer({ pump });
    await using peer = await hostilePeer();
    const dialled = await dial(dialer, peer.url);
    peer.vanish();
    const { code, clean } = await dialled.end();
    assert([0, 1005, 1006].includes(code), `code ${code}`);
    assertEquals(clean, false);
    assertEquals(dialled.closings.length, 1);
  });

  Deno.test(`${name} reports its close although the peer never answers it`, async () => {
    await using dialer = webSocketDialer({ pump });
    await using peer = await hostilePeer();
    const dialled = await dial(dialer, peer.url);
    dialled.connection.close(1000, "bye");
    assertEquals(await dialled.end(), { code: 1000, reason: "bye", clean: true });
    peer.vanish();
  });
}

Deno.test("webSocketDialer cuts the way when the peer never answers its close", async () => {
  await using dialer = webSocketDialer();
  await using peer = await hostilePeer();
  const dialled = await dial(dialer, peer.url);
  dialled.connection.close(1000, "bye");
  await dialled.end();
  await peer.cutOff();
});

Deno.test("webSocketDialer removes the socket's file once it is open, and its directory at the end", async () => {
  const temporary = await Deno.makeTempDir();
  const before = Deno.env.get("TMPDIR");
  Deno.env.set("TMPDIR", temporary);
  try {
    const owner = new RecordingOwner();
    const listener = await listenWebSocket({ subprotocols: [] }, owner.accept);
    const dialer = webSocketDialer();
    const dialled = await dial(dialer, listener.url);
    const [directory] = [...Deno.readDirSync(temporary)];
    assert(directory !== undefined);
    const path = `${temporary}/${directory.name}`;
    assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o700);
    dialled.connection.send("x");
    await (await owner.first()).until(() => owner.recorders[0]?.frames.length === 1);
    dialled.connection.close(1000, "");
    await dialer[Symbol.asyncDispose]();
    assertEquals([...Deno.readDirSync(temporary)], []);
    await (await owner.first()).end();
    await listener.close();
  } finally {
    if (before === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", before);
    await Deno.remove(temporary, { recursive: true });
  }
});

Deno.test("webSocketDialer refuses URLs with credentials and keeps them out of the error", async () => {
  await using dialer = webSocketDialer();
  const error = await dialFails(dialer, "ws://user:secret@127.0.0.1/");
  assertEquals(error.code, "unsupported_url");
  assert(!JSON.stringify([error.message, error.url]).includes("secret"));
});

Deno.test("nativeDialer rejects headers a plain WebSocket can't send", async () => {
  await using dialer = nativeDialer();
  const owner = new RecordingOwner();
  const headers = { authorization: "x" };
  const target = { url: "ws://127.0.0.1:1/", subprotocols: [], timeoutMs: 1_000, headers };
  const error = await assertRejects(() => dialer.dial(target, owner.accept, signal), DialError);
  assertEquals(error.code, "handshake");
});

Deno.test("listenWebSocket throws a ListenError when the port is taken", async () => {
  const listener = await listenWebSocket({ subprotocols: [] }, new RecordingOwner().accept);
  const port = Number(new URL(listener.url).port);
  const again = () => listenWebSocket({ port, subprotocols: [] }, new RecordingOwner().accept);
  const error = await assertRejects(again, ListenError);
  assertEquals(error.code, "address_in_use");
  assertEquals(error.message, `127.0.0.1:${port} is taken by another listener`);
  await listener.close();
});

Deno.test("listenWebSocket answers plain requests with 426 and other paths with 404", async () => {
  const options = { subprotocols: [], path: "/farcall" };
  const listener = await listenWebSocket(options, new RecordingOwner().accept);
  const url = listener.url.replace("ws:", "http:");
  assertStringIncludes(url, "/farcall");
  const plain = await fetch(url);
  assertEquals(plain.status, 426);
  assertStringIncludes(await plain.text(), "WebSocket");
  const elsewhere = await fetch(new URL("/", url));
  assertEquals(elsewhere.status, 404);
  await elsewhere.body?.cancel();
  await listener.close();
});

Deno.test("listenWebSocket keeps the words of an error in admit to itself", async () => {
  const admit = (): never => {
    throw new Error("Secret");
  };
  const listener = await listenWebSocket({ subprotocols: [], admit }, new RecordingOwner().accept);
  const response = await fetch(listener.url.replace("ws:", "http:"));
  assertEquals(response.status, 500);
  assertEquals(await response.text(), "Internal error.\n");
  await listener.close();
});

Deno.test("listenWebSocket survives peers that break the protocol or leave", async () => {
  const owner = new RecordingOwner();
  const listener = await listenWebSocket({ subprotocols: [] }, owner.accept);
  const port = Number(new URL(listener.url).port);
  const handshake = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  for (const rubbish of [new Uint8Array([0xff, 0xff, 0xff, 0xff]), new Uint8Array()]) {
    const tcp = await Deno.connect({ port });
    await tcp.write(new TextEncoder().encode(handshake));
    await tcp.read(new Uint8Array(1_024));
    await tcp.write(rubbish);
    tcp.close();
  }
  await using dialer = nativeDialer();
  const dialled = await dial(dialer, listener.url);
  await owner.first();
  for (const recorder of owner.recorders.slice(0, 2)) {
    assertEquals((await recorder.end()).clean, false);
    assertEquals(recorder.closings.length, 1);
  }
  dialled.connection.close(1000, "");
  await listener.close();
});

Deno.test("listenWebSocket answers a broken handshake with 400", async () => {
  const listener = await listenWebSocket({ subprotocols: [] }, new RecordingOwner().accept);
  using tcp = await Deno.connect({ port: Number(new URL(listener.url).port) });
  const request = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: close\r\n\r\n";
  await tcp.write(new TextEncoder().encode(request));
  const answer = new Uint8Array(1_024);
  const length = await tcp.read(answer);
  assertStringIncludes(new TextDecoder().decode(answer.subarray(0, length ?? 0)), "HTTP/1.1 400");
  await listener.close();
});

Deno.test("upgradeRequest opens connections inside a foreign server", async () => {
  const owner = new RecordingOwner();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => upgradeRequest(request, ["b"], owner.accept),
  );
  await using dialer = nativeDialer();
  const dialling = new RecordingOwner();
  const url = `ws://127.0.0.1:${server.addr.port}/any/path`;
  await dialer.dial({ url, subprotocols: ["a", "b"], timeoutMs: 1_000 }, dialling.accept, signal);
  const dialled = await dialling.first();
  assertEquals(dialled.connection.subprotocol, "b");
  dialled.connection.close(1000, "");
  await (await owner.first()).end();
  await server.shutdown();
});

interface HostilePeer extends AsyncDisposable {
  readonly url: string;
  /** Ends the TCP connection without a word. */
  vanish(): void;
  /** Resolves when the other side ended the TCP connection. */
  cutOff(): Promise<void>;
}

/** Opens one WebSocket and never says anything on it. */
function hostilePeer(): Promise<HostilePeer> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let tcp: Deno.TcpConn | undefined;
  let open = true;
  const serving = (async () => {
    tcp = await listener.accept();
    const bytes = new Uint8Array(4_096);
    const request = new TextDecoder().decode(bytes.subarray(0, await tcp.read(bytes) ?? 0));
    const key = /sec-websocket-key: (\S+)/i.exec(request)?.[1] ?? "";
    const accepted = new TextEncoder().encode(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", accepted)).toBase64();
    const answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" +
      `Connection: Upgrade\r\nSec-WebSocket-Accept: ${digest}\r\n\r\n`;
    await tcp.write(new TextEncoder().encode(answer));
  })();
  const vanish = (): void => {
    if (open) tcp?.close();
    open = false;
  };
  return Promise.resolve({
    url: `ws://127.0.0.1:${listener.addr.port}/`,
    vanish,
    cutOff: async () => {
      const bytes = new Uint8Array(4_096);
      while (await tcp?.read(bytes).catch(() => null));
    },
    [Symbol.asyncDispose]: async () => {
      await serving;
      vanish();
      listener.close();
    },
  });
}
