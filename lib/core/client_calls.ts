import { type CallError, callError, type Ran } from "../protocol/errors.ts";
import {
  CALL_TIMEOUT_MS_MAX,
  MESSAGE_BYTES_MAX,
  PENDING_CALLS_PER_CLIENT_MAX,
  RETRIES_MAX,
  STREAM_CREDIT,
} from "../protocol/limits.ts";
import { batchOf, batchUnits, type ItemBatch } from "../protocol/item_batch.ts";
import { Payload } from "../protocol/payload.ts";
import type { StreamMessage } from "../protocol/v1_stream_messages.ts";
import { PendingCalls } from "../rpc/pending_calls.ts";
import { combinedRan, withRan } from "../rpc/ran.ts";
import { StreamBudget, StreamWindow } from "../rpc/stream_credit.ts";
import { failure } from "./call_record.ts";
import {
  type ClientCall,
  type ClientDialect,
  type ClientQuestion,
  isStreamed,
} from "./client_dialect.ts";
import type { ClientTurn, OpenConnection } from "./client_turn.ts";
import type { Outcome } from "./effects.ts";
import type { CallId, ConnectionId, WireMessage } from "./events.ts";
import { isTooLong } from "./message_room.ts";

/**
 * The calls of a client that have not ended. Those that have not left wait in line for the next connection; what was sent over
 * a connection that is lost ends with it, unless it has certainly not run, or may run twice: then it waits again.
 */
export class ClientCalls {
  readonly #pending = new PendingCalls<ClientCall>(PENDING_CALLS_PER_CLIENT_MAX);
  /** In line, in the order in which they leave. */
  readonly #unsent = new Set<CallId>();
  readonly #byWire = new Map<number, CallId>();
  /** What this client reads of all its streams. */
  readonly #budget = new StreamBudget();
  #lastWire = 0;

  /** When the next call is due. */
  get nextDeadlineAt(): number {
    return this.#pending.nextDeadlineAt ?? Infinity;
  }

