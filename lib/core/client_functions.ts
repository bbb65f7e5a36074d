import { callError } from "../protocol/errors.ts";
import { CALL_TIMEOUT_MS_MAX } from "../protocol/limits.ts";
import type { Payload } from "../protocol/payload.ts";
import type { CallMessage } from "../protocol/v1_messages.ts";
import type { ClientTurn, OpenConnection } from "./client_turn.ts";
import type { Caller, Outcome } from "./effects.ts";
import type {
  ConnectionId,
  InvocationId,
  ProviderCommand,
  RegistrationId,
  WireMessage,
} from "./events.ts";
import { isTooLong } from "./message_room.ts";

type Register = Extract<ProviderCommand, { type: "register" }>;

/** A function that runs for a node. */
interface Run {
  readonly invocation: InvocationId;
  readonly connection: ConnectionId;
  /** The node's number for the call. */
  readonly id: number;
}

/**
 * The functions that a client offers through its node. They are told to each node that it connects to, and end with the
 * connection; the node counts how many run and says when their time is over.
 */
export class ClientFunctions {
  readonly #offered = new Map<RegistrationId, Register>();
  readonly #runs = new Map<InvocationId, Run>();
  readonly #byWire = new Map<string, Run>();
  /** Highest number that was taken of each connection: a frame that comes twice runs nothing twice. */
  readonly #lastTaken = new Map<ConnectionId, number>();
  #last = 0;

  /** Functions that run for a connection. */
  countOver(connection: ConnectionId): number {
    let count = 0;
    for (const run of this.#runs.values()) if (run.connection === connection) count += 1;
    return count;
  }

  /** Offers a function, now or once there is a connection. */
  register(turn: ClientTurn, event: Register, connection: OpenConnection | undefined): void {
    this.#offered.set(event.registration, event);
    if (connection?.isReady === true) tell(turn, connection, event);
  }

  /** Takes a function back; what runs of it runs on. */
  withdraw(
    turn: ClientTurn,
    registration: RegistrationId,
    connection: OpenConnection | undefined,
  ): void {
    if (!this.#offered.delete(registration) || connection?.isReady !== true) return;
    if (connection.dialect === "json") return;
    turn.edges.send(connection.id, { type: "withdraw", id: registration });
  }

  /** A node is there: it hears of all. */
  connected(turn: ClientTurn, connection: OpenConnection): void {
    for (const event of this.#offered.values()) tell(turn, connection, event);
  }

  /** Takes what a node says of functions that run here. Returns whether it was about one. */
  heard(turn: ClientTurn, connection: OpenConnection, message: WireMessage): boolean {
    if (message.type === "call") {
      this.#call(turn, connection, message);
      return true;
    }
    if (message.type !== "cancel" && message.type !== "credit") return false;
    const run = this.#byWire.get(key(connection.id, message.id));
    if (run === undefined) return true;
    if (message.type === "credit") turn.owner.credit(run.invocation, message.units);
    else {
      this.#forget(run);
      turn.owner.abort(run.invocation, callError("CANCELLED", "The caller gave up", "unknown"));
    }
    return true;
  }

  /** A function gives an item of its stream. */
  yielded(turn: ClientTurn, invocation: InvocationId, value: Payload): void {
    const run = this.#runs.get(invocation);
    if (run !== undefined) turn.edges.send(run.connection, { type: "item", id: run.id, value });
  }

  /** A function ended; nobody may wait for it any more. */
  ended(turn: ClientTurn, invocation: InvocationId, outcome: Outcome): void {
    const run = this.#runs.get(invocation);
    if (run === undefined) return;
    this.#forget(run);
    const { connection, id } = run;
    if (outcome.ok && !isTooLong(outcome.value)) {
      return turn.edges.send(connection, { type: "result", id, value: outcome.value });
    }
    const error = outcome.ok
      ? callError("RESULT_TOO_LARGE", "The result is too long to be sent", "yes")
      : outcome.error;
    turn.edges.send(connection, { type: "error", id, error });
  }

  /** A connection is gone: nobody waits for what runs for it. */
  lost(turn: ClientTurn, connection: ConnectionId): void {
    this.#lastTaken.delete(connection);
    for (const run of [...this.#runs.values()]) {
      if (run.connection !== connection) continue;
      this.#forget(run);
      const error = callError("CANCELLED", "The connection to the node is gone", "unknown");
      turn.owner.abort(run.invocation, error);
    }
  }

  #call(turn: ClientTurn, connection: OpenConnection, message: CallMessage): void {
    const { id, fun, offer, args, kwargs, credit, resumeFrom } = message;
    if (id <= (this.#lastTaken.get(connection.id) ?? -1)) return;
    this.#lastTaken.set(connection.id, id);
    const registered = offer === undefined ? undefined : this.#offered.get(offer);
    if (registered?.fun !== fun) {
      const error = callError("FUNCTION_NOT_FOUND", `${fun} has just been withdrawn`);
      return turn.edges.send(connection.id, { type: "error", id, error });
    }
    this.#last += 1;
    const run = { invocation: this.#last, connection: connection.id, id };
    this.#runs.set(run.invocation, run);
    this.#byWire.set(key(connection.id, id), run);
    turn.edges.send(connection.id, { type: "accepted", id });
    turn.owner.invoke({
      ...{ invocation: run.invocation, registration: registered.registration, args, kwargs },
      timeoutMs: Math.min(message.timeoutMs, CALL_TIMEOUT_MS_MAX),
      caller: callerBehind(connection),
      stream: credit === undefined ? undefined : { credit, resumeFrom },
    });
  }

  #forget(run: Run): void {
    this.#runs.delete(run.invocation);
    this.#byWire.delete(key(run.connection, run.id));
  }
}

function tell(turn: ClientTurn, connection: OpenConnection, event: Register): void {
  const { registration: id, fun, resources, maxHops, scope, concurrency, queue = 0 } = event;
  const { url, dialect } = connection;
  if (dialect === "json") {
    const message = `${fun} is not offered: ${url} speaks json, which takes no offers of clients`;
    return turn.owner.report({ type: "protocol_error", remote: url, message, closed: false });
  }
  const contract = event.contract === undefined ? {} : { contract: event.contract };
  const offered = { id, fun, resources, maxHops, scope, concurrency, queue, ...contract };
  turn.edges.send(connection.id, { type: "offer", ...offered });
}

function callerBehind({ url }: OpenConnection): Caller {
  return { kind: "node", name: url };
}

function key(connection: ConnectionId, id: number): string {
  return `${connection}:${id}`;
}
