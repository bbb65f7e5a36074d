/**
 * Where a call runs and how it gets there: which provider is picked, over which connection it is reached, and which other one
 * is tried when that came to nothing.
 *
 * @module
 */

import type { FunctionRegistry, Listing } from "../federation/function_registry.ts";
import type { HopRouter } from "../federation/hop_router.ts";
import { ofContract } from "../protocol/contract_facts.ts";
import { type CallError, callError } from "../protocol/errors.ts";
import { RETRIES_MAX } from "../protocol/limits.ts";
import type { RpcResponse } from "../protocol/json_messages.ts";
import type { NodeUrl } from "../protocol/names.ts";
import type { Reach } from "../protocol/reach.ts";
import { type ProviderOutcome, ProviderSelection } from "../rpc/provider_selection.ts";
import { Reminders } from "../rpc/reminders.ts";
import { RetryBudget } from "../rpc/retry_budget.ts";
import { CallAttempts } from "./call_attempts.ts";
import { CallConnections, type CallWaiter } from "./call_connections.ts";
import {
  type Attempt,
  type CallRecord,
  type CallSpec,
  failure,
  mayRunAgain,
} from "./call_record.ts";
import { CallSender } from "./call_sending.ts";
import type { CallStreams } from "./call_streams.ts";
import { mayGoElsewhere, untaken } from "./call_verdict.ts";
import type { ConnectionRecord, ConnectionTable } from "./connection_table.ts";
import type { DialBook } from "./dial_book.ts";
import type { Outcome } from "./effects.ts";
import type { ConnectionId } from "./events.ts";
import type { OfferPath } from "./explain.ts";
import type { FunctionTable, Via } from "./function_table.ts";
import type { Drop, LinkKeeper, NodeIdentity } from "./link_keeper.ts";
import type { RunBegin } from "./local_runs.ts";
import { isTooLong } from "./message_room.ts";
import { notHere } from "./not_here.ts";
import type { Turn } from "./turn.ts";
import type { ValueTakings } from "./value_takings.ts";

/** The rooms of one node that a call passes on its way. */
export interface PlacingRooms {
  readonly self: NodeIdentity;
  readonly reach: Reach;
  readonly random: () => number;
  readonly registry: FunctionRegistry;
  readonly router: HopRouter;
  readonly functions: FunctionTable;
  readonly streams: CallStreams;
  readonly links: LinkKeeper;
  readonly connections: ConnectionTable;
  readonly dials: DialBook;
  readonly drop: Drop;
}

/** What whoever keeps the calls does for those who place them. */
export interface CallKeeper {
  /** Runs an attempt on this node. */
  run(turn: Turn, attempt: Attempt, mayQueue: boolean): RunBegin;
  /** An attempt came to an end. */
  attemptEnded(turn: Turn, attempt: Attempt, outcome: Outcome): void;
  /** Gets what an attempt needs of other nodes, before it runs on this one. */
  readonly takings: ValueTakings;
  /** Nobody in reach may run it. */
  missing(turn: Turn, record: CallRecord): void;
  /** A call can't be run anywhere. */
  end(turn: Turn, record: CallRecord, error: CallError): void;
}

/** Finds a place for each call. */
export class CallPlacing implements CallWaiter {
  /** All attempts that have not ended. */
  readonly attempts: CallAttempts = new CallAttempts();
  /** Who is picked. */
  readonly selection: ProviderSelection;
  /** Connections that we dial to carry calls. */
  readonly callConnections: CallConnections;
  /** How many retries there may be. */
  readonly budget: RetryBudget = new RetryBudget();
  /** Attempts that wait for a dial to be answered, and when they need not any longer. */
  readonly #headStarts = new Reminders<Attempt>();
  readonly #rooms: PlacingRooms;
  readonly #sender: CallSender;
  readonly #keeper: CallKeeper;

  /** @param keeper Whoever keeps the calls. */
  constructor(rooms: PlacingRooms, keeper: CallKeeper) {
    this.#rooms = rooms;
    this.#keeper = keeper;
    this.selection = new ProviderSelection(rooms.random);
    const token = Math.floor(rooms.random() * 2 ** 52).toString(36);
    this.#sender = new CallSender(token, rooms.registry);
    const { connections, dials, drop } = rooms;
    this.callConnections = new CallConnections(connections, dials, drop, this);
  }

  /** When to be expired again. */
  get nextAt(): number {
    return this.#headStarts.nextAt;
  }

  /** Passes along links what has waited long enough for its provider to answer a dial. */
  expire(turn: Turn): void {
    let due = this.#headStarts.takeDue(turn.now);
    while (due !== undefined) {
      this.#overtake(turn, due);
      due = this.#headStarts.takeDue(turn.now);
    }
  }

