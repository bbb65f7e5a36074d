import { type CallError, callError } from "../protocol/errors.ts";
import { CALL_TIMEOUT_MS_MAX } from "../protocol/limits.ts";
import { batchUnits, type ItemBatch } from "../protocol/item_batch.ts";
import type { CallMessage } from "../protocol/v1_messages.ts";
import { ArgumentFlow } from "../rpc/argument_flow.ts";
import { StreamBudget } from "../rpc/stream_credit.ts";
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

/** Names of functions that every client has for its node. */
export const CLIENT_FUNCTIONS = {
  /** `[digests]`: the contracts of these digests that this very client goes by. */
  contracts: "rpc.contracts",
} as const;

/** The registration that shows contracts; those of the author count upwards from 1. */
export const CONTRACTS_REGISTRATION: RegistrationId = -1;

type Register = Extract<ProviderCommand, { type: "register" }>;

/** A function that runs for a node. */
interface Run {
  readonly invocation: InvocationId;
  readonly connection: ConnectionId;
  /** The node's number for the call. */
  readonly id: number;
  /** Its streamed arguments, by their places. */
  readonly args: ReadonlyMap<number, ArgumentFlow>;
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
  /** What this client reads of all arguments of its functions. */
  readonly #budget = new StreamBudget();
  #last = 0;

  /** Functions that run, by any table. */
  get runningCount(): number {
    return Math.max(this.#runs.size, this.#byWire.size);
  }

  /** Streamed arguments that are read. */
  get streamCount(): number {
    return this.#budget.kept;
  }

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
    if (!isForRun(message)) return false;
    const run = this.#byWire.get(key(connection.id, message.id));
    if (run === undefined) return true;
    if (message.type === "credit") turn.owner.credit(run.invocation, message.units);
    else if (message.type === "items") this.#given(turn, run, message.arg, message.batch);
    else if (message.type === "end") this.#given(turn, run, message.arg, undefined);
    else this.#abort(turn, run, callError("CANCELLED", "The caller gave up", "unknown"));
    return true;
  }

  /** A function gives items of its stream. */
  yielded(turn: ClientTurn, invocation: InvocationId, batch: ItemBatch): void {
    const run = this.#runs.get(invocation);
    if (run !== undefined) turn.edges.send(run.connection, { type: "items", id: run.id, batch });
  }

  /** A function has read so much of an argument, or wants no more of it. */
  wanted(
    turn: ClientTurn,
    invocation: InvocationId,
    arg: number,
    units: number | undefined,
  ): void {
    const run = this.#runs.get(invocation);
    const flow = run?.args.get(arg);
    if (run === undefined || flow === undefined) return;
    if (units !== undefined) {
      flow.ask(units);
      this.#grant(turn, run, arg, flow);
    } else if (flow.stop()) {
      turn.edges.send(run.connection, { type: "stop", id: run.id, arg });
    }
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
      const error = callError("CANCELLED", "The connection to the node is gone", "unknown");
      this.#abort(turn, run, error);
    }
  }

  #call(turn: ClientTurn, connection: OpenConnection, message: CallMessage): void {
    const { id, fun, offer, args, kwargs, credit, resumeFrom, streamed } = message;
    if (id <= (this.#lastTaken.get(connection.id) ?? -1)) return;
    this.#lastTaken.set(connection.id, id);
    const registered = offer === undefined ? undefined : this.#offered.get(offer);
    const isOfContract = fun === CLIENT_FUNCTIONS.contracts && registered !== undefined;
    if (registered?.fun !== fun && !isOfContract) {
      const error = callError("FUNCTION_NOT_FOUND", `${fun} has just been withdrawn`);
      return turn.edges.send(connection.id, { type: "error", id, error });
    }
    this.#last += 1;
    const flows = new Map<number, ArgumentFlow>();
    for (const arg of streamed ?? []) flows.set(arg, new ArgumentFlow(true, () => this.#budget));
    const run = { invocation: this.#last, connection: connection.id, id, args: flows };
    this.#runs.set(run.invocation, run);
    this.#byWire.set(key(connection.id, id), run);
    turn.edges.send(connection.id, { type: "accepted", id });
    turn.owner.invoke({
      ...{ invocation: run.invocation, args, kwargs },
      registration: isOfContract ? CONTRACTS_REGISTRATION : registered.registration,
      timeoutMs: Math.min(message.timeoutMs, CALL_TIMEOUT_MS_MAX),
      caller: callerBehind(connection),
      stream: credit === undefined ? undefined : { credit, resumeFrom },
      streamed,
    });
  }

  #given(turn: ClientTurn, run: Run, arg = -1, batch: ItemBatch | undefined): void {
    const flow = run.args.get(arg);
    const arrival = batch === undefined ? flow?.sent() : flow?.arrived(batchUnits(batch));
    if (arrival === "late") return;
    if (flow === undefined || arrival !== "taken") {
      const error = callError("PROTOCOL", `The node sent more of args[${arg}] than it may`, "yes");
      turn.edges.send(run.connection, { type: "error", id: run.id, error });
      return this.#abort(turn, run, error);
    }
    turn.owner.given(run.invocation, arg, batch);
    this.#grant(turn, run, arg, flow);
  }

  #grant(turn: ClientTurn, { connection, id }: Run, arg: number, flow: ArgumentFlow): void {
    const units = flow.grant();
    if (units > 0) turn.edges.send(connection, { type: "credit", id, arg, units });
  }

  #abort(turn: ClientTurn, run: Run, error: CallError): void {
    this.#forget(run);
    turn.owner.abort(run.invocation, error);
  }

  #forget(run: Run): void {
    for (const flow of run.args.values()) flow.end();
    this.#runs.delete(run.invocation);
    this.#byWire.delete(key(run.connection, run.id));
  }
}

/** Whether a message is about what runs here, as opposed to a call that this client made. */
function isForRun(
  message: WireMessage,
): message is Extract<WireMessage, { type: "cancel" | "end" | "credit" | "items" }> {
  if (message.type === "credit") return message.arg === undefined;
  if (message.type === "items") return message.arg !== undefined;
  return message.type === "cancel" || message.type === "end";
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
