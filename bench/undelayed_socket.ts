/**
 * A plain WebSocket whose TCP socket does not wait for acknowledgements: the baselines shall be as fast as a bare socket
 * can be, so they get around the platform's stall as farcall does, in the fewest lines.
 *
 * @module
 */

/**
 * Opens a WebSocket through a unix socket to a TCP socket with TCP_NODELAY.
 *
 * @param subprotocols Default: none.
 */
export async function openUndelayed(
  url: string,
  subprotocols: readonly string[] = [],
): Promise<WebSocket> {
  const { hostname, port } = new URL(url);
  const directory = await Deno.makeTempDir();
  const path = `${directory}/socket`;
  const listener = Deno.listen({ transport: "unix", path });
  const tcp = await Deno.connect({ hostname, port: Number(port) });
  tcp.setNoDelay(true);
  const client = Deno.createHttpClient({ proxy: { transport: "unix", path } });
  const socket = new WebSocket(url, { client, protocols: [...subprotocols] });
  const way = await listener.accept();
  way.readable.pipeTo(tcp.writable).catch(() => {});
  tcp.readable.pipeTo(way.writable).catch(() => {});
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error(`No WebSocket at ${url}`));
  });
  listener.close();
  client.close();
  await Deno.remove(directory, { recursive: true });
  return socket;
}

/** Serves WebSockets on a free port of the loopback. */
export function serveSockets(accept: (socket: WebSocket) => void): string {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    accept(socket);
    return response;
  });
  return `ws://127.0.0.1:${server.addr.port}`;
}
