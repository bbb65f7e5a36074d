/**
 * From a native WebSocket that is connecting to an open connection or a typed failure.
 *
 * @module
 */

import { DialError } from "./transport.ts";
import type { Accept, DialErrorCode, DialTarget } from "./transport.ts";
import { attachWebSocket } from "./websocket_connection.ts";

/** The URL of a target, checked. @throws {DialError} `unsupported_url`. */
export function webSocketUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || (parsed.protocol !== "ws:" && parsed.protocol !== "wss:")) {
    throw new DialError(
      "unsupported_url",
      url,
      `Only ws: and wss: URLs can be dialled, got "${url}"`,
    );
  }
  if (parsed.username !== "" || parsed.password !== "" || parsed.hash !== "") {
    throw new DialError(
      "unsupported_url",
      parsed.host,
      `A URL with credentials or a fragment can't be dialled, host ${parsed.host}`,
    );
  }
  return parsed;
}

/** A signal that ends a dial: the caller's, the time-out, or the dialer's own end. */
export function dialSignal(target: DialTarget, signals: readonly AbortSignal[]): DialSignal {
  const own = new AbortController();
  const timer = setTimeout(() => own.abort(timedOut(target)), target.timeoutMs);
  const giveUp = (): void =>
    own.abort(new DialError("aborted", target.url, `Gave up dialling ${target.url}`));
  for (const signal of signals) {
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp);
  }
  return {
    signal: own.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener("abort", giveUp);
    },
  };
}

/** The signal of one dial; its reason is a {@linkcode DialError}. Dispose it when the dial is over. */
export interface DialSignal extends Disposable {
  /** Aborts when the dial must end. */
  readonly signal: AbortSignal;
}

function timedOut(target: DialTarget): DialError {
  const message = `${target.url} did not open within ${target.timeoutMs} ms`;
  return new DialError("timeout", target.url, message);
}

/**
 * Waits for a connecting socket.
 *
 * @param signal A signal of {@linkcode dialSignal}.
 * @param terminate Cuts the way below the socket: when it did not open, and when the peer does not answer a close.
 * @throws {DialError} If the socket did not open, or the owner threw in `accept`.
 */
export function openWebSocket(
  socket: WebSocket,
  target: DialTarget,
  accept: Accept,
  signal: AbortSignal,
  terminate?: () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    const fail = (error: unknown): void => {
      signal.removeEventListener("abort", abort);
      socket.onopen = null;
      socket.onclose = null;
      socket.onerror = () => {}; // closing a connecting socket reports an error nobody needs
      terminate?.();
      reject(error);
    };
    const abort = (): void => {
      fail(signal.reason);
      // A socket whose way is cut ends by itself. Closed while it connects, it would end the process if its handshake was
      // just over: the platform catches no failure of that close (Deno 2.9.6: an unhandled "Broken pipe").
      if (terminate === undefined) closeQuietly(socket);
      else socket.onopen = () => closeQuietly(socket);
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort);
    socket.onerror = (event) => said = messageOf(event);
    socket.onclose = () => fail(notOpened(target.url, said));
    socket.onopen = () => {
      signal.removeEventListener("abort", abort);
      try {
        const remote = new URL(target.url).host;
        attachWebSocket(socket, terminate ? { remote, terminate } : { remote }, accept);
        resolve();
      } catch (cause) {
        const message = `The owner of the connection to ${target.url} threw an error`;
        reject(new DialError("handshake", target.url, message, cause));
      }
    };
  });
}

function closeQuietly(socket: WebSocket): void {
  try {
    socket.close();
  } catch {
    // It never opened, so there is nothing to close.
  }
}

function messageOf(event: Event): string {
  return "message" in event && typeof event.message === "string" ? event.message : "";
}

/** Platforms tell little about a dial that failed, browsers nothing; what they do say is sorted here. */
function notOpened(url: string, said: string): DialError {
  const code = failureCode(said);
  const message = {
    tls: `${url} has no certificate this side trusts, or does not speak TLS`,
    refused: `Nobody accepts connections at ${url}`,
    handshake: `${url} did not open a WebSocket`,
  }[code];
  return new DialError(code, url, message, said === "" ? undefined : said);
}

function failureCode(said: string): Extract<DialErrorCode, "tls" | "refused" | "handshake"> {
  if (/certificate|\btls\b|\bssl\b|corrupt message/i.test(said)) return "tls";
  return said === "" || /connect error|dns|refused|unreachable/i.test(said)
    ? "refused"
    : "handshake";
}
