import type { NodeUrl } from "../protocol/names.ts";
import type { Attempt, CallRecord } from "./call_record.ts";
import type { ConnectionId } from "./events.ts";

/**
 * All attempts that have not ended. An attempt that is sent gets its number on the wire at that moment, so that the numbers
 * on each connection grow: the receiver knows a frame that comes twice, and says with one number what it has taken.
 */
export class CallAttempts {
  readonly #open = new Map<number, Attempt>();
  readonly #sent = new Map<number, Attempt>();
  readonly #byConnection = new Map<ConnectionId, Set<Attempt>>();
  #last = 0;
  #lastWire = 0;

  /** Attempts that have not ended. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * A call is tried at a node.
   *
   * @param mayRepeat Whether the caller or the provider says that running it twice does no more than once.
   */
  open(call: CallRecord, target: NodeUrl, mayRepeat: boolean): Attempt {
    this.#last += 1;
    const attempt: Attempt = {
      id: this.#last,
      call,
      target,
      phase: "waiting",
      connection: undefined,
      wire: 0,
      mayRepeat,
      isRelayed: false,
      keeps: false,
      filled: undefined,
      differs: undefined,
      hasRun: false,
    };
    call.attempts.push(attempt);
    this.#open.set(attempt.id, attempt);
    return attempt;
  }

  /** An attempt that has not ended. */
  get(id: number): Attempt | undefined {
    return this.#open.get(id);
  }

  /** An attempt leaves over a connection. */
  send(attempt: Attempt, connection: ConnectionId): void {
    this.#lastWire += 1;
    attempt.phase = "sent";
    attempt.connection = connection;
    attempt.wire = this.#lastWire;
    this.#sent.set(attempt.wire, attempt);
    const there = this.#byConnection.get(connection);
    if (there === undefined) this.#byConnection.set(connection, new Set([attempt]));
    else there.add(attempt);
  }

  /** The attempt that has this number on this connection: what another peer says of it does not count. */
  sentAs(connection: ConnectionId, wire: number): Attempt | undefined {
    const attempt = this.#sent.get(wire);
    return attempt?.connection === connection ? attempt : undefined;
  }

  /** Ends an attempt. Returns whether it had not ended before. */
  close(attempt: Attempt): boolean {
    if (!this.#open.delete(attempt.id)) return false;
    const { attempts } = attempt.call;
    attempts.splice(attempts.indexOf(attempt), 1);
    const { connection } = attempt;
    if (connection === undefined) return true;
    this.#sent.delete(attempt.wire);
    const there = this.#byConnection.get(connection);
    there?.delete(attempt);
    if (there?.size === 0) this.#byConnection.delete(connection);
    return true;
  }

  /** Attempts that were sent over a connection, in the order in which they were. */
  over(connection: ConnectionId): readonly Attempt[] {
    return [...this.#byConnection.get(connection) ?? []];
  }

  /** How many were sent over a connection and have not ended. */
  countOver(connection: ConnectionId): number {
    return this.#byConnection.get(connection)?.size ?? 0;
  }
}
