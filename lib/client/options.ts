import type { ContractDifference } from "../protocol/contract_facts.ts";
import type { Dialect } from "../core/events.ts";
import type { Entropy } from "../edges/entropy.ts";
import type { NativeDialerOptions } from "../edges/native_dialer.ts";
import type { Clock } from "../edges/system_clock.ts";
import type { Dialer } from "../edges/transport.ts";

/** How a client connects. */
export interface ClientOptions {
  /** How long the first connection may take in all, in ms. Default 10,000. */
  readonly connectTimeout?: number;
  /** Aborting it gives up connecting; it has no effect on a client that is connected. */
  readonly signal?: AbortSignal;
  /** Dialects to offer. Default: `farcall.v1`, else `json`. */
  readonly dialects?: readonly Dialect[];
  /** The WebSocket class to dial with, for platforms without a global one. Default: the global one. */
  readonly WebSocket?: NonNullable<NativeDialerOptions["WebSocket"]>;
  /** Opens connections, in place of WebSockets; disposed with the client. Wins over `WebSocket`. */
  readonly dialer?: Dialer;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Default: the system's. */
  readonly entropy?: Entropy;
  /** Hears once of each function that ran under another contract than the one it was called by. Default: the console. */
  readonly onMismatch?: (difference: ContractDifference) => void;
  /** Hears of defects inside the client. Default: the console. */
  readonly onError?: (error: unknown) => void;
}

/** Options that were looked at. */
export interface CheckedClientOptions {
  readonly urls: readonly string[];
  readonly connectTimeoutMs: number;
  readonly dialects: readonly Dialect[];
}

/** How long the first connection may take by default, in ms. */
const CONNECT_TIMEOUT_MS_DEFAULT = 10_000;

/**
 * Looks at what `connect` was given.
 *
 * @throws {TypeError} If there is no URL, or one is not `ws:` or `wss:`.
 * @throws {RangeError} If the timeout is not above 0, or no dialect is left.
 */
export function checkClientOptions(
  urls: string | readonly string[],
  options: ClientOptions,
): CheckedClientOptions {
  const list = typeof urls === "string" ? [urls] : [...urls];
  if (list.length === 0) throw new TypeError("No URL to connect to");
  for (const url of list) {
    if (!URL.canParse(url) || !/^wss?:$/.test(new URL(url).protocol)) {
      throw new TypeError(`Not a WebSocket URL, expected ws:// or wss://: "${url}"`);
    }
  }
  const connectTimeoutMs = options.connectTimeout ?? CONNECT_TIMEOUT_MS_DEFAULT;
  if (!(connectTimeoutMs > 0)) {
    throw new RangeError(`Not a timeout, expected more than 0 ms: ${connectTimeoutMs}`);
  }
  const dialects = options.dialects ?? ["farcall.v1", "json"];
  if (dialects.length === 0) throw new RangeError("No dialect to offer");
  return { urls: list, connectTimeoutMs, dialects };
}