  /** Calls that have not ended, by any table. */
  get pendingCount(): number {
    return Math.max(this.#pending.size, this.#byWire.size, this.#unsent.size);
  }

  /** Streams that are read. */
  get streamCount(): number {
    return this.#budget.kept;
  }

  /** How many were sent over a connection and have not ended. */
  countOver(connection: ConnectionId): number {
    return this.#pending.sizeOf(connection);
  }

  /** Takes a call in; it waits in line. Returns whether it does: else it has ended. */
  add(turn: ClientTurn, command: ClientQuestion): boolean {
    const deadlineAt = turn.now + Math.min(command.timeoutMs, CALL_TIMEOUT_MS_MAX);
    const call: ClientCall = {
      ...{ command, deadlineAt, connection: undefined, wire: 0 },
      ...{ hasRun: false, ranBefore: "no", tries: 0, hasGiven: false, progressUnits: 0 },
      stream: command.type === "call" && command.stream !== undefined
        ? { window: new StreamWindow(true, STREAM_CREDIT), delivered: 0 }
        : undefined,
    };
    const refusal = this.#refusal(call);
    if (refusal !== undefined) turn.owner.settle(command.call, failure(refusal));
    else this.#unsent.add(command.call);
    return refusal === undefined;
  }

  /** Sends all that waits in line. */
  sendAll(turn: ClientTurn, connection: OpenConnection, wire: ClientDialect): void {
    for (const id of [...this.#unsent]) {
      const call = this.#pending.get(id);
      this.#unsent.delete(id);
      if (call === undefined) continue;
      this.#lastWire += 1;
      call.wire = this.#lastWire;
      call.tries += 1;
      call.connection = connection;
      this.#byWire.set(call.wire, id);
      this.#pending.assign(id, connection.id);
      const credit = call.stream?.window.begin(this.#budget);
      const message = wire.encode(connection.dialect, call, turn.now, credit);
      if (message === undefined) {
        const hasStreams = call.stream !== undefined || isStreamed(call.command);
        const what = hasStreams ? "streams" : "words for this question";
        const text = `${connection.url} speaks json, which has no ${what}`;
        this.#settle(turn, call, failure(callError("UNSUPPORTED_VERSION", text)));
      } else turn.edges.send(connection.id, message);
    }
  }

  /**
   * Takes what a node says of a call; what nobody waits for is passed over.
   *
   * @returns Whether it says that it takes no more calls, for want of a goodbye in its dialect: this one waits again.
   */
  heard(
    turn: ClientTurn,
    connection: OpenConnection,
    wire: ClientDialect,
    message: WireMessage,
  ): boolean {
    const number = wire.numberIn(message);
    const id = number === undefined ? undefined : this.#byWire.get(number);
    const call = id === undefined ? undefined : this.#pending.get(id);
    if (call === undefined || call.connection !== connection) return false;
    if (message.type === "accepted") {
      call.hasRun = true;
      return false;
    }
    if (message.type === "items" || message.type === "credit" || message.type === "stop") {
      this.#flows(turn, call, message);
      return false;
    }
    for (const event of wire.progress(message, call)) {
      turn.owner.items(call.command.call, batchOf([event.text]));
    }
    const outcome = wire.outcome(message, call);
    if (outcome.ok) {
      this.#settle(turn, call, outcome);
      return false;
    }
    const { code } = outcome.error;
    if (connection.dialect === "json" && code === "DRAINING" && call.tries <= RETRIES_MAX) {
      this.#waitAgain(call, true);
      call.tries += 1;
      return true;
    }
    const said = outcome.error.ran;
    const ran = combinedRan(call.ranBefore, said === "unknown" && call.hasRun ? "yes" : said);
    this.#settle(turn, call, failure(withRan(outcome.error, ran)));
    return false;
  }

  /** The caller has read so much of a stream. */
  read(turn: ClientTurn, id: CallId, units: number): void {
    const call = this.#pending.get(id);
    call?.stream?.window.release(units);
    if (call !== undefined) this.#grant(turn, call);
  }

  /** The caller gives items of a streamed argument; `undefined` = all have been given. */
  give(turn: ClientTurn, id: CallId, arg: number, batch: ItemBatch | undefined): void {
    const call = this.#pending.get(id);
    if (call?.connection === undefined || !call.hasGiven) return;
    const about = { id: call.wire, arg };
    turn.edges.send(
      call.connection.id,
      batch === undefined ? { type: "end", ...about } : { type: "items", ...about, batch },
    );
  }

  /** The caller gave up: a call that was sent is taken back where it runs. */
  cancel(turn: ClientTurn, id: CallId, error: CallError): void {
    const call = this.#pending.get(id);
    if (call === undefined) return;
    const { connection, wire } = call;
    this.#settle(turn, call, failure(withRan(error, ranOf(call))));
    if (connection?.dialect === "farcall.v1") {
      turn.edges.send(connection.id, { type: "cancel", id: wire });
    }
  }

  /** Ends what is due. */
  expire(turn: ClientTurn, where: string): void {
    for (const call of this.#pending.due(turn.now)) {
      const { command } = call;
      const what = command.type === "request" ? "the request" : command.fun;
      const message = `${what} did not end within ${command.timeoutMs} ms (${where})`;
      this.cancel(turn, command.call, callError("DEADLINE_EXCEEDED", message));
    }
  }

  /** A connection is lost: what may run again waits for the next one, all else ends. */
  lost(turn: ClientTurn, connection: OpenConnection, reason: string): void {
    for (const id of this.#pending.idsOf(connection.id)) {
      const call = this.#pending.get(id);
      if (call === undefined) continue;
      if (mayRunAgain(call) && call.tries <= RETRIES_MAX) {
        this.#waitAgain(call, false);
        continue;
      }
      const message = `Connection to ${connection.url} was lost before the answer: ${reason}`;
      this.#settle(turn, call, failure(callError("UNAVAILABLE", message, ranOf(call))));
    }
  }

  /** The node says goodbye and still answers what it has taken; what it has not goes to the next one. */
  untaken(connection: OpenConnection, last: number): void {
    for (const id of this.#pending.idsOf(connection.id)) {
      const call = this.#pending.get(id);
      if (call !== undefined && call.wire > last && !call.hasGiven) this.#waitAgain(call, true);
    }
  }

  /** Ends all. */
  endAll(turn: ClientTurn, error: CallError): void {
    for (const call of [...this.#pending.all()]) this.cancel(turn, call.command.call, error);
  }

  #flows(turn: ClientTurn, call: ClientCall, message: StreamMessage): void {
    const { arg } = message;
    if (message.type === "items") {
      if (arg === undefined) this.#items(turn, call, message.batch);
    } else if (arg !== undefined && isStreamed(call.command)) {
      call.hasRun = true;
      call.hasGiven = true;
      const units = message.type === "credit" ? message.units : undefined;
      turn.owner.wanted(call.command.call, arg, units);
    }
  }

  #items(turn: ClientTurn, call: ClientCall, batch: ItemBatch): void {
    const { stream, command: { call: id, type } } = call;
    // Progress needs no credit: it is bounded where it comes from, and held to that here.
    if (type === "request") {
      call.progressUnits += batchUnits(batch);
      if (call.progressUnits <= MESSAGE_BYTES_MAX) return turn.owner.items(id, batch);
      const message = "The node tells more of how a request goes than there can be";
      return this.cancel(turn, id, callError("PROTOCOL", message));
    }
    call.hasRun = true;
    if (stream?.window.take(batchUnits(batch)) !== true) {
      const message = "The node sent more of a stream than it was allowed to";
      return this.cancel(turn, id, callError("PROTOCOL", message));
    }
    stream.delivered += batch.count;
    turn.owner.items(id, batch);
    this.#grant(turn, call);
  }

  #grant(turn: ClientTurn, { stream, connection, wire: id }: ClientCall): void {
    if (stream === undefined || connection === undefined) return;
    const units = stream.window.grant();
    if (units > 0) turn.edges.send(connection.id, { type: "credit", id, units });
  }

  #refusal(call: ClientCall): CallError | undefined {
    if (isTooLong(...payloadsOf(call.command))) {
      const message = "The arguments together are longer than one message may be";
      return callError("PAYLOAD_TOO_LARGE", message);
    }
    if (this.#pending.add(call.command.call, call, call.deadlineAt)) return undefined;
    const message = `${PENDING_CALLS_PER_CLIENT_MAX} calls of this client are waiting`;
    return callError("RESOURCE_EXHAUSTED", message);
  }

  #waitAgain(call: ClientCall, isUntaken: boolean): void {
    const { call: id } = call.command;
    if (isUntaken) call.tries -= 1;
    else call.ranBefore = ranOf(call);
    this.#byWire.delete(call.wire);
    call.hasRun = false;
    call.progressUnits = 0;
    call.connection = undefined;
    this.#pending.assign(id, undefined);
    this.#unsent.add(id);
  }

  #settle(turn: ClientTurn, call: ClientCall, outcome: Outcome): void {
    const { call: id } = call.command;
    this.#unsent.delete(id);
    this.#byWire.delete(call.wire);
    call.stream?.window.end();
    if (this.#pending.settle(id) !== undefined) turn.owner.settle(id, outcome);
  }
}

/** What is known of whether a call ran. */
function ranOf({ hasRun, connection, ranBefore }: ClientCall): Ran {
  return combinedRan(ranBefore, hasRun ? "yes" : connection === undefined ? "no" : "unknown");
}

/** Whether it may be asked once more although it ran, or may have run: its reader knows what it has. */
function mayRunAgain({ command, stream, hasGiven }: ClientCall): boolean {
  if (hasGiven) return false;
  if (command.type === "explain") return true;
  if (command.type === "request") return command.commands.every((one) => one.idempotent === true);
  if (stream === undefined) return command.idempotent === true;
  return command.stream?.resumeFrom !== undefined ||
    (command.idempotent === true && stream.delivered === 0);
}

/** What a call or request carries besides its names. */
function payloadsOf(command: ClientQuestion): readonly (Payload | undefined)[] {
  if (command.type === "explain") return [];
  if (command.type === "call") return [command.args, command.kwargs];
  return [Payload.fromValue(command.commands.map(({ args, kwargs }) => [args, kwargs]))];
}
