import { ClientCore } from "../core/client_core.ts";
import { Driver } from "../edges/driver.ts";
import { systemEntropy } from "../edges/entropy.ts";
import { nativeDialer } from "../edges/native_dialer.ts";
import { type Clock, systemClock } from "../edges/system_clock.ts";
import { callError, FarcallError } from "../protocol/errors.ts";
import { FarcallClient } from "./client.ts";
import { checkClientOptions, type ClientOptions } from "./options.ts";
import { tellConsole } from "./tell_console.ts";

/**
 * Connects to the first of several nodes that answers.
 *
 * @param urls One URL or several, in the order in which they are tried.
 * @param options How to connect.
 * @returns A client that is connected, and reconnects by itself from then on.
 * @throws {TypeError | RangeError} If a URL or an option is not what it must be.
 * @throws {FarcallError} `UNAVAILABLE` if no node answered in time, with each URL's reason; `CANCELLED` if the signal
 * aborted.
 *
 * @example Connect, call, disconnect
 * ```ts
 * import { startNode } from "@farcall/farcall";
 * import { connect } from "@farcall/farcall/client";
 * import { assertEquals } from "@std/assert";
 *
 * await using node = await startNode({ listen: "ws://127.0.0.1:0" });
 * node.register("echo", ([text]) => text);
 *
 * await using client = await connect(node.url);
 * assertEquals(await client.call("echo", ["hello"], { timeout: 2_000 }), "hello");
 * ```
 */
export async function connect(
  urls: string | readonly string[],
  options: ClientOptions = {},
): Promise<FarcallClient> {
  const { urls: list, connectTimeoutMs, dialects } = checkClientOptions(urls, options);
  if (options.signal?.aborted) throw gaveUp(options.signal);
  const clock = options.clock ?? systemClock();
  const Socket = options.WebSocket;
  const dialer = options.dialer ?? nativeDialer(Socket === undefined ? {} : { WebSocket: Socket });
  const failed = options.onError ?? tellConsole;
  const client = FarcallClient.start(
    (owner) =>
      new Driver(new ClientCore({ urls: list, dialects }), owner, {
        ...{ dialer, clock, failed, jsonFrames: "text" },
      }),
    options.entropy ?? systemEntropy(),
    clock,
    options.onMismatch,
    failed,
  );
  try {
    await connected(client, list, connectTimeoutMs, clock, options.signal);
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}

async function connected(
  client: FarcallClient,
  urls: readonly string[],
  timeoutMs: number,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<void> {
  const end = new AbortController();
  const giveUp = (): void => end.abort();
  const cancelTimer = clock.wake(clock.now() + timeoutMs, giveUp);
  signal?.addEventListener("abort", giveUp, { once: true });
  const reasons = new Map<string, string>(urls.map((url) => [url, "no answer yet"]));
  try {
    for await (const event of client.events({ signal: end.signal })) {
      if (event.type === "connected") return;
      if (event.type === "dial_failed") reasons.set(event.url, event.message);
    }
  } finally {
    cancelTimer();
    signal?.removeEventListener("abort", giveUp);
  }
  if (signal?.aborted) throw gaveUp(signal);
  const why = [...reasons].map(([url, reason]) => `${url} (${reason})`).join(", ");
  const message = `No node answered within ${timeoutMs} ms: ${why}`;
  throw new FarcallError(callError("UNAVAILABLE", message));
}

function gaveUp(signal: AbortSignal): FarcallError {
  const error = callError("CANCELLED", "The caller gave up before a connection was open");
  return new FarcallError(error, { cause: signal.reason });
}
