/**
 * The life of each call on one node, and its one end.
 *
 * Each call is in `pending` until it ends; whatever ends it first takes it out, so a second end finds nothing (I8). Where it
 * runs is the business of {@linkcode CallPlacing}; here is decided when it is over and what its caller is told.
 *
 * @module
 */

import type { AskedContract } from "../protocol/contract_facts.ts";
import { type CallError, callError, type Ran } from "../protocol/errors.ts";
import { PENDING_CALLS_PER_NODE_MAX } from "../protocol/limits.ts";
import type { RpcResponse } from "../protocol/json_messages.ts";
import type { FunctionName, ResourceName } from "../protocol/names.ts";
import { PendingCalls } from "../rpc/pending_calls.ts";
import { combinedRan, withRan } from "../rpc/ran.ts";
import { Reminders } from "../rpc/reminders.ts";
import type { CallConnections } from "./call_connections.ts";
import { type CallKeeper, CallPlacing, type PlacingRooms } from "./call_placing.ts";
import {
  type Attempt,
  type CallRecord,
  type CallSpec,
  failure,
  hasGiven,
  mayRunAgain,
  ranOfAttempt,
  ranOfCall,
  type Reply,
  type ReplyTo,
  type TellAccepted,
} from "./call_record.ts";
import { mayGoElsewhere, verdictOf } from "./call_verdict.ts";
import type { Outcome } from "./effects.ts";
import type { ConnectionId, RegistrationId } from "./events.ts";
import { type Asked, explain, type ExplainRooms, type Explanation, noProvider } from "./explain.ts";
import type { Via } from "./function_table.ts";
import type { KeptValues } from "./kept_values.ts";
import { LocalRuns, type RunBegin, type RunWatcher } from "./local_runs.ts";
import { MissingCalls } from "./missing_calls.ts";
import { StreamTraffic } from "./stream_traffic.ts";
import type { Turn } from "./turn.ts";
import { checkReceipt, ValueTakings } from "./value_takings.ts";

/** The rooms of one node that a call passes, and where its ends go. */
export interface CallRooms extends PlacingRooms {
  readonly reply: Reply;
  readonly tellAccepted: TellAccepted;
  /** Results that stay here until others ask for them. */
  readonly kept: KeptValues;
  /** Offers of a function that are heard of and kept out by a rule. Default: none is known. */
  readonly keptOut?: ExplainRooms["keptOut"];
}

/** All calls of a node that have not ended. */
export class CallRouter implements CallKeeper, RunWatcher {
  /** What flows of the streams of calls that have not ended. */
  readonly traffic: StreamTraffic;
  /** What calls need of other nodes, and what those keep for them. */
  readonly takings: ValueTakings;
  readonly #rooms: CallRooms;
  readonly #pending = new PendingCalls<CallRecord>(PENDING_CALLS_PER_NODE_MAX);
  readonly #placing: CallPlacing;
  readonly #runs: LocalRuns;
  readonly #missing = new MissingCalls();
  readonly #hedges = new Reminders<CallRecord>();
  #last = 0;

