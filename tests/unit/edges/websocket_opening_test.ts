import { assertEquals, assertRejects } from "@std/assert";
import { openWebSocket } from "../../../lib/edges/websocket_opening.ts";
import { DialError } from "../../../lib/edges/transport.ts";

/** A real socket that notes in which state it was closed. */
class WatchedSocket extends WebSocket {
  readonly closedIn: number[] = [];

  override close(code?: number, reason?: string): void {
    this.closedIn.push(this.readyState);
    super.close(code, reason);
  }
}

/** A server that answers no handshake before it is told to. */
function slowServer(): { url: string; answer: () => void; ended: Promise<void> } & AsyncDisposable {
  const told = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      await told.promise;
      const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
      socket.onclose = () => ended.resolve();
      return response;
    },
  );
  return {
    url: `ws://127.0.0.1:${server.addr.port}/`,
    answer: told.resolve,
    ended: ended.promise,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("openWebSocket leaves a socket whose way it cut alone, and closes it only when it opens all the same", async () => {
  await using server = slowServer();
  const socket = new WatchedSocket(server.url);
  const target = { url: server.url, subprotocols: [], timeoutMs: 1_000 };
  const gaveUp = new AbortController();
  let cuts = 0;
  const opening = openWebSocket(
    socket,
    target,
    () => ({ received: () => {}, closed: () => {} }),
    gaveUp.signal,
    () => void (cuts += 1),
  );
  gaveUp.abort(new DialError("timeout", server.url, "too late"));
  await assertRejects(() => opening, DialError, "too late");
  assertEquals([cuts, socket.closedIn], [1, []]);
  server.answer();
  await server.ended;
  assertEquals(socket.closedIn, [WebSocket.OPEN]);
});
