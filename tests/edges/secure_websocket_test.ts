import { assertEquals, assertRejects } from "@std/assert";
import { DialError } from "../../lib/edges/transport.ts";
import { webSocketDialer } from "../../lib/edges/websocket_dialer.ts";
import { listenWebSocket } from "../../lib/edges/websocket_listener.ts";
import type { WebSocketListenOptions } from "../../lib/edges/websocket_listener.ts";
import { RecordingOwner } from "../../lib/testing/recorder.ts";
import { makeCertificates } from "./certificates.ts";

const { signal } = new AbortController();
const certificates = await makeCertificates();

// Ignored tests are counted and shown, so a machine without openssl does not pass in silence.
const ignore = certificates === undefined;
const { ca, cert, key } = certificates ?? { ca: "", cert: "", key: "" };
const secure: WebSocketListenOptions = { subprotocols: [], cert, key };

for (const pump of ["auto", "never"] as const) {
  const name = pump === "auto" ? "webSocketDialer" : "webSocketDialer without the pump";

  Deno.test(
    { name: `${name} opens wss: with an authority it is told to trust`, ignore },
    async () => {
      const accepting = new RecordingOwner((recorder) => recorder.connection.send("hello"));
      const listener = await listenWebSocket(secure, accepting.accept);
      assertEquals(new URL(listener.url).protocol, "wss:");
      await using dialer = webSocketDialer({ pump, caCerts: [ca] });
      const owner = new RecordingOwner();
      const target = { url: listener.url, subprotocols: [], timeoutMs: 5_000 };
      await dialer.dial(target, owner.accept, signal);
      const dialled = await owner.first();
      const accepted = await accepting.first();
      dialled.connection.send("x".repeat(100_000));
      await dialled.until(() => dialled.frames.length === 1);
      await accepted.until(() => accepted.frames.length === 1);
      assertEquals(accepted.frames[0]?.length, 100_000);
      dialled.connection.close(1000, "");
      await accepted.end();
      await listener.close();
    },
  );

  Deno.test(
    { name: `${name} rejects a certificate nobody vouches for as tls`, ignore },
    async () => {
      const listener = await listenWebSocket(secure, new RecordingOwner().accept);
      await using dialer = webSocketDialer({ pump });
      assertEquals(await codeOf(dialer, listener.url), "tls");
      await listener.close();
    },
  );

  Deno.test({ name: `${name} rejects a certificate for another host as tls`, ignore }, async () => {
    const listener = await listenWebSocket(secure, new RecordingOwner().accept);
    await using dialer = webSocketDialer({ pump, caCerts: [ca] });
    const url = listener.url.replace("127.0.0.1", "localhost");
    assertEquals(await codeOf(dialer, url), "tls");
    await listener.close();
  });

  Deno.test(`${name} rejects wss: to a peer without TLS as tls`, async () => {
    const listener = await listenWebSocket({ subprotocols: [] }, new RecordingOwner().accept);
    await using dialer = webSocketDialer({ pump });
    assertEquals(await codeOf(dialer, listener.url.replace("ws:", "wss:")), "tls");
    await listener.close();
  });
}

async function codeOf(dialer: ReturnType<typeof webSocketDialer>, url: string): Promise<string> {
  const target = { url, subprotocols: [], timeoutMs: 5_000 };
  const accept = new RecordingOwner().accept;
  return (await assertRejects(() => dialer.dial(target, accept, signal), DialError)).code;
}