  /** @param rooms The rooms of one node that a call passes. */
  constructor(rooms: CallRooms) {
    this.#rooms = rooms;
    this.#placing = new CallPlacing(rooms, this);
    this.#runs = new LocalRuns(rooms.functions, rooms.streams, this);
    this.traffic = new StreamTraffic({
      ...{ pending: this.#pending, attempts: this.#placing.attempts, streams: rooms.streams },
      end: (turn, record, error) => this.end(turn, record, error),
    });
    this.takings = new ValueTakings({
      ...{ self: rooms.self, kept: rooms.kept },
      ...{ start: this.start.bind(this), cancel: this.cancel.bind(this) },
      complete: this.#placing.run.bind(this.#placing),
      openTo: this.#placing.openTo.bind(this.#placing),
      failed: (turn, attempt, error) => this.attemptEnded(turn, attempt, failure(error)),
    });
  }

  /** Calls that have not ended. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Calls that wait for a provider. */
  get parkedCount(): number {
    return this.#missing.size;
  }

  /** Calls that wait for a free slot of a function of this node. */
  get slotQueueCount(): number {
    return this.#runs.queuedCount;
  }

  /** Connections that we dial to carry calls. */
  get callConnections(): CallConnections {
    return this.#placing.callConnections;
  }

  /** When to be expired again. */
  get nextDeadlineAt(): number {
    return Math.min(
      this.#pending.nextDeadlineAt ?? Infinity,
      this.#runs.nextAt,
      this.#missing.nextAt,
      this.#hedges.nextAt,
      this.#placing.nextAt,
      this.#rooms.kept.nextAt,
    );
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
      ...{ id, spec, replyTo, startedAt: turn.now, deadlineAt, from },
      attempts: [],
      tried: undefined,
      avoided: undefined,
      ranBefore: "no",
      isAccepted: false,
      ...{ stream: undefined, args: undefined },
    };
    if (deadlineAt <= turn.now) {
      const error = callError("DEADLINE_EXCEEDED", `No time was left to run ${spec.fun}`);
      this.#rooms.reply(turn, replyTo, failure(error));
    } else if (!this.#pending.add(id, record, deadlineAt)) {
      const message = `${PENDING_CALLS_PER_NODE_MAX} calls are waiting on ${this.#rooms.self.url}`;
      this.#rooms.reply(turn, replyTo, failure(callError("RESOURCE_EXHAUSTED", message)));
    } else {
      const refusal = this.#rooms.streams.refuses(record);
      if (refusal !== undefined) {
        this.end(turn, record, refusal);
        return id;
      }
      const { idempotent, hedgeMs } = spec;
      const isStream = record.stream !== undefined || record.args !== undefined;
      if (idempotent && hedgeMs !== undefined && !isStream) {
        this.#hedges.set(record, turn.now + hedgeMs);
      }
      this.#placing.place(turn, record);
    }
    return id;
  }

  /** What is known of whether a call that has not ended ran. */
  ranOf(id: number): Ran {
    const record = this.#pending.get(id);
    return record === undefined ? "no" : ranOfCall(record);
  }

  /** The caller gave up, is gone, or its request failed elsewhere. */
  cancel(turn: Turn, id: number, error: CallError): void {
    const record = this.#pending.get(id);
    if (record !== undefined) this.end(turn, record, error);
  }

