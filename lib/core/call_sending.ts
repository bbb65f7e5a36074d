import type { FunctionRegistry } from "../federation/function_registry.ts";
import { callError } from "../protocol/errors.ts";
import type { RpcResponse } from "../protocol/json_messages.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../protocol/json_value.ts";
import { RELAY_TTL_MAX } from "../protocol/limits.ts";
import type { ResourceName } from "../protocol/names.ts";
import { Payload } from "../protocol/payload.ts";
import { reachWord } from "../protocol/reach.ts";
import { callErrorOfWire } from "../protocol/wire_error.ts";
import { type Attempt, failure } from "./call_record.ts";
import type { StreamBegin } from "./effects.ts";
import type { ConnectionRecord } from "./connection_table.ts";
import type { Outcome } from "./effects.ts";
import type { Turn } from "./turn.ts";

/**
 * Sends calls to other nodes in the dialect of the connection.
 *
 * To a node of the reference a call goes as a request of one step, since only that answers errors. The step's name
 * holds a token drawn at boot, so that no argument can be mistaken for it and be replaced.
 */
export class CallSender {
  readonly #stepName: string;
  readonly #registry: FunctionRegistry;

  /** @param token Something that no argument holds. */
  constructor(token: string, registry: FunctionRegistry) {
    this.#stepName = `farcall~${token}`;
    this.#registry = registry;
  }

  /**
   * Sends an attempt that has its number.
   *
   * @param offer Which offer of a client is called; default: it goes to a node.
   * @param stream How its stream begins, if it is one: only `farcall.v1` has any.
   */
  send(
    turn: Turn,
    attempt: Attempt,
    connection: ConnectionRecord,
    stream?: StreamBegin,
    offer?: number,
  ): void {
    if (connection.dialect === "json") return this.#sendToReference(turn, attempt, connection);
    const { spec, deadlineAt } = attempt.call;
    const { takes, take } = spec;
    if (take !== undefined) {
      return turn.edges.send(connection.id, { type: "take", id: attempt.wire, ...take });
    }
    const { args, kwargs } = attempt.filled ?? spec;
    turn.edges.send(connection.id, {
      type: "call",
      id: attempt.wire,
      fun: spec.fun,
      resources: spec.resources,
      args,
      ...(kwargs === undefined ? {} : { kwargs }),
      ...(spec.contract === undefined ? {} : { contract: spec.contract }),
      timeoutMs: Math.max(1, Math.ceil(deadlineAt - turn.now)),
      ...(offer === undefined
        ? {
          target: attempt.target,
          ttl: spec.target === undefined ? RELAY_TTL_MAX : spec.ttl - 1,
          ...reachWord(spec.reach),
        }
        : { offer }),
      ...(spec.streamed === undefined ? {} : { streamed: spec.streamed }),
      ...(attempt.keeps ? { keep: true } : {}),
      ...(takes === undefined || attempt.filled !== undefined ? {} : { takes }),
      ...(stream === undefined ? {} : { credit: stream.credit }),
      ...(stream?.resumeFrom === undefined ? {} : { resumeFrom: stream.resumeFrom }),
    });
  }

  /** What a node of the reference answered: the number of the attempt and its end. */
  read(response: RpcResponse): { readonly wire: number; readonly outcome: Outcome } {
    return { wire: Number(response.u), outcome: this.#outcome(response) };
  }

  #outcome(response: RpcResponse): Outcome {
    if (response.error !== undefined) return failure(callErrorOfWire(response.error));
    const results = response.result.value;
    if (!isJsonObject(results) || !Object.hasOwn(results, this.#stepName)) {
      return failure(callError("PROTOCOL", "The answer lacks the result of the call", "yes"));
    }
    return { ok: true, value: Payload.fromValue(results[this.#stepName] ?? null) };
  }

  #sendToReference(turn: Turn, attempt: Attempt, connection: ConnectionRecord): void {
    const { spec } = attempt.call;
    turn.edges.send(connection.id, {
      type: "rpc",
      u: String(attempt.wire),
      commands: [{
        name: this.#stepName,
        fun: spec.fun,
        args: list(spec.args.value),
        kwargs: spec.kwargs === undefined ? {} : object(spec.kwargs.value),
        resources: this.#locs(attempt),
      }],
      returnIntermediateResults: false,
      includeExecutionSummary: false,
    });
  }

  /** The reference prefers a node registered under exactly the set that is asked for: name the chosen one's. */
  #locs({ call, target }: Attempt): readonly ResourceName[] {
    const { fun, resources } = call.spec;
    const chosen = this.#registry.providers(fun, resources).find((one) => one.origin === target);
    return chosen?.resources ?? resources;
  }
}

function list(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function object(value: JsonValue): JsonObject {
  return isJsonObject(value) ? value : {};
}
