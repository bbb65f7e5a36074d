/**
 * The client core: keeps one connection to the first of several nodes that answers, sends calls over it, and gives each
 * exactly one end. Calls made while there is no connection wait for one within their time; what was sent when a connection
 * falls ends at once, since nobody knows whether it ran.
 *
 * @module
 */

import { callError } from "../protocol/errors.ts";
import {
  CALL_TIMEOUT_MS_MAX,
  DEAD_AFTER_MS,
  DIAL_TIMEOUT_MS,
  HANDSHAKE_TIMEOUT_MS,
  PENDING_CALLS_PER_CLIENT_MAX,
  PING_AFTER_MS,
  RECONNECT_RESET_MS,
} from "../protocol/limits.ts";
import { Payload } from "../protocol/payload.ts";
import { seededRandom } from "../protocol/seeded_random.ts";
import { PendingCalls } from "../rpc/pending_calls.ts";
import { backOffMs } from "./back_off.ts";
import { failure } from "./call_record.ts";
import { type ClientCall, ClientDialect } from "./client_dialect.ts";
import { CLOSE } from "./close_codes.ts";
import type { CallerEffects, EdgeEffects, Outcome } from "./effects.ts";
import type {
  CallId,
  ClientCommand,
  ClientEvent,
  ConnectionId,
  Dialect,
  WireMessage,
} from "./events.ts";
import type { Machine } from "./machine.ts";
import { isTooLong } from "./message_room.ts";

/** What a client core is made from. */
export interface ClientCoreOptions {
  /** Nodes to connect to; the next one is tried when one does not answer. At least one. */
  readonly urls: readonly string[];
  /** Dialects to offer. Default: `farcall.v1`, else `json`. */
  readonly dialects?: readonly Dialect[];
}

interface ClientTurn {
  readonly now: number;
  readonly edges: EdgeEffects;
  readonly owner: CallerEffects;
}

interface OpenConnection {
  readonly id: ConnectionId;
  readonly url: string;
  readonly dialect: Dialect;
  /** The node said hello. */
  isReady: boolean;
  /** The connection takes what we send; else calls wait here, where they can still be taken back. */
  isWritable: boolean;
  readonly openedAt: number;
  heardAt: number;
  pingedAt: number;
}

/** The pure machine of a client. */
export class ClientCore implements Machine<ClientCommand, CallerEffects> {
  readonly #urls: readonly string[];
  readonly #dialects: readonly Dialect[];
  readonly #pending = new PendingCalls<ClientCall>(PENDING_CALLS_PER_CLIENT_MAX);
  readonly #unsent = new Set<CallId>();
  #random: () => number = () => 0;
  #wire = new ClientDialect("0");
  #connection: OpenConnection | undefined;
  #dialing: { readonly dial: number; readonly url: string } | undefined;
  #dialCount = 0;
  #urlIndex = 0;
  #failures = 0;
  #retryAt = Infinity;
  #isClosed = false;

  /**
   * Makes a core; its first event must be `boot`.
   *
   * @throws {RangeError} If there is no URL.
   */
  constructor(options: ClientCoreOptions) {
    if (options.urls.length === 0) throw new RangeError("No URL to connect to");
    this.#urls = options.urls;
    this.#dialects = options.dialects ?? ["farcall.v1", "json"];
  }

  /** Takes one event; see {@linkcode Machine.step}. */
  step(event: ClientEvent, edges: EdgeEffects, owner: CallerEffects): number {
    const turn = { now: event.now, edges, owner };
    this.#take(turn, event);
    this.#expire(turn);
    if (this.#retryAt <= turn.now) this.#dial(turn);
    this.#beat(turn);
    return Math.min(this.#retryAt, this.#pending.nextDeadlineAt ?? Infinity, this.#beatAt());
  }

  #take(turn: ClientTurn, event: ClientEvent): void {
    switch (event.type) {
      case "received":
        return this.#received(turn, event.connection, event.messages);
      case "call":
      case "request":
        return this.#begin(turn, event);
      case "cancel":
        return this.#cancel(turn, event.call);
      case "boot":
        this.#random = seededRandom(event.seed);
        this.#wire = new ClientDialect(Math.floor(this.#random() * 2 ** 52).toString(36));
        this.#retryAt = turn.now;
        return;
      case "opened":
        return this.#opened(turn, event);
      case "dial_failed":
        return this.#dialFailed(turn, event);
      case "closed":
        if (this.#connection?.id === event.connection) {
          this.#lost(turn, event.reason || `code ${event.code}`);
        }
        return;
      case "congested":
      case "drained":
        return this.#flow(turn, event.connection, event.type === "drained");
      case "malformed":
        return this.#malformed(turn, event.connection, event.error.message);
      case "close":
        return this.#close(turn);
    }
  }

  #begin(
    turn: ClientTurn,
    event: Extract<ClientCommand, { type: "call" | "request" }>,
  ): void {
    const deadlineAt = turn.now + Math.min(event.timeoutMs, CALL_TIMEOUT_MS_MAX);
    const call: ClientCall = { command: event, deadlineAt };
    if (this.#isClosed) {
      return turn.owner.settle(
        event.call,
        failure(callError("CANCELLED", "The client is closed")),
      );
    }
    if (isTooLong(...payloadsOf(event))) {
      const message = "The arguments together are longer than one message may be";
      return turn.owner.settle(event.call, failure(callError("PAYLOAD_TOO_LARGE", message)));
    }
    if (!this.#pending.add(event.call, call, deadlineAt)) {
      const message = `${PENDING_CALLS_PER_CLIENT_MAX} calls of this client are waiting`;
      return turn.owner.settle(event.call, failure(callError("RESOURCE_EXHAUSTED", message)));
    }
    const connection = this.#connection;
    if (connection?.isReady && connection.isWritable) {
      this.#send(turn, connection, event.call, call);
    } else this.#unsent.add(event.call);
  }

