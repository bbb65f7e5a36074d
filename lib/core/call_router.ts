/**
 * The life of one call on one node: where it runs, how it gets there, and its one end.
 *
 * A call without a target is given a provider here (nearest first); one with a target is run if the target is this node, else
 * passed on along the path that the target's announcement came on. Each record is in `pending` until it ends; whatever ends
 * it first takes it out, so a second end finds nothing (I8).
 *
 * @module
 */

import type { FunctionRegistry, Listing } from "../federation/function_registry.ts";
import type { HopRouter } from "../federation/hop_router.ts";
import { ofContract } from "../protocol/contract_facts.ts";
import { type CallError, callError, type ErrorCode } from "../protocol/errors.ts";
import { PENDING_CALLS_PER_NODE_MAX } from "../protocol/limits.ts";
import type { RpcResponse } from "../protocol/json_messages.ts";
import type { NodeUrl } from "../protocol/names.ts";
import { PendingCalls } from "../rpc/pending_calls.ts";
import { type ProviderOutcome, ProviderSelection } from "../rpc/provider_selection.ts";
import { CallConnections, type CallWaiter } from "./call_connections.ts";
import {
  type CallRecord,
  type CallSpec,
  failure,
  type Reply,
  type ReplyTo,
} from "./call_record.ts";
import { CallSender } from "./call_sending.ts";
import { isRefusal, verdictOf } from "./call_verdict.ts";
import type { ConnectionRecord, ConnectionTable } from "./connection_table.ts";
import type { DialBook } from "./dial_book.ts";
import type { Outcome } from "./effects.ts";
import type { ConnectionId } from "./events.ts";
import type { FunctionTable } from "./function_table.ts";
import type { Drop, LinkKeeper, NodeIdentity } from "./link_keeper.ts";
import { isTooLong } from "./message_room.ts";
import { noProvider } from "./no_provider.ts";
import type { Turn } from "./turn.ts";

/** How a node reaches providers: `auto` dials and falls back to relaying, the others do one only. */
export type Reach = "auto" | "direct" | "relay";

/** Other providers that are tried when one can't be reached, or refuses before anything ran. */
const RETRIES_MAX = 2;

/** The rooms of one node that a call passes. */
export interface CallRooms {
  readonly self: NodeIdentity;
  readonly reach: Reach;
  readonly random: () => number;
  readonly registry: FunctionRegistry;
  readonly router: HopRouter;
  readonly functions: FunctionTable;
  readonly links: LinkKeeper;
  readonly connections: ConnectionTable;
  readonly dials: DialBook;
  readonly drop: Drop;
  readonly reply: Reply;
}

/** All calls of a node that have not ended. */
export class CallRouter implements CallWaiter {
  readonly #rooms: CallRooms;
  readonly #pending = new PendingCalls<CallRecord>(PENDING_CALLS_PER_NODE_MAX);
  readonly #selection: ProviderSelection;
  readonly #sender: CallSender;
  /** Connections that we dial to carry calls. */
  readonly callConnections: CallConnections;
  #last = 0;

  /** @param rooms The rooms of one node that a call passes. */
  constructor(rooms: CallRooms) {
    this.#rooms = rooms;
    this.#selection = new ProviderSelection(rooms.random);
    const token = Math.floor(rooms.random() * 2 ** 52).toString(36);
    this.#sender = new CallSender(token, rooms.registry);
    const { connections, dials, drop } = rooms;
    this.callConnections = new CallConnections(connections, dials, drop, this);
  }

  /** Calls that have not ended. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** When the next deadline is. */
  get nextDeadlineAt(): number {
    return this.#pending.nextDeadlineAt ?? Infinity;
  }

