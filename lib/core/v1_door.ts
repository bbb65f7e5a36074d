import { callError } from "../protocol/errors.ts";
import {
  CALL_TIMEOUT_MS_MAX,
  PENDING_CALLS_PER_CLIENT_MAX,
  PENDING_CALLS_PER_LINK_MAX,
} from "../protocol/limits.ts";
import type { NodeUrl } from "../protocol/names.ts";
import { Payload } from "../protocol/payload.ts";
import type {
  CallMessage,
  ExplainMessage,
  OfferMessage,
  ResultMessage,
  V1Message,
  WithdrawMessage,
} from "../protocol/v1_messages.ts";
import type { RequestMessage, TakeMessage } from "../protocol/v1_requests.ts";
import { failure, type Reply } from "./call_record.ts";
import type { CallRouter } from "./call_router.ts";
import { CLOSE } from "./close_codes.ts";
import type { ConnectionRecord } from "./connection_table.ts";
import type { Part } from "./connection_life.ts";
import type { Caller, Outcome, StreamBegin } from "./effects.ts";
import { type KeptValues, notKept } from "./kept_values.ts";
import type { Drop } from "./link_keeper.ts";
import type { ClientOffers } from "./client_offers.ts";
import type { RequestRunner } from "./request_runner.ts";
import type { Turn } from "./turn.ts";

/** Takes the calls that arrive over `farcall.v1` connections, and what ends them. */
export class V1Door {
  readonly #calls: CallRouter;
  readonly #requests: RequestRunner;
  readonly #clientOffers: ClientOffers;
  readonly #reply: Reply;
  readonly #drop: Drop;
  readonly #part: Part;
  readonly #isDraining: () => boolean;
  readonly #self: NodeUrl;
  readonly #kept: KeptValues;

  /**
   * @param part Takes leave of a peer that said goodbye and will close.
   * @param isDraining Whether the node is leaving and takes no more calls.
   */
  constructor(rooms: {
    readonly calls: CallRouter;
    readonly requests: RequestRunner;
    readonly clientOffers: ClientOffers;
    readonly reply: Reply;
    readonly drop: Drop;
    readonly part: Part;
    readonly isDraining: () => boolean;
    readonly self: NodeUrl;
    readonly kept: KeptValues;
  }) {
    this.#calls = rooms.calls;
    this.#requests = rooms.requests;
    this.#clientOffers = rooms.clientOffers;
    this.#reply = rooms.reply;
    this.#drop = rooms.drop;
    this.#part = rooms.part;
    this.#isDraining = rooms.isDraining;
    this.#self = rooms.self;
    this.#kept = rooms.kept;
  }

  /** One message about calls or the connection itself. */
  take(turn: Turn, record: ConnectionRecord, message: V1Message): void {
    switch (message.type) {
      case "call":
        return this.#call(turn, record, message);
      case "request":
        return this.#request(turn, record, message);
      case "explain":
        return this.#explain(turn, record, message);
      case "accepted":
        return this.#calls.accepted(turn, record.id, message.id);
      case "items":
      case "credit":
      case "end":
      case "stop":
        return this.#calls.traffic.heard(turn, record, message);
      case "offer":
      case "withdraw":
        return this.#offer(turn, record, message);
      case "result":
        return this.#calls.answered(turn, record.id, message.id, endOf(record, message));
      case "take":
        return this.#take(turn, record, message);
      case "release":
        return this.#kept.release(message.ticket);
      case "error":
        return this.#calls.answered(turn, record.id, message.id, failure(message.error));
      case "cancel":
        return this.#cancel(turn, record, message.id);
      case "ping":
        return turn.edges.send(record.id, { type: "pong" });
      case "pong":
        record.pongsHeard += 1;
        return;
      case "goodbye":
        return this.#part(turn, record, `peer said goodbye: ${message.reason}`, message.last);
      default:
        return this.#drop(turn, record, CLOSE.forbidden, `${message.type} is for links only`);
    }
  }

  #call(turn: Turn, record: ConnectionRecord, message: CallMessage): void {
    if (!this.#admit(turn, record, message.id)) return;
    const deadlineAt = turn.now + Math.min(message.timeoutMs, CALL_TIMEOUT_MS_MAX);
    const keeps = message.keep === true && record.role !== "client";
    const replyTo = {
      ...{ kind: "v1", connection: record.id, id: message.id } as const,
      ...(keeps ? { keepUntil: deadlineAt } : {}),
    };
    const spec = {
      fun: message.fun,
      resources: message.resources,
      args: message.args,
      kwargs: message.kwargs,
      target: message.target,
      ttl: message.ttl ?? 0,
      caller: callerOf(record),
      contract: message.contract,
      idempotent: message.idempotent === true,
      waits: message.wait === true,
      hedgeMs: message.hedgeMs,
      reach: message.reach,
      takes: message.takes,
      ...(message.credit === undefined ? {} : { stream: streamOf(message.credit, message) }),
      ...(message.streamed === undefined ? {} : { streamed: message.streamed }),
    };
    const id = this.#calls.start(turn, spec, replyTo, deadlineAt, record.id);
    noteTask(record, message.id, "call", id);
  }

