import { StreamBudget } from "../rpc/stream_credit.ts";
import type { ConnectionId } from "./events.ts";

/** What the streams of a node share: those that this process reads, and those that come over each connection. */
export class StreamBudgets {
  /** Of what this process reads itself. */
  readonly own: StreamBudget = new StreamBudget();
  readonly #over = new Map<ConnectionId, StreamBudget>();

  /** Connections over which streams come, and streams that are read here. */
  get size(): number {
    return this.#over.size + this.own.kept;
  }

  /** Of what comes over a connection. */
  over(connection: ConnectionId): StreamBudget {
    const known = this.#over.get(connection);
    if (known !== undefined) return known;
    const made = new StreamBudget();
    this.#over.set(connection, made);
    return made;
  }

  /** A stream no longer comes over a connection, maybe the last one. */
  left(connection: ConnectionId): void {
    if (this.#over.get(connection)?.streams === 0) this.#over.delete(connection);
  }
}
