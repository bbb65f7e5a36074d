import type { CallError } from "../protocol/errors.ts";
import type { ItemBatch } from "../protocol/item_batch.ts";
import type { StreamMessage } from "../protocol/v1_stream_messages.ts";
import type { PendingCalls } from "../rpc/pending_calls.ts";
import type { CallAttempts } from "./call_attempts.ts";
import type { Attempt, CallRecord } from "./call_record.ts";
import type { CallStreams } from "./call_streams.ts";
import type { ConnectionRecord } from "./connection_table.ts";
import type { CallCommand, ProviderCommand } from "./events.ts";
import type { Turn } from "./turn.ts";

/** What a function of this node does with its streams. */
export type RunFlow = Extract<ProviderCommand, { type: "yielded" | "want" }>;

/** What this process does with the streams of a call that it made. */
export type OwnFlow = Extract<CallCommand, { type: "read" | "give" }>;

/** What the traffic needs of whoever keeps the calls. */
export interface TrafficRooms {
  readonly pending: PendingCalls<CallRecord>;
  readonly attempts: CallAttempts;
  readonly streams: CallStreams;
  /** Ends a call whose stream broke the rules. */
  readonly end: (turn: Turn, record: CallRecord, error: CallError) => void;
}

/** Takes each word about a stream to the call that it is about; one that has ended takes none. */
export class StreamTraffic {
  readonly #rooms: TrafficRooms;

  /** @param rooms Whose calls they are. */
  constructor(rooms: TrafficRooms) {
    this.#rooms = rooms;
  }

  /** A peer says something about a stream: of a call that was sent to it, or of one that it sent. */
  heard(turn: Turn, { id: connection, inbound }: ConnectionRecord, message: StreamMessage): void {
    const { attempts, pending, streams } = this.#rooms;
    const isFromProvider = message.type === "stop" ||
      (message.type === "credit") === (message.arg !== undefined);
    const { arg } = message;
    if (isFromProvider && message.type !== "end") {
      const attempt = attempts.sentAs(connection, message.id);
      if (attempt === undefined) return;
      if (message.type === "items") return this.#yielded(turn, attempt, message.batch);
      const units = message.type === "stop" ? undefined : message.units;
      if (arg !== undefined) streams.args.wanted(turn, attempt, arg, units);
      return;
    }
    const task = inbound.get(message.id);
    const record = task?.kind === "call" ? pending.get(task.id) : undefined;
    if (record === undefined) return;
    if (message.type === "credit") streams.credit(turn, record, message.units);
    else if (arg !== undefined) {
      this.#given(turn, record, arg, message.type === "items" ? message.batch : undefined);
    }
  }

  /** A function of this node gives items, or asks for those of its arguments. */
  ran(turn: Turn, event: RunFlow): void {
    const { attempts, streams } = this.#rooms;
    const attempt = attempts.get(event.invocation);
    if (attempt?.phase !== "running") return;
    if (event.type === "yielded") this.#yielded(turn, attempt, event.batch);
    else streams.args.wanted(turn, attempt, event.arg, event.units);
  }

  /** This process has read of a stream, or gives items of an argument. */
  own(turn: Turn, id: number, event: OwnFlow): void {
    const record = this.#rooms.pending.get(id);
    if (record === undefined) return;
    if (event.type === "read") this.#rooms.streams.read(turn, record, event.units);
    else this.#given(turn, record, event.arg, event.batch);
  }

  #yielded(turn: Turn, attempt: Attempt, batch: ItemBatch): void {
    const error = this.#rooms.streams.arrived(turn, attempt, batch);
    if (error !== undefined) this.#rooms.end(turn, attempt.call, error);
  }

  #given(turn: Turn, record: CallRecord, arg: number, batch: ItemBatch | undefined): void {
    const error = this.#rooms.streams.args.given(turn, record, arg, batch);
    if (error !== undefined) this.#rooms.end(turn, record, error);
  }
}