  /** How a call would get to a node. */
  pathTo(target: NodeUrl, asked: Reach | undefined, now: number): OfferPath {
    if (target === this.#rooms.self.url) return "here";
    if (this.openTo(target, now) !== undefined) return "link";
    const reach = asked ?? this.#rooms.reach;
    const relays = reach !== "direct" && this.#linkTowards(target) !== undefined;
    if (!this.#mayDial(target, reach, now)) return relays ? "relay" : "none";
    const waitsUntil = this.callConnections.headStartEndsAt(target, now) ?? Infinity;
    return relays && reach === "auto" && waitsUntil <= now ? "relay" : "dial";
  }

  /** Offers that could run a call, nearest first. */
  providers({ fun, resources, contract }: CallSpec): readonly Listing[] {
    return ofContract(this.#rooms.registry.providers(fun, resources), contract);
  }

  /** Gives a call its first place, or the next after it has waited for one. */
  place(turn: Turn, record: CallRecord): void {
    const { target, ttl, fun } = record.spec;
    const { functions, self } = this.#rooms;
    if (target === undefined && functions.serves(fun)) this.#begin(turn, record, self.url);
    else if (target === undefined) {
      const candidates = this.providers(record.spec);
      const picked = this.selection.pick(candidates, turn.now, record.tried);
      if (picked === undefined) this.#keeper.missing(turn, record);
      else this.#begin(turn, record, picked.origin, picked.contract?.idempotent === true);
    } else if (target === self.url || ttl > 0) this.#begin(turn, record, target);
    else {
      const message = `A call for ${target} passed too many nodes, its path may be a loop`;
      this.#keeper.end(turn, record, callError("LOOP", message));
    }
  }

  /** Whether a call could be tried at another node than those it was tried at and this one. */
  hasOther({ spec, tried }: CallRecord, than: NodeUrl): boolean {
    if (spec.target !== undefined || (tried?.size ?? 0) >= RETRIES_MAX) return false;
    return this.providers(spec)
      .some(({ origin }) => origin !== than && tried?.has(origin) !== true);
  }

  /** Tries a call at another node as well, or instead; {@linkcode CallPlacing.hasOther} must hold. */
  tryAnother(turn: Turn, record: CallRecord, than: NodeUrl): void {
    record.tried = (record.tried ?? new Set()).add(than);
    this.place(turn, record);
  }

  /**
   * An attempt failed: tries the call elsewhere, if it may be and there is somebody.
   *
   * @returns Whether it is on its way again.
   */
  retries(turn: Turn, attempt: Attempt, error: CallError): boolean {
    const { call: record, target, connection } = attempt;
    if (!mayGoElsewhere(error, mayRunAgain(attempt))) return false;
    if (error.code === "DRAINING") {
      if (attempt.isRelayed && connection !== undefined) {
        return this.#avoid(turn, record, target, connection);
      }
      this.selection.leaves(target, turn.now);
    }
    if (!this.hasOther(record, target)) return false;
    // What never left this node, or came back from one that leaves, has cost nobody anything.
    const isFree = attempt.phase !== "sent" || error.code === "DRAINING";
    if (!isFree && !this.budget.spend()) return false;
    this.tryAnother(turn, record, target);
    return true;
  }

  /** A client of this node runs it. */
  sendToClient(turn: Turn, attempt: Attempt, { connection, offer }: Via): void {
    const record = this.#rooms.connections.get(connection);
    if (record !== undefined) this.#send(turn, attempt, record, offer);
    else this.#cantReach(turn, attempt, "the client that offers it is gone");
  }

  /** An attempt came to its end. Returns whether it had not before. */
  close(turn: Turn, attempt: Attempt, verdict: ProviderOutcome): boolean {
    if (!this.#forget(turn, attempt, verdict)) return false;
    const connection = this.#carrier(attempt);
    if (connection?.dialect === "json") this.callConnections.freed(turn, connection);
    return true;
  }

  /** An attempt is wanted no longer: whoever runs it is told. */
  drop(turn: Turn, attempt: Attempt, error: CallError, verdict: ProviderOutcome): void {
    if (!this.#forget(turn, attempt, verdict)) return;
    if (attempt.phase === "running") {
      this.#rooms.functions.abandoned(attempt.id);
      turn.owner.abort(attempt.id, error);
    }
    const connection = this.#carrier(attempt);
    if (connection?.dialect === "farcall.v1") {
      turn.edges.send(connection.id, { type: "cancel", id: attempt.wire });
    } else if (connection !== undefined) this.callConnections.abandoned(turn, connection);
  }

  /** What a node of the reference answered. */
  readReference(response: RpcResponse): { readonly wire: number; readonly outcome: Outcome } {
    return this.#sender.read(response);
  }

  /** Whether calls that were sent over a connection have not ended. */
  carries(connection: ConnectionId): boolean {
    return this.attempts.countOver(connection) > 0;
  }

  /** A waiting attempt can leave. */
  ready(turn: Turn, id: number, record: ConnectionRecord): void {
    const attempt = this.attempts.get(id);
    if (attempt?.phase === "waiting") this.#send(turn, attempt, record);
    else this.callConnections.freed(turn, record);
  }

  /** A waiting attempt can't leave as it was to: over a link that came up meanwhile, another way, or not at all. */
  unreachable(turn: Turn, id: number, message: string): void {
    const attempt = this.attempts.get(id);
    if (attempt?.phase !== "waiting") return;
    const open = this.openTo(attempt.target, turn.now);
    if (open !== undefined) return this.#send(turn, attempt, open);
    if (!this.#relay(turn, attempt)) this.#cantReach(turn, attempt, message);
  }

  #begin(turn: Turn, record: CallRecord, target: NodeUrl, isSaidToRepeat = false): void {
    const mayRepeat = record.spec.idempotent || isSaidToRepeat;
    const attempt = this.attempts.open(record, target, mayRepeat);
    if (record.spec.target === undefined) this.selection.started(target);
    if (target !== this.#rooms.self.url) this.#reach(turn, attempt);
    else if (record.spec.takes === undefined) this.run(turn, attempt);
    else this.#keeper.takings.begin(turn, attempt);
  }

  /** Runs an attempt on this node: all that it needs is here. */
  run(turn: Turn, attempt: Attempt): void {
    const { call, target } = attempt;
    const { fun } = call.spec;
    const begun = this.#keeper.run(turn, attempt, !this.hasOther(call, target));
    if (begun === "missing") {
      const error = notHere(this.#rooms.registry, call.spec, target);
      this.#keeper.attemptEnded(turn, attempt, failure(error));
    } else if (begun === "full") {
      const message = `${fun} runs on ${target} as often as it may`;
      const error = callError("RESOURCE_EXHAUSTED", message, "no", { retryAfterMs: 100 });
      this.#keeper.attemptEnded(turn, attempt, failure(error));
    }
  }

  #reach(turn: Turn, attempt: Attempt): void {
    const { target, call } = attempt;
    const reach = call.spec.reach ?? this.#rooms.reach;
    const open = this.openTo(target, turn.now);
    if (open !== undefined && !open.writable && this.hasOther(call, target)) {
      this.close(turn, attempt, "cancelled");
      return this.tryAnother(turn, call, target);
    }
    if (open !== undefined) return this.#send(turn, attempt, open);
    if (this.#mayDial(target, reach, turn.now)) return this.#dial(turn, attempt, reach);
    if (!this.#relay(turn, attempt)) this.#cantReach(turn, attempt, `no path to ${target}`);
  }

  #mayDial(target: NodeUrl, reach: Reach, now: number): boolean {
    return reach !== "relay" && !this.callConnections.isUndialable(target, now) &&
      this.#rooms.registry.hasOrigin(target);
  }

  /** Waits for a dial to be answered: not longer than its head start, where there is another way. */
  #dial(turn: Turn, attempt: Attempt, reach: Reach): void {
    const { target, id } = attempt;
    const endsAt = reach === "auto"
      ? this.callConnections.headStartEndsAt(target, turn.now)
      : undefined;
    if (endsAt !== undefined && endsAt <= turn.now && this.#relay(turn, attempt)) {
      return this.callConnections.isSilent(turn, target);
    }
    if (endsAt !== undefined && endsAt > turn.now) this.#headStarts.set(attempt, endsAt);
    this.callConnections.wait(turn, target, id);
  }

  /** The dial had time enough: the call goes along links, if any lead there. */
  #overtake(turn: Turn, attempt: Attempt): void {
    const { target, id, phase } = attempt;
    const endsAt = this.callConnections.headStartEndsAt(target, turn.now) ?? Infinity;
    if (phase !== "waiting" || endsAt > turn.now || !this.#relay(turn, attempt)) return;
    this.callConnections.leave(target, id);
    this.callConnections.isSilent(turn, target);
  }

  /** The connection to a node that is open: its link, or a call connection. */
  openTo(target: NodeUrl, now: number): ConnectionRecord | undefined {
    const { links, connections } = this.#rooms;
    const id = links.linkTo(target) ?? this.callConnections.openTo(target, now);
    return id === undefined ? undefined : connections.get(id);
  }

  #relay(turn: Turn, attempt: Attempt): boolean {
    const { from, avoided, spec } = attempt.call;
    const mayRelay = (spec.reach ?? this.#rooms.reach) !== "direct";
    const link = mayRelay ? this.#linkTowards(attempt.target) : undefined;
    if (link === undefined || avoided?.has(link.id)) return false;
    const sender = from === undefined ? undefined : this.#rooms.connections.get(from);
    if (sender === link || (sender?.role === "link" && sender.peer?.url === link.peer?.url)) {
      return false;
    }
    attempt.isRelayed = link.peer?.url !== attempt.target;
    this.#send(turn, attempt, link);
    return true;
  }

  /** The link to the next node on the way to a node. */
  #linkTowards(target: NodeUrl): ConnectionRecord | undefined {
    const via = this.#rooms.router.nextHop(target);
    const link = via === undefined ? undefined : this.#rooms.connections.get(via);
    return link?.dialect === "farcall.v1" ? this.#current(link) : undefined;
  }

  /** Over a connection that another one has replaced nothing new is sent, so that it can be closed. */
  #current(link: ConnectionRecord): ConnectionRecord {
    const { links, connections } = this.#rooms;
    const id = link.peer === undefined ? undefined : links.linkTo(link.peer.url);
    const current = id === undefined ? undefined : connections.get(id);
    return current?.peer?.incarnation === link.peer?.incarnation ? current ?? link : link;
  }

  #send(turn: Turn, attempt: Attempt, connection: ConnectionRecord, offer?: number): void {
    const { fun, stream, streamed, takes, take, keeps } = attempt.call.spec;
    const { args, kwargs } = attempt.filled ?? attempt.call.spec;
    if (isTooLong(args, kwargs)) {
      const message = `Arguments of ${fun} are too long to be passed on`;
      const outcome = failure(callError("PAYLOAD_TOO_LARGE", message));
      this.#keeper.attemptEnded(turn, attempt, outcome);
      return this.callConnections.freed(turn, connection);
    }
    if (connection.dialect === "json" && (takes ?? take) !== undefined) {
      const error = untaken(`${attempt.target} speaks json, which hands nothing over`, "");
      this.#keeper.attemptEnded(turn, attempt, failure(error));
      return this.callConnections.freed(turn, connection);
    }
    if ((stream !== undefined || streamed !== undefined) && connection.dialect === "json") {
      const what = stream === undefined ? "can't be given any" : "can't be read";
      const message = `${attempt.target} speaks json, which has no streams, so ${fun} ${what}`;
      this.#keeper.attemptEnded(turn, attempt, failure(callError("UNSUPPORTED_VERSION", message)));
      return this.callConnections.freed(turn, connection);
    }
    this.#headStarts.cancel(attempt);
    // Only who is asked directly can be asked again.
    attempt.keeps = keeps === true && offer === undefined && connection.dialect !== "json" &&
      connection.peer?.url === attempt.target;
    this.attempts.send(attempt, connection.id);
    this.#sender.send(turn, attempt, connection, this.#rooms.streams.begin(attempt), offer);
  }

  #cantReach(turn: Turn, attempt: Attempt, reason: string): void {
    const message = `${attempt.call.spec.fun} could not be sent to ${attempt.target}: ${reason}`;
    this.#keeper.attemptEnded(turn, attempt, failure(callError("UNAVAILABLE", message)));
  }

  /** A node on the way to the target leaves, not the target: another way is looked for. */
  #avoid(turn: Turn, record: CallRecord, target: NodeUrl, link: ConnectionId): boolean {
    const avoided = record.avoided ??= new Set();
    if (avoided.size >= RETRIES_MAX) return false;
    avoided.add(link);
    this.#begin(turn, record, target, record.spec.idempotent);
    return true;
  }

  #forget(turn: Turn, attempt: Attempt, verdict: ProviderOutcome): boolean {
    if (!this.attempts.close(attempt)) return false;
    this.#headStarts.cancel(attempt);
    const { call, target, id, phase } = attempt;
    if (call.spec.target === undefined) this.selection.ended(target, verdict, turn.now);
    if (phase === "waiting") this.callConnections.leave(target, id);
    if (phase === "taking") this.#keeper.takings.leave(turn, attempt);
    return true;
  }

  #carrier({ phase, connection }: Attempt): ConnectionRecord | undefined {
    if (phase !== "sent" || connection === undefined) return undefined;
    return this.#rooms.connections.get(connection);
  }
}
