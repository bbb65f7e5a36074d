import { batchOf } from "../protocol/item_batch.ts";
import { callError } from "../protocol/errors.ts";
import { LEGACY_ANSWER_BYTES_MAX, MESSAGE_BYTES_MAX } from "../protocol/limits.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import { Payload } from "../protocol/payload.ts";
import { wireErrorOf } from "../protocol/wire_error.ts";
import { isJsonLongerThan } from "../rpc/json_length.ts";
import type { Receipt } from "../protocol/v1_requests.ts";
import type { RequestRun } from "../rpc/request_run.ts";
import { failure, type ReplyTo } from "./call_record.ts";
import type { ConnectionRecord, ConnectionTable } from "./connection_table.ts";
import type { Outcome } from "./effects.ts";
import type { ConnectionId } from "./events.ts";
import type { KeptValues } from "./kept_values.ts";
import { isTooLong } from "./message_room.ts";
import type { Turn } from "./turn.ts";

/** What the answer to a request of the reference's dialect tells beside the results. */
type Extras = {
  readonly intermediateResults?: readonly JsonValue[];
  readonly executionSummary?: JsonValue;
};

/** Somebody at the other end of a connection. */
type Asked = Extract<ReplyTo, { readonly connection: ConnectionId }>;

/** An end as it is told: a result that stays here is a receipt. */
type Told = Outcome & { readonly receipt?: Receipt };

/** Takes the ends of calls to the connections that asked; an end whose connection is gone goes nowhere. */
export class Replies {
  readonly #connections: ConnectionTable;
  readonly #extras = new Map<ReplyTo, Extras>();
  readonly #kept: KeptValues;

  /**
   * @param connections All open connections.
   * @param kept Where long results stay for those who take receipts.
   */
  constructor(connections: ConnectionTable, kept: KeptValues) {
    this.#connections = connections;
    this.#kept = kept;
  }

  /**
   * A request ended well: keeps what its caller asked to be told of its run, until the reply. What would be above the limit
   * of a message is left out.
   */
  observe(replyTo: ReplyTo, run: RequestRun): void {
    if (replyTo.kind !== "rpc") return;
    const wish = this.#connections.get(replyTo.connection)?.wishes.get(replyTo.u);
    if (wish === undefined) return;
    const { u } = replyTo;
    const extras = {
      ...(wish.returnIntermediateResults
        ? { intermediateResults: run.intermediateResults(u) }
        : {}),
      ...(wish.includeExecutionSummary ? { executionSummary: run.summary(u) } : {}),
    };
    if (!isJsonLongerThan(extras, MESSAGE_BYTES_MAX)) this.#extras.set(replyTo, extras);
  }

  /** What a connection asked for has begun to run: only `farcall.v1` has a word for it. */
  accepted(turn: Turn, replyTo: ReplyTo): void {
    if (replyTo.kind !== "v1") return;
    const record = this.#connections.get(replyTo.connection);
    if (record === undefined || !record.inbound.has(replyTo.id)) return;
    turn.edges.send(record.id, { type: "accepted", id: replyTo.id });
  }

  /** A long result stays here if its caller takes a receipt, and there is room. */
  #told({ connection, keepUntil }: Extract<Asked, { kind: "v1" }>, outcome: Outcome): Told {
    if (!outcome.ok || keepUntil === undefined) return outcome;
    const receipt = this.#kept.keep(outcome.value, connection, keepUntil);
    return receipt === undefined
      ? outcome
      : { ...outcome, value: Payload.fromValue(null), receipt };
  }

  /** How a request of a connection goes: only `farcall.v1` has a word for it. */
  progress(turn: Turn, replyTo: ReplyTo, value: Payload): void {
    if (replyTo.kind !== "v1" || this.#connections.get(replyTo.connection) === undefined) return;
    const batch = batchOf([value.text]);
    turn.edges.send(replyTo.connection, { type: "items", id: replyTo.id, batch });
  }

  /** The end of what a connection asked for. */
  send(turn: Turn, replyTo: Asked, end: Outcome): void {
    const outcome = end.ok && isTooLong(end.value)
      ? failure(callError("RESULT_TOO_LARGE", "The result is too long to be passed on", "yes"))
      : end;
    const record = this.#connections.get(replyTo.connection);
    const extras = this.#extras.get(replyTo);
    this.#extras.delete(replyTo);
    if (record === undefined) return;
    if (replyTo.kind === "v1") {
      return replyV1(turn, record, replyTo.id, this.#told(replyTo, outcome));
    }
    record.inbound.delete(replyTo.u);
    record.wishes.delete(replyTo.u);
    if (replyTo.kind === "rpc") return replyRpc(turn, record, replyTo.u, outcome, extras ?? {});
    const answer = internalAnswer(replyTo.fun, outcome);
    turn.edges.send(record.id, { type: "internal-answer", u: replyTo.u, answer });
  }
}

function replyV1(turn: Turn, record: ConnectionRecord, id: number, outcome: Told): void {
  record.inbound.delete(id);
  turn.edges.send(
    record.id,
    outcome.ok
      ? {
        ...{ type: "result", id, value: outcome.value },
        ...(outcome.differs === undefined ? {} : { differs: outcome.differs }),
        ...(outcome.receipt === undefined ? {} : { kept: outcome.receipt }),
      }
      : { type: "error", id, error: outcome.error },
  );
}

function replyRpc(
  turn: Turn,
  record: ConnectionRecord,
  u: string,
  outcome: Outcome,
  extras: Extras,
): void {
  const result = outcome.ok ? outcome.value : Payload.fromValue(null);
  const error = outcome.ok ? undefined : wireErrorOf(outcome.error);
  const told = isTooLong(result, Payload.fromValue(extras)) ? {} : extras;
  turn.edges.send(record.id, { type: "response", u, result, error, ...told });
}

/**
 * The wire has no error form for such an answer, and silence would let the caller hang for 30 s: an object that says what
 * happened is the least bad. An answer above 1 MiB would close the caller's socket.
 */
function internalAnswer(fun: string, outcome: Outcome): Payload {
  const checked = outcome.ok && outcome.value.text.length > LEGACY_ANSWER_BYTES_MAX
    ? failure(callError("RESULT_TOO_LARGE", `The result of ${fun} is above 1 MB`, "yes"))
    : outcome;
  if (checked.ok) return checked.value;
  const { code, message } = checked.error;
  return Payload.fromValue({ error: message, command: fun, error_type: code });
}
