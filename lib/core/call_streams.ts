import { type CallError, callError } from "../protocol/errors.ts";
import { STREAMS_PER_LINK_MAX } from "../protocol/limits.ts";
import type { Payload } from "../protocol/payload.ts";
import { itemUnits, StreamBudget, StreamWindow } from "../rpc/stream_credit.ts";
import type { Attempt, CallRecord } from "./call_record.ts";
import type { StreamBegin } from "./effects.ts";
import type { ConnectionTable } from "./connection_table.ts";
import type { ConnectionId } from "./events.ts";
import type { Turn } from "./turn.ts";

/**
 * The streams that pass a node: items go to whoever reads, credit to whoever writes. A node on the way keeps no item; towards
 * a connection that does not take what is sent it keeps the credit back, so that nothing more comes.
 */
export class CallStreams {
  readonly #connections: ConnectionTable;
  /** What this process reads itself. */
  readonly #own = new StreamBudget();
  /** What comes over each connection. */
  readonly #over = new Map<ConnectionId, StreamBudget>();
  /** What each connection reads. */
  readonly #readers = new Map<ConnectionId, Set<CallRecord>>();

  /** @param connections All open connections. */
  constructor(connections: ConnectionTable) {
    this.#connections = connections;
  }

  /** Takes a stream in. Returns why not; other calls always pass. */
  refuses(record: CallRecord): CallError | undefined {
    const { spec, replyTo } = record;
    if (spec.stream === undefined) return undefined;
    const isOwn = replyTo.kind === "local";
    record.stream = { window: new StreamWindow(isOwn, spec.stream.credit), delivered: 0 };
    if (replyTo.kind !== "v1") return undefined;
    const reading = this.#readers.get(replyTo.connection) ?? new Set();
    if (reading.size >= STREAMS_PER_LINK_MAX) {
      const message = `${STREAMS_PER_LINK_MAX} streams of this connection are open`;
      return callError("RESOURCE_EXHAUSTED", message);
    }
    this.#readers.set(replyTo.connection, reading.add(record));
    return undefined;
  }

  /** The call has ended. */
  ended(record: CallRecord): void {
    if (record.stream === undefined) return;
    this.#leave(record);
    if (record.replyTo.kind !== "v1") return;
    const reading = this.#readers.get(record.replyTo.connection);
    reading?.delete(record);
    if (reading?.size === 0) this.#readers.delete(record.replyTo.connection);
  }

  /** An attempt is about to be sent or to run: what its writer may send at first, and from where. */
  begin({ call, phase, connection }: Attempt): StreamBegin | undefined {
    const { stream, spec } = call;
    if (stream === undefined) return undefined;
    this.#leave(call);
    const { resumeFrom } = spec.stream ?? {};
    const from = resumeFrom === undefined ? undefined : resumeFrom + stream.delivered;
    const isOwn = call.replyTo.kind === "local";
    if (isOwn) return { credit: stream.window.begin(this.#own), resumeFrom: from };
    if (phase !== "sent" || connection === undefined) {
      return { credit: stream.window.begin(), resumeFrom: from };
    }
    const budget = this.#over.get(connection) ?? new StreamBudget();
    this.#over.set(connection, budget);
    stream.source = connection;
    return { credit: stream.window.begin(budget), resumeFrom: from };
  }

  /** An item of an attempt arrives. Returns what is wrong with it. */
  arrived(turn: Turn, attempt: Attempt, value: Payload): CallError | undefined {
    const { call: record, target } = attempt;
    const { stream, replyTo, spec } = record;
    attempt.hasRun = true;
    if (stream === undefined) {
      return callError("PROTOCOL", `${target} sent a stream where one result was asked for`);
    }
    if (!stream.window.take(itemUnits(value))) {
      const message = `${target} sent more of the stream of ${spec.fun} than it was allowed to`;
      return callError("PROTOCOL", message);
    }
    stream.delivered += 1;
    record.isAccepted = true;
    if (replyTo.kind === "local") turn.owner.item(replyTo.call, value);
    else if (replyTo.kind === "v1") {
      turn.edges.send(replyTo.connection, { type: "item", id: replyTo.id, value });
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
    if (source !== undefined && this.#over.get(source)?.streams === 0) this.#over.delete(source);
  }
}
