import type { FarcallClient } from "../client/client.ts";
import { connect as connectAnywhere } from "../client/connect.ts";
import type { ClientOptions } from "../client/options.ts";
import { webSocketDialer } from "../edges/websocket_dialer.ts";

/**
 * Connects to the first of several nodes that answers, from Deno.
 *
 * The same as `connect` of `@farcall/farcall/client`, but it dials like a node does: no request waits for the 40 ms that the
 * platform's own WebSocket may add.
 *
 * @param urls One URL or several, in the order in which they are tried.
 * @param options How to connect; a `WebSocket` or `dialer` of your own is used as it is.
 * @returns A client that is connected, and reconnects by itself from then on.
 * @throws {TypeError | RangeError} If a URL or an option is not what it must be.
 * @throws {FarcallError} `UNAVAILABLE` if no node answered in time, `CANCELLED` if the signal aborted.
 *
 * @example One round trip for two calls that feed each other
 * ```ts
 * import { connect, startNode } from "@farcall/farcall";
 * import { assertEquals } from "@std/assert";
 *
 * await using node = await startNode({ listen: "ws://127.0.0.1:0" });
 * node.register("fetch_page", ([url]) => ({ title: "Example", body: `body of ${url}` }));
 * node.register("count", ([text]) => String(text).length);
 *
 * await using client = await connect(node.url);
 * const found = await client.request((r) => {
 *   const page = r.call("fetch_page", ["https://example.org/"]);
 *   return { title: page.title, length: r.call("count", [page.body]) };
 * });
 * assertEquals(found, { title: "Example", length: 28 });
 * ```
 */
export function connect(
  urls: string | readonly string[],
  options: ClientOptions = {},
): Promise<FarcallClient> {
  const isPlain = options.dialer !== undefined || options.WebSocket !== undefined;
  return connectAnywhere(urls, isPlain ? options : { ...options, dialer: webSocketDialer() });
}
