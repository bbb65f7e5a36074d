/**
 * The sockets that one dialer opened.
 *
 * A close takes a round trip, and a process, or a test, that goes on before it is through still holds the socket. So a
 * dialer's end waits for the goodbyes that are under way.
 *
 * @module
 */

/** How long goodbyes may take, in ms: longer than any round trip, shorter than anybody's patience. */
const GOODBYE_MS = 1_000;

/** `WebSocket.OPEN`, which not every implementation has on its class. */
const WEBSOCKET_OPEN = 1;

/** Knows which sockets of a dialer are not wholly closed. */
export class DialledSockets {
  readonly #sockets = new Set<WebSocket>();
  #closed: (() => void) | undefined;

  /** A socket was made; it is forgotten when it has closed. */
  add(socket: WebSocket): void {
    this.#sockets.add(socket);
    socket.addEventListener("close", () => {
      this.#sockets.delete(socket);
      this.#closed?.();
    });
  }

  /**
   * Resolves when all goodbyes that are under way are through, and dials that were given up have ended, or have had 1 s.
   * Sockets that stay open are left alone.
   */
  async goodbyes(): Promise<void> {
    if (!this.#anyEnding()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, GOODBYE_MS);
      this.#closed = () => {
        if (this.#anyEnding()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#closed = undefined;
  }

  #anyEnding(): boolean {
    // A socket whose peer closed says CLOSED before it has answered, and reports it afterwards.
    return this.#sockets.values().some((socket) => socket.readyState !== WEBSOCKET_OPEN);
  }
}