  /**
   * Begins a call. Its end goes to `replyTo`, maybe before this returns.
   *
   * @returns The call's number, by which it can be cancelled.
   */
  start(
    turn: Turn,
    spec: CallSpec,
    replyTo: ReplyTo,
    deadlineAt: number,
    from?: ConnectionId,
  ): number {
    this.#last += 1;
    const id = this.#last;
    const record: CallRecord = {
      id,
      spec,
      replyTo,
      deadlineAt,
      from,
      provider: undefined,
      tried: undefined,
      phase: "waiting",
      connection: undefined,
    };
    if (deadlineAt <= turn.now) {
      const error = callError("DEADLINE_EXCEEDED", `No time was left to run ${spec.fun}`);
      this.#rooms.reply(turn, replyTo, failure(error));
    } else if (!this.#pending.add(id, record, deadlineAt)) {
      const message = `${PENDING_CALLS_PER_NODE_MAX} calls are waiting on ${this.#rooms.self.url}`;
      this.#rooms.reply(turn, replyTo, failure(callError("RESOURCE_EXHAUSTED", message)));
    } else this.#place(turn, record);
    return id;
  }

  /** The caller gave up, is gone, or its request failed elsewhere. */
  cancel(turn: Turn, id: number, error: CallError): void {
    const record = this.#pending.get(id);
    if (record !== undefined) this.#giveUp(turn, record, error);
  }

