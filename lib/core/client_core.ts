/**
 * The client core: keeps one connection to the first of several nodes that answers, sends calls over it, and gives each
 * exactly one end. Calls made while there is no connection wait for one within their time; what was sent when a connection
 * falls ends at once, since nobody knows whether it ran, unless it may run twice. A node that says goodbye still answers what
 * it has taken; all else goes to the next one.
 *
 * @module
 */

import { callError } from "../protocol/errors.ts";
import {
  DEAD_AFTER_MS,
  DIAL_TIMEOUT_MS,
  HANDSHAKE_TIMEOUT_MS,
  PING_AFTER_MS,
  RECONNECT_RESET_MS,
} from "../protocol/limits.ts";
import { seededRandom } from "../protocol/seeded_random.ts";
import type { V1Goodbye } from "../protocol/v1_messages.ts";
import { backOffMs } from "./back_off.ts";
import { failure } from "./call_record.ts";
import { ClientCalls } from "./client_calls.ts";
import { ClientFunctions } from "./client_functions.ts";
import { ClientDialect, type ClientQuestion } from "./client_dialect.ts";
import type { ClientTurn, OpenConnection } from "./client_turn.ts";
import { CLOSE } from "./close_codes.ts";
import type { ClientOwnerEffects, EdgeEffects } from "./effects.ts";
import type { ClientCommand, ClientEvent, ConnectionId, Dialect, WireMessage } from "./events.ts";
import type { Machine } from "./machine.ts";

/** Counts of everything in a client core that can grow. */
export interface ClientSizes {
  /** Calls that have not ended. */
  readonly calls: number;
  /** Functions that run. */
  readonly running: number;
  /** Streams that are read, of calls and of arguments; and one more if anything is kept of one that has ended. */
  readonly streams: number;
  /** Connections to nodes that are leaving. */
  readonly leaving: number;
}

/** What a client core is made from. */
export interface ClientCoreOptions {
  /** Nodes to connect to; the next one is tried when one does not answer. At least one. */
  readonly urls: readonly string[];
  /** Dialects to offer. Default: `farcall.v1`, else `json`. */
  readonly dialects?: readonly Dialect[];
}

/** Connections to nodes that are leaving and still answer, at most; beyond it the oldest is closed. */
const LEAVING_MAX = 8;

/** The pure machine of a client. */
export class ClientCore implements Machine<ClientCommand, ClientOwnerEffects> {
  readonly #urls: readonly string[];
  readonly #dialects: readonly Dialect[];
  readonly #calls = new ClientCalls();
  readonly #functions = new ClientFunctions();
  #random: () => number = () => 0;
  #wire = new ClientDialect("0");
  #connection: OpenConnection | undefined;
  /** Nodes that said goodbye and still answer what they had taken. */
  readonly #leaving = new Map<ConnectionId, OpenConnection>();
  #dialing: { readonly dial: number; readonly url: string } | undefined;
  #dialCount = 0;
  #urlIndex = 0;
  #failures = 0;
  /** Dials in a row that nobody answered in the dialect that was offered. */
  #unheard = 0;
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

