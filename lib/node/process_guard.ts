/** What the runtime says when a peer's text message is longer than its strings can be. */
const STRING_TOO_LONG = "failed to allocate string; buffer exceeds maximum length";
/** Where it says so. */
const WEBSOCKET_EXTENSION = "ext:deno_websocket/";

/**
 * Keeps the process alive when a peer sends one text message of more than 512 MiB in fragments: the runtime then fails
 * inside itself, where nobody can catch it, and would end the process. The socket it came over is dead afterwards, and the
 * heartbeat reaps it. Every other unhandled rejection still ends the process, as it must.
 *
 * For programs that talk to strangers; the command line and the examples call it. A library must not decide this for its
 * program, so `startNode` does not.
 *
 * @returns Takes the guard away.
 *
 * @example
 * ```ts
 * import { installProcessGuard } from "@farcall/farcall";
 *
 * using _guard = installProcessGuard();
 * ```
 */
export function installProcessGuard(): Disposable {
  globalThis.addEventListener("unhandledrejection", keepAlive);
  return {
    [Symbol.dispose]: () => globalThis.removeEventListener("unhandledrejection", keepAlive),
  };
}

function keepAlive(event: PromiseRejectionEvent): void {
  const reason: unknown = event.reason;
  const isOurs = reason instanceof TypeError && reason.message === STRING_TOO_LONG &&
    (reason.stack ?? "").includes(WEBSOCKET_EXTENSION);
  if (isOurs) event.preventDefault();
}
