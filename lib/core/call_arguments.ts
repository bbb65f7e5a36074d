import { type CallError, callError } from "../protocol/errors.ts";
import { batchUnits, type ItemBatch } from "../protocol/item_batch.ts";
import { ArgumentFlow, type Arrival } from "../rpc/argument_flow.ts";
import type { StreamBudget } from "../rpc/stream_credit.ts";
import type { Attempt, CallRecord } from "./call_record.ts";
import type { ConnectionTable } from "./connection_table.ts";
import type { ConnectionId } from "./events.ts";
import type { StreamBudgets } from "./stream_budgets.ts";
import type { Turn } from "./turn.ts";

/**
 * The streamed arguments of calls that pass a node: items go to where the function runs, credit to the caller, who sends
 * nothing before the function reads. As with what functions give, a node on the way keeps no item.
 */
export class CallArguments {
  readonly #connections: ConnectionTable;
  readonly #budgets: StreamBudgets;
  /** Calls by the connection over which they were sent. */
  readonly #sent = new Map<ConnectionId, Set<CallRecord>>();

  /** @param budgets What all streams of the node share. */
  constructor(connections: ConnectionTable, budgets: StreamBudgets) {
    this.#connections = connections;
    this.#budgets = budgets;
  }

  /** Connections over which calls with streamed arguments were sent. */
  get size(): number {
    return this.#sent.size;
  }

  /** An attempt is about to be sent or to run: nothing has come of its arguments, else there would be no other attempt. */
  begin({ call: record, phase, connection }: Attempt): void {
    const { args, spec, replyTo } = record;
    if (args === undefined) return;
    this.#leave(record);
    const isHere = phase === "running";
    const budget = (): StreamBudget | undefined => {
      if (isHere) return this.#budgets.own;
      return replyTo.kind === "v1" ? this.#budgets.over(replyTo.connection) : undefined;
    };
    for (const arg of spec.streamed ?? []) args.flows.set(arg, new ArgumentFlow(isHere, budget));
    if (phase !== "sent" || connection === undefined) return;
    args.reader = connection;
    this.#sent.set(connection, (this.#sent.get(connection) ?? new Set()).add(record));
  }

  /** The call has ended. */
  ended(record: CallRecord): void {
    if (record.args === undefined) return;
    for (const flow of record.args.flows.values()) flow.end();
    this.#leave(record);
    if (record.replyTo.kind === "v1") this.#budgets.left(record.replyTo.connection);
  }

  /** The caller gives items, or `undefined` = all have been given. Returns what is wrong with that. */
  given(
    turn: Turn,
    record: CallRecord,
    arg: number,
    batch: ItemBatch | undefined,
  ): CallError | undefined {
    const flow = record.args?.flows.get(arg);
    const arrival: Arrival = flow === undefined
      ? "wrong"
      : batch === undefined
      ? flow.sent()
      : flow.arrived(batchUnits(batch));
    if (arrival === "late") return undefined;
    const [attempt] = record.attempts;
    if (arrival === "wrong" || flow === undefined || attempt === undefined) {
      const message = `The caller sent more of args[${arg}] of ${record.spec.fun} than it may`;
      return callError("PROTOCOL", message);
    }
    const { phase, connection, wire: id } = attempt;
    if (phase === "running") turn.owner.given(attempt.id, arg, batch);
    else if (phase === "sent" && connection !== undefined) {
      const message = batch === undefined
        ? { type: "end" as const, id, arg }
        : { type: "items" as const, id, arg, batch };
      turn.edges.send(connection, message);
    }
    this.#grant(turn, record, arg, flow);
    return undefined;
  }

  /** Where the function runs, so much more is wanted; `undefined` = nothing more. */
  wanted(turn: Turn, attempt: Attempt, arg: number, units: number | undefined): void {
    const { call: record } = attempt;
    attempt.hasRun = true;
    const flow = record.args?.flows.get(arg);
    if (flow === undefined) return;
    if (units === undefined) {
      if (flow.stop()) this.#tell(turn, record, arg, undefined);
      return;
    }
    flow.ask(units);
    this.#grant(turn, record, arg, flow);
  }

  /** A connection takes again what is sent: what was kept back meanwhile goes to the callers. */
  drained(turn: Turn, connection: ConnectionId): void {
    for (const record of this.#sent.get(connection) ?? []) {
      for (const [arg, flow] of record.args?.flows ?? []) this.#grant(turn, record, arg, flow);
    }
  }

  #grant(turn: Turn, record: CallRecord, arg: number, flow: ArgumentFlow): void {
    const reader = record.args?.reader;
    if (reader !== undefined && this.#connections.get(reader)?.writable === false) return;
    const units = flow.grant();
    if (units > 0) this.#tell(turn, record, arg, units);
  }

  /** Tells the caller what may be sent besides, or `undefined` = nothing more is wanted. */
  #tell(turn: Turn, { replyTo }: CallRecord, arg: number, units: number | undefined): void {
    if (replyTo.kind === "local") turn.owner.wanted(replyTo.call, arg, units);
    if (replyTo.kind !== "v1") return;
    const { connection, id } = replyTo;
    turn.edges.send(
      connection,
      units === undefined ? { type: "stop", id, arg } : { type: "credit", id, arg, units },
    );
  }

  #leave(record: CallRecord): void {
    const reader = record.args?.reader;
    if (record.args === undefined || reader === undefined) return;
    record.args.reader = undefined;
    const there = this.#sent.get(reader);
    there?.delete(record);
    if (there?.size === 0) this.#sent.delete(reader);
  }
}
