/**
 * Gets what a call needs and other nodes keep, before it runs here.
 *
 * Each result is asked of its holder directly: over a link or a call connection, never through other nodes, since whoever runs
 * the request can get it as well as a relay can. What can't be got is said to whoever sent the call, as an error with which
 * nothing ran: it sends the call again with the result in it.
 *
 * @module
 */

import { type CallError, callError } from "../protocol/errors.ts";
import { isJsonObject, type JsonValue } from "../protocol/json_value.ts";
import type { KeptValue, Taking } from "../protocol/kept_value.ts";
import { TAKEN_UNITS_MAX, TAKING_MS_MAX } from "../protocol/limits.ts";
import { functionName, type NodeUrl } from "../protocol/names.ts";
import { Payload } from "../protocol/payload.ts";
import { withRan } from "../rpc/ran.ts";
import { type Arguments, filled, hasPlace } from "../rpc/references.ts";
import { type Attempt, type CallSpec, failure, PLAIN_MANNER, type ReplyTo } from "./call_record.ts";
import { untaken } from "./call_verdict.ts";
import type { ConnectionRecord } from "./connection_table.ts";
import type { Outcome } from "./effects.ts";
import type { ConnectionId } from "./events.ts";
import { type KeptValues, notKept } from "./kept_values.ts";
import { isTooLarge } from "./request_steps.ts";
import type { Turn } from "./turn.ts";

/** What is called when a result is asked for: no function has this name. */
const TAKE = functionName("rpc.take");

/** What taking needs of whoever keeps the calls. */
export interface TakingRooms {
  readonly self: { readonly url: NodeUrl };
  readonly kept: KeptValues;
  /** Begins a call; returns its number. */
  readonly start: (turn: Turn, spec: CallSpec, replyTo: ReplyTo, deadlineAt: number) => number;
  /** Ends a call that is not needed any more. */
  readonly cancel: (turn: Turn, call: number, error: CallError) => void;
  /** The connection to a node that is open. */
  readonly openTo: (node: NodeUrl, now: number) => ConnectionRecord | undefined;
  /** All is there: the attempt may run. */
  readonly complete: (turn: Turn, attempt: Attempt) => void;
  /** Something can't be got. */
  readonly failed: (turn: Turn, attempt: Attempt, error: CallError) => void;
}

/** One attempt that waits for results of other nodes. */
interface Gathering {
  readonly attempt: Attempt;
  /** What is asked for, each once: by how it is asked for, the places in `takes` that need it. */
  readonly wanted: readonly (readonly [Taking, readonly number[]])[];
  /** Calls on their way, by place in `wanted`. */
  readonly calls: Map<number, number>;
  /** What came, by place in `takes`. */
  readonly values: Map<string, JsonValue>;
  missing: number;
  units: number;
}

/** The call by which a result is asked for. */
export function takeSpec(
  holder: NodeUrl,
  ticket: string,
  path: readonly string[],
  self: NodeUrl,
): CallSpec {
  return {
    ...{ fun: TAKE, resources: [], args: Payload.fromValue([]), kwargs: undefined },
    ...{ target: holder, ttl: 1, caller: { kind: "local", name: self }, ...PLAIN_MANNER },
    // Through other nodes its own way is no longer.
    ...{ reach: "direct", take: { ticket, path } },
  };
}

/** All attempts that wait for results of other nodes. */
export class ValueTakings {
  readonly #rooms: TakingRooms;
  readonly #open = new Map<number, Gathering>();
  /** What was got for calls that wait for more, in UTF-16 units. */
  #units = 0;

  /** @param rooms Whoever keeps the calls. */
  constructor(rooms: TakingRooms) {
    this.#rooms = rooms;
  }

  /** Attempts that wait. */
  get size(): number {
    return this.#open.size;
  }

  /** An attempt is to run here: gets what it needs first. It may be complete, or fail, before this returns. */
  begin(turn: Turn, attempt: Attempt): void {
    const wanted = grouped(attempt.call.spec.takes ?? []);
    const facts = { calls: new Map(), values: new Map(), missing: wanted.length, units: 0 };
    const gathering: Gathering = { attempt, wanted, ...facts };
    attempt.phase = "taking";
    this.#open.set(attempt.id, gathering);
    for (const [index, [taking]] of wanted.entries()) {
      if (this.#open.get(attempt.id) !== gathering) return;
      this.#ask(turn, gathering, index, taking);
    }
  }

  /** A holder answered, or can't be reached. */
  taken(turn: Turn, attempt: number, index: number, outcome: Outcome): void {
    const gathering = this.#open.get(attempt);
    if (gathering === undefined) return;
    gathering.calls.delete(index);
    if (outcome.ok) this.#got(turn, gathering, index, outcome.value);
    else this.#failed(turn, gathering, index, outcome.error);
  }

  /** A result that another node keeps is not needed any more: it is told, if there is a way. */
  release(turn: Turn, { holder, ticket }: KeptValue): void {
    const connection = this.#rooms.openTo(holder, turn.now);
    if (connection?.dialect !== "farcall.v1") return;
    turn.edges.send(connection.id, { type: "release", ticket });
  }

  /** The attempt has ended: what it waits for is not needed any more. */
  leave(turn: Turn, attempt: Attempt): void {
    const gathering = this.#open.get(attempt.id);
    if (gathering === undefined) return;
    this.#close(gathering);
    const error = callError("CANCELLED", "What needed the result has ended", "unknown");
    for (const call of gathering.calls.values()) this.#rooms.cancel(turn, call, error);
  }

  #ask(turn: Turn, gathering: Gathering, index: number, { holder, ticket, path }: Taking): void {
    const { self, kept, start } = this.#rooms;
    const { attempt: { id, call } } = gathering;
    if (holder === self.url) {
      const value = kept.take(ticket, path);
      if (typeof value !== "string") return this.#got(turn, gathering, index, value);
      return this.#failed(turn, gathering, index, notKept(value, holder, path));
    }
    const replyTo = { kind: "taking", attempt: id, index } as const;
    const deadlineAt = Math.min(call.deadlineAt, turn.now + TAKING_MS_MAX);
    // The entry is made before the call, which may end before it returns.
    gathering.calls.set(index, 0);
    const begun = start(turn, takeSpec(holder, ticket, path, self.url), replyTo, deadlineAt);
    if (gathering.calls.has(index)) gathering.calls.set(index, begun);
  }

