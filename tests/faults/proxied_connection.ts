import { connect, type Socket } from "node:net";
import { type DirectionFaults, ProxiedDirection } from "./proxied_direction.ts";

/** `forth` is what the client sends, `back` what the target sends. */
export type Side = "forth" | "back" | "both";

/** One connection through the proxy. */
export class ProxiedConnection {
  /** From the client to the target. */
  readonly forth: ProxiedDirection;
  /** From the target to the client. */
  readonly back: ProxiedDirection;
  readonly #sockets: readonly [Socket, Socket];

  private constructor(client: Socket, target: Socket, bufferBytes: number) {
    this.#sockets = [client, target];
    const reset = (): void => this.reset();
    this.forth = new ProxiedDirection(client, target, bufferBytes, reset);
    this.back = new ProxiedDirection(target, client, bufferBytes, reset);
    failsWith(client, this.forth, this.back);
    failsWith(target, this.back, this.forth);
  }

  /**
   * Connects a client, which has not been read from yet, with a port of this host.
   *
   * @throws If the port can't be reached.
   */
  static async open(
    client: Socket,
    port: number,
    bufferBytes: number,
  ): Promise<ProxiedConnection> {
    const target = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    target.pause();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    target.once("connect", resolve);
    target.once("error", reject);
    await promise;
    return new ProxiedConnection(client, target, bufferBytes);
  }

  /** Resolves when both sockets are gone. */
  async over(): Promise<void> {
    await Promise.all(this.#sockets.map(gone));
  }

  /** Changes faults of one direction or both. */
  set(side: Side, faults: Partial<DirectionFaults>): void {
    for (const direction of this.sides(side)) direction.set(faults);
  }

  /** The directions that a word means. */
  sides(side: Side): readonly ProxiedDirection[] {
    if (side === "both") return [this.forth, this.back];
    return [side === "forth" ? this.forth : this.back];
  }

  /** Both ends see a reset, at once. */
  reset(): void {
    for (const direction of [this.forth, this.back]) direction.abandon();
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }
}

/** When a socket fails, nothing more can come from it or go to it. */
function failsWith(socket: Socket, from: ProxiedDirection, to: ProxiedDirection): void {
  socket.on("error", () => {
    to.abandon();
    from.fail();
  });
}

async function gone(socket: Socket): Promise<void> {
  if (socket.closed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once("close", () => resolve());
  await promise;
}