  /** Counts of everything that can grow, for tests. At rest all are 0. */
  sizes(): ClientSizes {
    const { pendingCount: calls, streamCount } = this.#calls;
    const { runningCount: running, streamCount: argumentCount } = this.#functions;
    return { calls, running, streams: streamCount + argumentCount, leaving: this.#leaving.size };
  }

  /** Takes one event; see {@linkcode Machine.step}. */
  step(event: ClientEvent, edges: EdgeEffects, owner: ClientOwnerEffects): number {
    const turn = { now: event.now, edges, owner };
    this.#take(turn, event);
    this.#calls.expire(turn, this.#connection?.url ?? "no connection");
    this.#closeLeft(turn);
    if (this.#retryAt <= turn.now) this.#dial(turn);
    this.#beat(turn);
    return Math.min(this.#retryAt, this.#calls.nextDeadlineAt, this.#beatAt());
  }

  #take(turn: ClientTurn, event: ClientEvent): void {
    switch (event.type) {
      case "received":
        return this.#received(turn, event.connection, event.messages);
      case "call":
      case "request":
      case "explain":
        return this.#begin(turn, event);
      case "cancel":
        return this.#calls.cancel(turn, event.call, callError("CANCELLED", "The caller gave up"));
      case "register":
        return this.#functions.register(turn, event, this.#connection);
      case "withdraw":
        return this.#functions.withdraw(turn, event.registration, this.#connection);
      case "returned":
        return this.#functions.ended(turn, event.invocation, { ok: true, value: event.value });
      case "threw":
        return this.#functions.ended(turn, event.invocation, failure(event.error));
      case "yielded":
        return this.#functions.yielded(turn, event.invocation, event.batch);
      case "want":
        return this.#functions.wanted(turn, event.invocation, event.arg, event.units);
      case "give":
        return this.#calls.give(turn, event.call, event.arg, event.batch);
      case "read":
        return this.#calls.read(turn, event.call, event.units);
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
        return this.#closed(turn, event.connection, event.reason || `code ${event.code}`);
      case "congested":
      case "drained":
        return this.#flow(turn, event.connection, event.type === "drained");
      case "malformed":
        return this.#malformed(turn, event.connection, event.error.message);
      case "close":
        return this.#close(turn);
    }
  }

  #begin(turn: ClientTurn, event: ClientQuestion): void {
    if (this.#isClosed) {
      const error = callError("CANCELLED", "The client is closed");
      return turn.owner.settle(event.call, failure(error));
    }
    if (this.#calls.add(turn, event)) this.#sendWaiting(turn);
  }

  #received(turn: ClientTurn, id: ConnectionId, messages: readonly WireMessage[]): void {
    const connection = this.#connection?.id === id ? this.#connection : this.#leaving.get(id);
    if (connection === undefined) return;
    connection.heardAt = turn.now;
    connection.pingedAt = 0;
    for (const message of messages) {
      if (message.type === "hello") this.#ready(turn, connection);
      else if (message.type === "ping") turn.edges.send(id, { type: "pong" });
      else if (message.type === "goodbye") this.#left(turn, connection, message);
      else if (
        !this.#functions.heard(turn, connection, message) &&
        this.#calls.heard(turn, connection, this.#wire, message)
      ) {
        this.#left(turn, connection, { reason: "it takes no more calls" });
      }
    }
  }

  /** The node leaves: what it has not taken goes to the next one, and so does all that is asked from now on. */
  #left(
    turn: ClientTurn,
    connection: OpenConnection,
    goodbye: Pick<V1Goodbye, "reason" | "last">,
  ): void {
    if (this.#connection !== connection) return;
    const { reason, last } = goodbye;
    if (last !== undefined) this.#calls.untaken(connection, last);
    this.#leaving.set(connection.id, connection);
    this.#gone(turn, connection, `peer said goodbye: ${reason}`);
    // It has kept its promises: that is no failure, and the next one is dialled at once.
    this.#urlIndex += 1;
    this.#retryAt = turn.now;
  }

  /** Closes connections to nodes that are leaving and have answered all. */
  #closeLeft(turn: ClientTurn): void {
    for (const connection of [...this.#leaving.values()]) {
      const isNeeded = this.#calls.countOver(connection.id) > 0 ||
        this.#functions.countOver(connection.id) > 0;
      if (isNeeded && this.#leaving.size <= LEAVING_MAX) continue;
      turn.edges.close(connection.id, CLOSE.normal, "peer said goodbye");
      this.#leaving.delete(connection.id);
      this.#functions.lost(turn, connection.id);
      this.#calls.lost(turn, connection, "peer said goodbye");
    }
  }

  #ready(turn: ClientTurn, connection: OpenConnection): void {
    if (connection.isReady) return;
    connection.isReady = true;
    this.#unheard = 0;
    const { url, dialect } = connection;
    turn.owner.report({ type: "connected", url, dialect, reason: "" });
    this.#functions.connected(turn, connection);
    this.#sendWaiting(turn);
  }

  #flow(turn: ClientTurn, id: ConnectionId, isWritable: boolean): void {
    const connection = this.#connection;
    if (connection?.id !== id) return;
    connection.isWritable = isWritable;
    this.#sendWaiting(turn);
  }