  #got(turn: Turn, gathering: Gathering, index: number, value: Payload): void {
    const units = value.text.length;
    gathering.units += units;
    this.#units += units;
    if (this.#units > TAKEN_UNITS_MAX) {
      const message = `${this.#rooms.self.url} holds too much for calls that wait`;
      return this.#failed(turn, gathering, index, callError("RESOURCE_EXHAUSTED", message));
    }
    const [, places] = gathering.wanted[index] ?? [];
    for (const place of places ?? []) gathering.values.set(`${place}`, value.value);
    gathering.missing -= 1;
    if (gathering.missing > 0) return;
    this.#close(gathering);
    this.#fill(turn, gathering);
  }

  #fill(turn: Turn, { attempt, values }: Gathering): void {
    const { fun, takes = [] } = attempt.call.spec;
    const refs = takes.map(({ at }, place) => ({ at, of: `${place}`, path: [] }));
    const given = argumentsOf(attempt.call.spec);
    if (!refs.every((ref) => hasPlace(given, ref))) {
      const message = `A result is to be put where ${fun} has no argument`;
      return this.#rooms.failed(turn, attempt, callError("INVALID_ARGUMENT", message));
    }
    const made = filled(given, refs, ({ of = "" }) => values.get(of));
    if (!made.ok || isTooLarge([made.args, made.kwargs])) {
      const message = `Arguments of ${fun} grow above what a message may carry`;
      return this.#rooms.failed(turn, attempt, callError("PAYLOAD_TOO_LARGE", message));
    }
    const { args, kwargs } = made;
    attempt.filled = {
      args: Payload.fromValue(args),
      kwargs: Object.keys(kwargs).length === 0 ? undefined : Payload.fromValue(kwargs),
    };
    attempt.phase = "waiting";
    this.#rooms.complete(turn, attempt);
  }

  #failed(turn: Turn, gathering: Gathering, index: number, error: CallError): void {
    const { attempt } = gathering;
    this.leave(turn, attempt);
    const [taking] = gathering.wanted[index] ?? [];
    const { fun } = attempt.call.spec;
    // A field that is not there is nowhere else, either.
    if (error.code === "UNKNOWN_REFERENCE" || taking === undefined) {
      return this.#rooms.failed(turn, attempt, withRan(error, "no"));
    }
    const message = `${fun} could not get what it needs of ${taking.holder}: ${error.message}`;
    this.#rooms.failed(turn, attempt, untaken(message, taking.ticket));
  }

  #close(gathering: Gathering): void {
    if (this.#open.delete(gathering.attempt.id)) this.#units -= gathering.units;
  }
}

/**
 * An answer that may be a receipt. One that nobody asked for, or that nobody waits for any more, is given back at once, and is
 * no result.
 */
export function checkReceipt(
  turn: Turn,
  connection: ConnectionId,
  attempt: Attempt | undefined,
  outcome: Outcome,
): Outcome {
  if (!outcome.ok || outcome.kept === undefined || attempt?.keeps === true) return outcome;
  turn.edges.send(connection, { type: "release", ticket: outcome.kept.ticket });
  const message = `${outcome.kept.holder} keeps a result that was to be sent`;
  return failure(callError("PROTOCOL", message, "yes"));
}

function grouped(takes: readonly Taking[]): readonly (readonly [Taking, readonly number[]])[] {
  const groups = new Map<string, [Taking, number[]]>();
  for (const [place, taking] of takes.entries()) {
    const key = JSON.stringify([taking.holder, taking.ticket, taking.path]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [taking, [place]]);
    else group[1].push(place);
  }
  return [...groups.values()];
}

function argumentsOf({ args, kwargs }: CallSpec): Arguments {
  const list = args.value;
  const record = kwargs?.value;
  return { args: Array.isArray(list) ? list : [], kwargs: isJsonObject(record) ? record : {} };
}