  #send(turn: ClientTurn, connection: OpenConnection, id: CallId, call: ClientCall): void {
    this.#unsent.delete(id);
    this.#pending.assign(id, connection.id);
    turn.edges.send(connection.id, this.#wire.encode(connection.dialect, call, turn.now));
  }

  #cancel(turn: ClientTurn, id: CallId): void {
    const wasSent = !this.#unsent.has(id);
    const error = callError("CANCELLED", "The caller gave up", wasSent ? "unknown" : "no");
    this.#giveUp(turn, id, failure(error));
  }

  #expire(turn: ClientTurn): void {
    for (const call of this.#pending.due(turn.now)) {
      const { command } = call;
      const what = command.type === "call" ? command.fun : "the request";
      const wasSent = !this.#unsent.has(command.call);
      const where = this.#connection?.url ?? "no connection";
      const message = `${what} did not end within ${command.timeoutMs} ms (${where})`;
      const error = callError("DEADLINE_EXCEEDED", message, wasSent ? "unknown" : "no");
      this.#giveUp(turn, command.call, failure(error));
    }
  }

  #giveUp(turn: ClientTurn, id: CallId, outcome: Outcome): void {
    const wasSent = !this.#unsent.delete(id);
    if (this.#pending.settle(id) === undefined) return;
    turn.owner.settle(id, outcome);
    if (wasSent && this.#connection?.dialect === "farcall.v1") {
      turn.edges.send(this.#connection.id, { type: "cancel", id });
    }
  }

  #received(turn: ClientTurn, id: ConnectionId, messages: readonly WireMessage[]): void {
    const connection = this.#connection;
    if (connection?.id !== id) return;
    connection.heardAt = turn.now;
    connection.pingedAt = 0;
    for (const message of messages) {
      if (message.type === "hello") this.#ready(turn, connection);
      else if (message.type === "ping") turn.edges.send(id, { type: "pong" });
      else if (message.type === "goodbye") {
        // Nothing comes any more: what is asked from now on waits for the next connection.
        turn.edges.close(id, CLOSE.normal, "peer said goodbye");
        return this.#lost(turn, `peer said goodbye: ${message.reason}`);
      } else this.#answer(turn, message);
    }
  }

  #answer(turn: ClientTurn, message: WireMessage): void {
    const id = this.#wire.answered(message);
    if (id === undefined || this.#unsent.has(id)) return;
    const call = this.#pending.settle(id);
    if (call === undefined) return;
    turn.owner.settle(id, this.#wire.outcome(message, call));
  }

  #ready(turn: ClientTurn, connection: OpenConnection): void {
    if (connection.isReady) return;
    connection.isReady = true;
    const { url, dialect } = connection;
    turn.owner.report({ type: "connected", url, dialect, reason: "" });
    this.#sendWaiting(turn, connection);
  }

  #flow(turn: ClientTurn, id: ConnectionId, isWritable: boolean): void {
    const connection = this.#connection;
    if (connection?.id !== id) return;
    connection.isWritable = isWritable;
    if (isWritable && connection.isReady) this.#sendWaiting(turn, connection);
  }

  #sendWaiting(turn: ClientTurn, connection: OpenConnection): void {
    for (const id of [...this.#unsent]) {
      const call = this.#pending.get(id);
      if (call !== undefined) this.#send(turn, connection, id, call);
    }
  }

  #dial(turn: ClientTurn): void {
    this.#retryAt = Infinity;
    const url = this.#urls[this.#urlIndex % this.#urls.length];
    if (url === undefined) return;
    this.#dialCount += 1;
    this.#dialing = { dial: this.#dialCount, url };
    // A browser fails a handshake whose offer is not taken up, so every other round offers none.
    const round = Math.floor(this.#urlIndex / this.#urls.length);
    const plain = round % 2 === 1 && this.#dialects.includes("json");
    const dialects = plain ? (["json"] as const) : this.#dialects;
    turn.edges.dial(this.#dialCount, { url, dialects, timeoutMs: DIAL_TIMEOUT_MS });
  }

  #opened(turn: ClientTurn, event: Extract<ClientEvent, { type: "opened" }>): void {
    const { connection: id, dialect, dial } = event;
    if (this.#dialing === undefined || this.#dialing.dial !== dial || this.#isClosed) {
      return turn.edges.close(id, CLOSE.normal, "not needed any more");
    }
    const { url } = this.#dialing;
    this.#dialing = undefined;
    const connection = this.#connection = {
      ...{ id, url, dialect, isReady: false, isWritable: true },
      ...{ openedAt: turn.now, heardAt: turn.now, pingedAt: 0 },
    };
    if (dialect === "json") this.#ready(turn, connection);
    else turn.edges.send(id, { type: "hello", role: "client" });
  }

  #dialFailed(turn: ClientTurn, event: Extract<ClientEvent, { type: "dial_failed" }>): void {
    if (this.#dialing?.dial !== event.dial) return;
    const { url } = this.#dialing;
    this.#dialing = undefined;
    const retryInMs = this.#scheduleRetry(turn);
    turn.owner.report({ type: "dial_failed", url, message: event.message, retryInMs });
  }

  /** Another URL is tried at once; after a whole round of failures the pauses grow. */
  #scheduleRetry(turn: ClientTurn): number {
    this.#urlIndex += 1;
    this.#failures += 1;
    const rounds = Math.floor(this.#failures / this.#urls.length);
    const isRoundOver = this.#failures % this.#urls.length === 0;
    const pause = isRoundOver ? backOffMs(rounds, this.#random) : 0;
    this.#retryAt = this.#isClosed ? Infinity : turn.now + pause;
    return pause;
  }

  #lost(turn: ClientTurn, reason: string): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#connection = undefined;
    const { id, url, dialect } = connection;
    for (const call of this.#pending.takeAll(id)) {
      const message = `Connection to ${url} was lost before the answer: ${reason}`;
      const error = callError("UNAVAILABLE", message, "unknown");
      turn.owner.settle(call.command.call, failure(error));
    }
    if (turn.now - connection.openedAt >= RECONNECT_RESET_MS) this.#failures = 0;
    if (connection.isReady) turn.owner.report({ type: "disconnected", url, dialect, reason });
    else turn.owner.report({ type: "dial_failed", url, message: reason, retryInMs: undefined });
    this.#scheduleRetry(turn);
  }

  #malformed(turn: ClientTurn, id: ConnectionId, message: string): void {
    if (this.#connection?.id !== id) return;
    const { url: remote, dialect } = this.#connection;
    const closed = dialect === "farcall.v1";
    turn.owner.report({ type: "protocol_error", remote, message, closed });
    if (!closed) return;
    turn.edges.close(id, CLOSE.protocol, message);
    this.#lost(turn, message);
  }

  #close(turn: ClientTurn): void {
    this.#isClosed = true;
    this.#retryAt = Infinity;
    for (const { command: { call } } of [...this.#pending.all()]) {
      const ran = this.#unsent.delete(call) ? "no" : "unknown";
      this.#pending.settle(call);
      turn.owner.settle(call, failure(callError("CANCELLED", "The client was closed", ran)));
    }
    if (this.#connection !== undefined) {
      turn.edges.close(this.#connection.id, CLOSE.normal, "client closed");
      this.#connection = undefined;
    }
  }

  #beatAt(): number {
    const connection = this.#connection;
    if (connection === undefined || connection.dialect === "json") return Infinity;
    if (!connection.isReady) return connection.openedAt + HANDSHAKE_TIMEOUT_MS;
    const wait = connection.pingedAt === 0 ? PING_AFTER_MS : DEAD_AFTER_MS;
    return connection.heardAt + wait;
  }

  #beat(turn: ClientTurn): void {
    const connection = this.#connection;
    if (connection === undefined || this.#beatAt() > turn.now) return;
    if (!connection.isReady) {
      turn.edges.close(connection.id, CLOSE.unauthenticated, "no hello in time");
      return this.#lost(turn, "no hello in time");
    }
    if (turn.now - connection.heardAt >= DEAD_AFTER_MS && connection.pingedAt !== 0) {
      turn.edges.close(connection.id, CLOSE.unresponsive, "nothing heard for too long");
      return this.#lost(turn, "nothing heard for too long");
    }
    if (connection.pingedAt !== 0) return;
    connection.pingedAt = turn.now;
    // However late this step comes, the peer gets its time to answer.
    connection.heardAt = Math.max(connection.heardAt, turn.now - PING_AFTER_MS);
    turn.edges.send(connection.id, { type: "ping" });
  }
}

/** What a call or request carries besides its names. */
function payloadsOf(
  command: Extract<ClientCommand, { type: "call" | "request" }>,
): readonly (Payload | undefined)[] {
  if (command.type === "call") return [command.args, command.kwargs];
  return [Payload.fromValue(command.commands.map(({ args, kwargs }) => [args, kwargs]))];
}