  #sendWaiting(turn: ClientTurn): void {
    const connection = this.#connection;
    if (connection === undefined || !connection.isReady || !connection.isWritable) return;
    this.#calls.sendAll(turn, connection, this.#wire);
  }

  #dial(turn: ClientTurn): void {
    this.#retryAt = Infinity;
    const url = this.#urls[this.#urlIndex % this.#urls.length];
    if (url === undefined) return;
    this.#dialCount += 1;
    this.#dialing = { dial: this.#dialCount, url };
    // A browser fails a handshake whose offer is not taken up, so every other round offers none.
    const round = Math.floor(this.#unheard / this.#urls.length);
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
    this.#unheard += 1;
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

  #closed(turn: ClientTurn, id: ConnectionId, reason: string): void {
    if (this.#connection?.id === id) return this.#lost(turn, reason);
    const left = this.#leaving.get(id);
    if (left === undefined) return;
    this.#leaving.delete(id);
    this.#functions.lost(turn, id);
    this.#calls.lost(turn, left, reason);
  }

  #lost(turn: ClientTurn, reason: string): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#gone(turn, connection, reason);
    this.#scheduleRetry(turn);
    this.#functions.lost(turn, connection.id);
    this.#calls.lost(turn, connection, reason);
  }

  /** Nothing more is sent over the connection. */
  #gone(turn: ClientTurn, connection: OpenConnection, reason: string): void {
    this.#connection = undefined;
    const { url, dialect } = connection;
    if (turn.now - connection.openedAt >= RECONNECT_RESET_MS) this.#failures = 0;
    if (connection.isReady) turn.owner.report({ type: "disconnected", url, dialect, reason });
    else {
      this.#unheard += 1;
      turn.owner.report({ type: "dial_failed", url, message: reason, retryInMs: undefined });
    }
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
    this.#calls.endAll(turn, callError("CANCELLED", "The client was closed"));
    for (const { id } of this.#open()) {
      this.#functions.lost(turn, id);
      turn.edges.close(id, CLOSE.normal, "client closed");
    }
    this.#connection = undefined;
    this.#leaving.clear();
  }

  #beatAt(): number {
    let at = Infinity;
    for (const connection of this.#open()) at = Math.min(at, dueAt(connection));
    return at;
  }

  #beat(turn: ClientTurn): void {
    for (const connection of this.#open()) {
      if (dueAt(connection) <= turn.now) this.#look(turn, connection);
    }
  }

  #look(turn: ClientTurn, connection: OpenConnection): void {
    if (!connection.isReady) {
      turn.edges.close(connection.id, CLOSE.unauthenticated, "no hello in time");
      return this.#closed(turn, connection.id, "no hello in time");
    }
    if (turn.now - connection.heardAt >= DEAD_AFTER_MS && connection.pingedAt !== 0) {
      turn.edges.close(connection.id, CLOSE.unresponsive, "nothing heard for too long");
      return this.#closed(turn, connection.id, "nothing heard for too long");
    }
    if (connection.pingedAt !== 0) return;
    connection.pingedAt = turn.now;
    // However late this step comes, the peer gets its time to answer.
    connection.heardAt = Math.max(connection.heardAt, turn.now - PING_AFTER_MS);
    turn.edges.send(connection.id, { type: "ping" });
  }

  #open(): OpenConnection[] {
    const current = this.#connection === undefined ? [] : [this.#connection];
    return this.#leaving.size === 0 ? current : [...current, ...this.#leaving.values()];
  }
}

/** When a connection must be looked at. */
function dueAt({ dialect, isReady, openedAt, heardAt, pingedAt }: OpenConnection): number {
  if (dialect === "json") return Infinity;
  if (!isReady) return openedAt + HANDSHAKE_TIMEOUT_MS;
  return heardAt + (pingedAt === 0 ? PING_AFTER_MS : DEAD_AFTER_MS);
}