  #request(turn: Turn, record: ConnectionRecord, message: RequestMessage): void {
    if (!this.#admit(turn, record, message.id)) return;
    const replyTo = { kind: "v1", connection: record.id, id: message.id } as const;
    const deadlineAt = turn.now + Math.min(message.timeoutMs, CALL_TIMEOUT_MS_MAX);
    const { commands, wanted, reach } = message;
    const waits = message.wait === true;
    const tellsProgress = message.progress === true;
    const caller = callerOf(record);
    const spec = { commands, wanted, caller, deadlineAt, waits, reach, tellsProgress };
    const id = this.#requests.start(turn, spec, replyTo);
    noteTask(record, message.id, "run", id);
  }

  /** A node asks for a result that is kept here: also one that leaves still gives it. */
  #take(turn: Turn, record: ConnectionRecord, { id, ticket, path }: TakeMessage): void {
    if (record.role === "client") {
      return this.#drop(turn, record, CLOSE.forbidden, "take is for nodes only");
    }
    if (!this.#admit(turn, record, id, true)) return;
    const value = this.#kept.take(ticket, path);
    const replyTo = { kind: "v1", connection: record.id, id } as const;
    const end: Outcome = typeof value === "string"
      ? failure(notKept(value, this.#self, path))
      : { ok: true, value };
    this.#reply(turn, replyTo, end);
  }

  #explain(turn: Turn, record: ConnectionRecord, message: ExplainMessage): void {
    const { id } = message;
    if (!this.#admit(turn, record, id)) return;
    const value = Payload.tryFromUnknown(this.#calls.explain(message, turn.now)) ??
      Payload.fromValue(null);
    this.#reply(turn, { kind: "v1", connection: record.id, id }, { ok: true, value });
  }

  /**
   * The peer's numbers grow, so one that does not is the same frame again: it never runs twice. After our goodbye nothing is
   * taken and nothing answered: the peer knows from it what was not.
   */
  #admit(turn: Turn, record: ConnectionRecord, id: number, isTaken = false): boolean {
    if (id <= record.lastTaken || record.saidGoodbye) return false;
    record.lastTaken = id;
    const max = record.role === "client"
      ? PENDING_CALLS_PER_CLIENT_MAX
      : PENDING_CALLS_PER_LINK_MAX;
    const isFull = record.inbound.size >= max;
    record.inbound.set(id, { kind: "call", id: 0 });
    if (!isFull && (isTaken || !this.#isDraining())) return true;
    const error = isFull
      ? callError("RESOURCE_EXHAUSTED", `${max} calls of this connection are running`)
      : callError("DRAINING", "The node is leaving, ask another one");
    this.#reply(turn, { kind: "v1", connection: record.id, id }, failure(error));
    return false;
  }

  #offer(turn: Turn, record: ConnectionRecord, message: OfferMessage | WithdrawMessage): void {
    if (record.role !== "client") {
      return this.#drop(turn, record, CLOSE.forbidden, `${message.type} is for clients only`);
    }
    if (message.type === "withdraw") {
      return this.#clientOffers.withdraw(turn, record.id, message.id);
    }
    if (!this.#isDraining() && !record.saidGoodbye) this.#clientOffers.offer(turn, record, message);
  }

  #cancel(turn: Turn, record: ConnectionRecord, id: number): void {
    const task = record.inbound.get(id);
    const error = callError("CANCELLED", "The caller gave up", "unknown");
    if (task?.kind === "call") this.#calls.cancel(turn, task.id, error);
    else if (task !== undefined) this.#requests.cancel(turn, task.id, error);
  }
}

/** How a call ended by the word of whoever it was sent to, which may keep what came of it. */
function endOf({ peer }: ConnectionRecord, message: ResultMessage): Outcome {
  const { value, differs, kept } = message;
  const told = differs === undefined ? {} : { differs };
  if (kept === undefined) return { ok: true, value, ...told };
  // Without a name nobody can be asked for it.
  if (peer === undefined) return failure(callError("PROTOCOL", "A client keeps a result", "yes"));
  return { ok: true, value, ...told, kept: { holder: peer.url, ...kept } };
}

function streamOf(credit: number, { resumeFrom }: CallMessage): StreamBegin {
  return { credit, resumeFrom };
}

/** Notes what runs for a peer, unless it has ended already. */
export function noteTask(
  record: ConnectionRecord,
  key: number | string,
  kind: "call" | "run",
  id: number,
): void {
  if (record.inbound.has(key)) record.inbound.set(key, { kind, id });
}

/** Who asks over this connection, as far as this node knows. */
export function callerOf(record: ConnectionRecord): Caller {
  return record.peer === undefined
    ? { kind: "client", name: record.remote }
    : { kind: "node", name: record.peer.url };
}