  /** The node stops: every call ends. */
  cancelAll(turn: Turn, error: CallError): void {
    for (const record of [...this.#pending.all()]) this.#giveUp(turn, record, error);
  }

  /** Ends every call whose time is over. */
  expire(turn: Turn): void {
    for (const record of this.#pending.due(turn.now)) {
      const where = record.provider ?? record.spec.target ?? this.#rooms.self.url;
      const message = `${record.spec.fun} did not end in time, asked of ${where}`;
      this.#giveUp(turn, record, this.#error("DEADLINE_EXCEEDED", message, record));
    }
  }

  /** The answer of whoever the call was sent to. */
  answered(turn: Turn, connection: ConnectionId, id: number, outcome: Outcome): void {
    const record = this.#pending.get(id);
    if (record?.connection !== connection) return;
    if (!this.#takesElsewhere(turn, record, outcome)) this.#end(turn, record, outcome);
  }

  /** The answer of a node of the reference. */
  answeredByReference(turn: Turn, connection: ConnectionId, response: RpcResponse): void {
    const { call, outcome } = this.#sender.read(response);
    this.answered(turn, connection, call, outcome);
  }

  /** A function of this node ended. */
  ran(turn: Turn, invocation: number, outcome: Outcome): void {
    if (!this.#rooms.functions.ended(invocation)) return;
    const record = this.#pending.get(invocation);
    if (record?.phase !== "running") return;
    const { differs } = record;
    const isOther = outcome.ok && differs !== undefined;
    this.#end(turn, record, isOther ? { ...outcome, differs: [differs] } : outcome);
  }

  /** A connection is gone: what was sent over it ends now. */
  connectionClosed(turn: Turn, connection: ConnectionId, reason: string): void {
    for (const record of this.#pending.takeAll(connection)) {
      const where = record.provider ?? record.spec.target;
      const message = `Connection lost while ${record.spec.fun} ran on ${where}: ${reason}`;
      this.#finish(turn, record, failure(callError("UNAVAILABLE", message, "unknown")));
    }
  }

  /** Whether calls that were sent over a connection have not ended. */
  carries(connection: ConnectionId): boolean {
    return this.#pending.sizeOf(connection) > 0;
  }

  /** A waiting call can leave. */
  ready(turn: Turn, id: number, record: ConnectionRecord): void {
    const call = this.#pending.get(id);
    if (call?.phase === "waiting") this.#send(turn, call, record);
    else this.callConnections.freed(turn, record);
  }

  /** A waiting call can't leave: another way, or another provider, or the end. */
  unreachable(turn: Turn, id: number, message: string): void {
    const record = this.#pending.get(id);
    const target = record?.provider ?? record?.spec.target;
    if (record === undefined || target === undefined) return;
    if (this.#relay(turn, record, target)) return;
    this.#failOver(turn, record, target, message);
  }

  #place(turn: Turn, record: CallRecord): void {
    const { target, ttl } = record.spec;
    if (target === undefined) return this.#select(turn, record);
    if (target === this.#rooms.self.url) return this.#run(turn, record);
    if (ttl <= 0) {
      const message = `A call for ${target} passed too many nodes, its path may be a loop`;
      return this.#end(turn, record, failure(callError("LOOP", message)));
    }
    this.#reach(turn, record, target);
  }

  #select(turn: Turn, record: CallRecord): void {
    const { registry, self, functions } = this.#rooms;
    const { fun, resources, contract } = record.spec;
    if (functions.serves(fun)) return this.#run(turn, record);
    const candidates = ofContract(registry.providers(fun, resources), contract);
    const picked: Listing | undefined = this.#selection.pick(candidates, turn.now, record.tried);
    if (picked === undefined) {
      return this.#end(
        turn,
        record,
        failure(noProvider(registry, fun, resources, self.url, contract)),
      );
    }
    record.provider = picked.origin;
    this.#selection.started(picked.origin);
    if (picked.origin === self.url) this.#run(turn, record);
    else this.#reach(turn, record, picked.origin);
  }

  #run(turn: Turn, record: CallRecord): void {
    const { functions, self } = this.#rooms;
    const { fun, resources, contract: asked } = record.spec;
    const registration = functions.find(fun, resources, asked);
    if (registration === undefined) {
      return this.#end(
        turn,
        record,
        failure(noProvider(this.#rooms.registry, fun, resources, self.url, asked)),
      );
    }
    if (!functions.hasRoom(registration)) {
      if (this.#choosesAnother(turn, record, self.url, "failed")) return;
      const message = `${fun} runs ${registration.running} times on ${self.url}, its limit`;
      return this.#end(turn, record, failure(callError("RESOURCE_EXHAUSTED", message)));
    }
    record.phase = "running";
    const found = registration.contract?.digest;
    if (asked !== undefined && found !== undefined && found !== asked.digest) {
      record.differs = { fun, asked: asked.digest, found };
    }
    functions.started(record.id, registration);
    turn.owner.invoke({
      invocation: record.id,
      registration: registration.id,
      args: record.spec.args,
      kwargs: record.spec.kwargs,
      timeoutMs: record.deadlineAt - turn.now,
      caller: record.spec.caller,
    });
  }

  #reach(turn: Turn, record: CallRecord, target: NodeUrl): void {
    const { links, connections, reach, registry } = this.#rooms;
    const direct = links.linkTo(target) ?? this.callConnections.openTo(target, turn.now);
    const open = direct === undefined ? undefined : connections.get(direct);
    if (open !== undefined) {
      if (open.writable || !this.#choosesAnother(turn, record, target, "cancelled")) {
        this.#send(turn, record, open);
      }
      return;
    }
    const mayDial = reach !== "relay" && !this.callConnections.isUndialable(target, turn.now) &&
      registry.hasOrigin(target);
    if (mayDial) return this.callConnections.wait(turn, target, record.id);
    if (this.#relay(turn, record, target)) return;
    this.#failOver(turn, record, target, `no path to ${target}`);
  }

  #relay(turn: Turn, record: CallRecord, target: NodeUrl): boolean {
    const { router, connections, reach } = this.#rooms;
    const via = reach === "direct" ? undefined : router.nextHop(target);
    const link = via === undefined || via === record.from ? undefined : connections.get(via);
    if (link === undefined || link.dialect !== "farcall.v1") return false;
    this.#send(turn, record, link);
    return true;
  }

  #send(turn: Turn, record: CallRecord, connection: ConnectionRecord): void {
    record.phase = "sent";
    record.connection = connection.id;
    if (isTooLong(record.spec.args, record.spec.kwargs)) {
      const message = `Arguments of ${record.spec.fun} are too long to be passed on`;
      return this.#end(turn, record, failure(callError("PAYLOAD_TOO_LARGE", message)));
    }
    this.#pending.assign(record.id, connection.id);
    this.#sender.send(turn, record, connection);
  }

  /**
   * Takes another provider for a call that has not run, if this node chose the first one and there is another.
   *
   * @param about What this says of the first one.
   */
  #choosesAnother(
    turn: Turn,
    record: CallRecord,
    target: NodeUrl,
    about: ProviderOutcome,
  ): boolean {
    const tried = record.tried ??= new Set();
    tried.add(target);
    const { fun, resources, contract } = record.spec;
    if (record.spec.target !== undefined || tried.size > RETRIES_MAX) return false;
    const others = ofContract(this.#rooms.registry.providers(fun, resources), contract);
    if (others.every((one) => tried.has(one.origin))) return false;
    this.#selection.ended(target, about, turn.now);
    record.provider = undefined;
    this.#select(turn, record);
    return true;
  }

  /** A provider that refused before anything ran is one to try past, like one that could not be reached. */
  #takesElsewhere(turn: Turn, record: CallRecord, outcome: Outcome): boolean {
    const { provider, phase, connection } = record;
    if (provider === undefined || !isRefusal(outcome)) return false;
    this.#pending.assign(record.id, undefined);
    record.phase = "waiting";
    record.connection = undefined;
    const isTaken = this.#choosesAnother(turn, record, provider, verdictOf(outcome));
    if (!isTaken) Object.assign(record, { phase, connection });
    else if (connection !== undefined) {
      const carrier = this.#rooms.connections.get(connection);
      if (carrier !== undefined) this.callConnections.freed(turn, carrier);
    }
    return isTaken;
  }

  #failOver(turn: Turn, record: CallRecord, target: NodeUrl, reason: string): void {
    if (this.#choosesAnother(turn, record, target, "failed")) return;
    const { fun } = record.spec;
    const message = `${fun} could not be sent to ${target}: ${reason}`;
    this.#end(turn, record, failure(callError("UNAVAILABLE", message)));
  }

  #giveUp(turn: Turn, record: CallRecord, cause: CallError): void {
    if (this.#pending.settle(record.id) === undefined) return;
    const error: CallError = record.phase === "waiting" ? { ...cause, ran: "no" } : cause;
    const { connections } = this.#rooms;
    const connection = record.connection === undefined
      ? undefined
      : connections.get(record.connection);
    if (record.phase === "running") turn.owner.abort(record.id, error);
    if (connection?.dialect === "farcall.v1") {
      turn.edges.send(connection.id, { type: "cancel", id: record.id });
    } else if (connection !== undefined) {
      // Before the end is told: that would give the blocked connection to the next call in line.
      this.callConnections.abandoned(turn, connection);
    }
    this.#finish(turn, record, failure(error));
  }

  #end(turn: Turn, record: CallRecord, outcome: Outcome): void {
    if (this.#pending.settle(record.id) !== undefined) this.#finish(turn, record, outcome);
  }

  #finish(turn: Turn, record: CallRecord, outcome: Outcome): void {
    if (record.provider !== undefined) {
      this.#selection.ended(record.provider, verdictOf(outcome), turn.now);
    }
    const target = record.provider ?? record.spec.target;
    if (record.phase === "waiting" && target !== undefined) {
      this.callConnections.leave(target, record.id);
    }
    this.#rooms.reply(turn, record.replyTo, outcome);
    const connection = record.connection === undefined
      ? undefined
      : this.#rooms.connections.get(record.connection);
    if (connection?.dialect === "json") this.callConnections.freed(turn, connection);
  }

  #error(code: ErrorCode, message: string, record: CallRecord): CallError {
    return callError(code, message, record.phase === "waiting" ? "no" : "unknown");
  }
}
