import { type CallError, callError } from "../protocol/errors.ts";
import { batchUnits, type ItemBatch } from "../protocol/item_batch.ts";
import { STREAMS_PER_LINK_MAX } from "../protocol/limits.ts";
import { StreamWindow } from "../rpc/stream_credit.ts";
import { CallArguments } from "./call_arguments.ts";
import type { Attempt, CallRecord } from "./call_record.ts";
import type { StreamBegin } from "./effects.ts";
import type { ConnectionTable } from "./connection_table.ts";
import type { ConnectionId } from "./events.ts";
import { StreamBudgets } from "./stream_budgets.ts";
import type { Turn } from "./turn.ts";

/**
 * The streams that pass a node: items go to whoever reads, credit to whoever writes. A node on the way keeps no item; towards
 * a connection that does not take what is sent it keeps the credit back, so that nothing more comes.
 */
export class CallStreams {
  /** Streamed arguments. */
  readonly args: CallArguments;
  readonly #connections: ConnectionTable;
  readonly #budgets = new StreamBudgets();
  /** Streams of the calls that came over each connection, those of arguments too. */
  readonly #open = new Map<ConnectionId, number>();
  /** What each connection reads. */
  readonly #readers = new Map<ConnectionId, Set<CallRecord>>();

  /** @param connections All open connections. */
  constructor(connections: ConnectionTable) {
    this.#connections = connections;
    this.args = new CallArguments(connections, this.#budgets);
  }

  /** Streams that are read here, and entries of connections that have anything to do with one. */
  get size(): number {
    return this.#open.size + this.#readers.size + this.#budgets.size + this.args.size;
  }

  /** Takes a stream in. Returns why not; other calls always pass. */
  refuses(record: CallRecord): CallError | undefined {
    const { spec: { stream, streamed = [] }, replyTo } = record;
    const count = streamed.length + (stream === undefined ? 0 : 1);
    if (count === 0) return undefined;
    if (replyTo.kind === "v1") {
      const open = (this.#open.get(replyTo.connection) ?? 0) + count;
      if (open > STREAMS_PER_LINK_MAX) {
        const message = `${STREAMS_PER_LINK_MAX} streams of this connection are open`;
        return callError("RESOURCE_EXHAUSTED", message);
      }
      this.#open.set(replyTo.connection, open);
    }
    if (streamed.length > 0) record.args = { flows: new Map(), reader: undefined };
    if (stream === undefined) return undefined;
    const window = new StreamWindow(replyTo.kind === "local", stream.credit);
    record.stream = { window, delivered: 0 };
    if (replyTo.kind !== "v1") return undefined;
    const reading = this.#readers.get(replyTo.connection) ?? new Set();
    this.#readers.set(replyTo.connection, reading.add(record));
    return undefined;
  }

  /** The call has ended. */
  ended(record: CallRecord): void {
    const { stream, args, spec, replyTo } = record;
    if (stream === undefined && args === undefined) return;
    this.args.ended(record);
    this.#leave(record);
    if (replyTo.kind !== "v1") return;
    const { connection } = replyTo;
    const reading = this.#readers.get(connection);
    reading?.delete(record);
    if (reading?.size === 0) this.#readers.delete(connection);
    const count = (spec.streamed?.length ?? 0) + (stream === undefined ? 0 : 1);
    const open = (this.#open.get(connection) ?? 0) - count;
    if (open > 0) this.#open.set(connection, open);
    else this.#open.delete(connection);
  }

  /** An attempt is about to be sent or to run: what its writer may send at first, and from where. */
  begin(attempt: Attempt): StreamBegin | undefined {
    this.args.begin(attempt);
    const { call, phase, connection } = attempt;
    const { stream, spec } = call;
    if (stream === undefined) return undefined;
    this.#leave(call);
    const { resumeFrom } = spec.stream ?? {};
    const from = resumeFrom === undefined ? undefined : resumeFrom + stream.delivered;
    const isOwn = call.replyTo.kind === "local";
    if (isOwn) return { credit: stream.window.begin(this.#budgets.own), resumeFrom: from };
    if (phase !== "sent" || connection === undefined) {
      return { credit: stream.window.begin(), resumeFrom: from };
    }
    stream.source = connection;
    const credit = stream.window.begin(this.#budgets.over(connection));
    return { credit, resumeFrom: from };
  }

  /** Items of an attempt arrive. Returns what is wrong with them. */
  arrived(turn: Turn, attempt: Attempt, batch: ItemBatch): CallError | undefined {
    const { call: record, target } = attempt;
    const { stream, replyTo, spec } = record;
    attempt.hasRun = true;
    if (stream === undefined) {
      return callError("PROTOCOL", `${target} sent a stream where one result was asked for`);
    }
    if (!stream.window.take(batchUnits(batch))) {
      const message = `${target} sent more of the stream of ${spec.fun} than it was allowed to`;
      return callError("PROTOCOL", message);
    }
    stream.delivered += batch.count;
    record.isAccepted = true;
    if (replyTo.kind === "local") turn.owner.items(replyTo.call, batch);
    else if (replyTo.kind === "v1") {
      turn.edges.send(replyTo.connection, { type: "items", id: replyTo.id, batch });
    }
    this.#grant(turn, record);
    return undefined;
  }

  /** Whoever reads allows more. */
  credit(turn: Turn, record: CallRecord, units: number): void {
    record.stream?.window.add(units);
    this.#grant(turn, record);
  }

  /** This process has read so much. */
  read(turn: Turn, record: CallRecord, units: number): void {
    record.stream?.window.release(units);
    this.#grant(turn, record);
  }

  /** A connection takes again what is sent: what was kept back meanwhile goes to the writers. */
  drained(turn: Turn, connection: ConnectionId): void {
    for (const record of this.#readers.get(connection) ?? []) this.#grant(turn, record);
    this.args.drained(turn, connection);
  }

  #grant(turn: Turn, record: CallRecord): void {
    const { stream, replyTo } = record;
    const [attempt] = record.attempts;
    if (stream === undefined || attempt === undefined) return;
    if (replyTo.kind === "v1" && this.#connections.get(replyTo.connection)?.writable === false) {
      return;
    }
    const { phase, connection, wire: id } = attempt;
    if (phase !== "sent" && phase !== "running") return;
    const units = stream.window.grant();
    if (units <= 0) return;
    if (phase === "running") turn.owner.credit(attempt.id, units);
    else if (connection !== undefined) turn.edges.send(connection, { type: "credit", id, units });
  }

  #leave({ stream }: CallRecord): void {
    if (stream === undefined) return;
    stream.window.end();
    const { source } = stream;
    stream.source = undefined;
    if (source !== undefined) this.#budgets.left(source);
  }
}