  /** The node stops: every call ends. */
  cancelAll(turn: Turn, error: CallError): void {
    for (const record of [...this.#pending.all()]) this.end(turn, record, error);
  }

  /** Ends every call whose time is over, and does what else was to be done by now. */
  expire(turn: Turn): void {
    for (const record of this.#pending.due(turn.now)) this.#late(turn, record);
    this.#runs.expire(turn);
    this.#rooms.kept.expire(turn.now);
    let due = this.#hedges.takeDue(turn.now);
    while (due !== undefined) {
      this.#hedge(turn, due);
      due = this.#hedges.takeDue(turn.now);
    }
    this.#placing.expire(turn);
    if (this.#missing.nextAt > turn.now) return;
    for (const record of this.#missing.takeReady(turn.now)) {
      if (this.#pending.get(record.id) === record) this.#placing.place(turn, record);
    }
  }

  /** Somebody offers a function anew: calls that wait for it are placed at the next `expire`. */
  offered(fun: FunctionName): void {
    this.#missing.offered(fun);
  }

  /** Where a call would go from here, and why nowhere else. */
  explain(asked: Asked, now: number): Explanation {
    return explain(this.#explainRooms(), asked, now);
  }

  /** Why nobody can be called. */
  noProvider(
    fun: FunctionName,
    resources: readonly ResourceName[],
    now: number,
    asked?: AskedContract,
  ): CallError {
    return noProvider(this.#explainRooms(), { fun, resources, asked }, now);
  }

  /** Whoever an attempt was sent to says that the function runs. */
  accepted(turn: Turn, connection: ConnectionId, wire: number): void {
    const attempt = this.#placing.attempts.sentAs(connection, wire);
    if (attempt === undefined) return;
    attempt.hasRun = true;
    this.lasts(turn, attempt);
  }

  /** The answer of whoever an attempt was sent to. */
  answered(turn: Turn, connection: ConnectionId, wire: number, outcome: Outcome): void {
    const attempt = this.#placing.attempts.sentAs(connection, wire);
    const end = checkReceipt(turn, connection, attempt, outcome);
    if (attempt !== undefined) this.attemptEnded(turn, attempt, end);
  }

  /** The answer of a node of the reference. */
  answeredByReference(turn: Turn, connection: ConnectionId, response: RpcResponse): void {
    const { wire, outcome } = this.#placing.readReference(response);
    this.answered(turn, connection, wire, outcome);
  }

  /** A function of this node ended. */
  ran(turn: Turn, invocation: number, outcome: Outcome): void {
    if (!this.#runs.ended(turn, invocation)) return;
    const attempt = this.#placing.attempts.get(invocation);
    if (attempt?.phase !== "running") return;
    const { differs } = attempt;
    const isOther = outcome.ok && differs !== undefined;
    this.attemptEnded(turn, attempt, isOther ? { ...outcome, differs: [differs] } : outcome);
  }

  /** A function of this node is offered no more. */
  withdrawn(turn: Turn, registration: RegistrationId): void {
    this.#runs.withdrawn(turn, registration);
  }

  /** This node leaves: calls that wait for a slot here go elsewhere. */
  refuseQueued(turn: Turn): void {
    this.#runs.refuseQueued(turn);
  }

  /**
   * A connection is gone: what was sent over it ends now, or goes elsewhere.
   *
   * @param last Highest number that the peer says it has taken; what is above has not run. Default: it said nothing.
   */
  connectionClosed(turn: Turn, connection: ConnectionId, reason: string, last = Infinity): void {
    this.#rooms.kept.orphaned(connection, turn.now);
    for (const attempt of this.#placing.attempts.over(connection)) {
      const { call: { spec: { fun } }, target, wire } = attempt;
      const message = `Connection lost while ${fun} ran on ${target}: ${reason}`;
      const error = wire > last
        ? callError("DRAINING", `${target} left before it took ${fun}`)
        : callError("UNAVAILABLE", message, "unknown");
      this.attemptEnded(turn, attempt, failure(error));
    }
  }

  /** Whether calls that were sent over a connection have not ended. */
  carries(connection: ConnectionId): boolean {
    return this.#placing.carries(connection);
  }

  /** See {@linkcode CallKeeper.run}. */
  run(turn: Turn, attempt: Attempt, mayQueue: boolean): RunBegin {
    return this.#runs.begin(turn, attempt, mayQueue);
  }

  /** See {@linkcode RunWatcher.lasts}. */
  lasts(turn: Turn, { call }: Attempt): void {
    if (call.isAccepted) return;
    call.isAccepted = true;
    this.#rooms.tellAccepted(turn, call.replyTo);
  }

  /** See {@linkcode RunWatcher.runsAt}. */
  runsAt(turn: Turn, attempt: Attempt, via: Via): void {
    this.#placing.sendToClient(turn, attempt, via);
  }

  /** See {@linkcode RunWatcher.refused}. */
  refused(turn: Turn, attempt: Attempt, outcome: Outcome): void {
    this.attemptEnded(turn, attempt, outcome);
  }

  /** See {@linkcode CallKeeper.attemptEnded}. */
  attemptEnded(turn: Turn, attempt: Attempt, outcome: Outcome): void {
    const { call: record } = attempt;
    this.#runs.forget(attempt);
    if (!this.#placing.close(turn, attempt, verdictOf(outcome))) return;
    this.#runs.left(turn, attempt);
    if (outcome.ok) {
      this.#placing.budget.earn();
      return this.#finish(turn, record, outcome);
    }
    // Its node knows best: a check of the arguments may have ended it before the function was reached.
    const ran = outcome.error.ran === "unknown" ? ranOfAttempt(attempt) : outcome.error.ran;
    record.ranBefore = combinedRan(record.ranBefore, ran);
    const error = withRan(outcome.error, ran);
    // Of two places one has failed: the other decides.
    if (record.attempts.length > 0) return;
    const mayGoOn = !hasGiven(record);
    if (mayGoOn && this.#placing.retries(turn, attempt, error)) return;
    if (mayGoOn && this.#parks(turn, attempt, error)) return;
    this.end(turn, record, error);
  }

  /** See {@linkcode CallKeeper.missing}. */
  missing(turn: Turn, record: CallRecord): void {
    const { fun, resources, waits, contract } = record.spec;
    const error = this.noProvider(fun, resources, turn.now, contract);
    if (waits && this.#missing.park(record, error, false, turn.now)) return;
    this.end(turn, record, error);
  }

  /** See {@linkcode CallKeeper.end}. */
  end(turn: Turn, record: CallRecord, error: CallError): void {
    this.#finish(turn, record, failure(withRan(error, ranOfCall(record))));
  }

  #finish(turn: Turn, record: CallRecord, outcome: Outcome): void {
    if (this.#pending.settle(record.id) === undefined) return;
    this.#missing.leave(record);
    this.#rooms.streams.ended(record);
    this.#hedges.cancel(record);
    const error = outcome.ok
      ? callError("CANCELLED", "Another provider was faster", "unknown")
      : outcome.error;
    const verdict = outcome.ok ? "cancelled" : verdictOf(outcome);
    for (const attempt of [...record.attempts]) {
      this.#runs.forget(attempt);
      this.#placing.drop(turn, attempt, error, verdict);
      this.#runs.left(turn, attempt);
    }
    this.#rooms.reply(turn, record.replyTo, outcome);
  }

  #late(turn: Turn, record: CallRecord): void {
    const waitedFor = this.#missing.leave(record);
    if (waitedFor !== undefined) {
      const waitedMs = Math.round(turn.now - record.startedAt);
      const message = `${waitedFor.message} (waited ${waitedMs} ms for one)`;
      return this.end(turn, record, { ...waitedFor, message });
    }
    const where = record.attempts[0]?.target ?? record.spec.target ?? this.#rooms.self.url;
    const message = `${record.spec.fun} did not end in time, asked of ${where}`;
    this.end(turn, record, callError("DEADLINE_EXCEEDED", message, "unknown"));
  }

  /** It takes long: another provider is asked beside the first. */
  #hedge(turn: Turn, record: CallRecord): void {
    const [first, second] = record.attempts;
    if (first === undefined || second !== undefined) return;
    if (!this.#placing.hasOther(record, first.target) || !this.#placing.budget.spend()) return;
    this.#placing.tryAnother(turn, record, first.target);
  }

  /** A call that waits for providers waits for the next one, too, when it could not be run by those there are. */
  #parks(turn: Turn, attempt: Attempt, error: CallError): boolean {
    const { call: record } = attempt;
    const { waits, target } = record.spec;
    if (!waits || target !== undefined || error.code === "RESOURCE_EXHAUSTED") return false;
    if (!mayGoElsewhere(error, mayRunAgain(attempt))) return false;
    record.tried = undefined;
    record.avoided = undefined;
    const isListed = this.#placing.providers(record.spec).length > 0;
    return this.#missing.park(record, error, isListed, turn.now);
  }

  #explainRooms(): ExplainRooms {
    const { registry, self } = this.#rooms;
    const keptOut = this.#rooms.keptOut ?? (() => []);
    const path = this.#placing.pathTo.bind(this.#placing);
    return { registry, selection: this.#placing.selection, at: self.url, keptOut, path };
  }
}
