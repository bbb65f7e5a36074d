import { type CallError, callError } from "../protocol/errors.ts";
import type { FunctionRegistry } from "../federation/function_registry.ts";
import type { ContractDifference } from "../protocol/contract_facts.ts";
import type { Command } from "../protocol/json_messages.ts";
import { jsonExcess } from "../protocol/json_scan.ts";
import type { JsonObject, JsonValue } from "../protocol/json_value.ts";
import { MESSAGE_BYTES_MAX, PAYLOAD_DEPTH_MAX } from "../protocol/limits.ts";
import type { FunctionName } from "../protocol/names.ts";
import { Payload } from "../protocol/payload.ts";
import type { Reach } from "../protocol/reach.ts";
import { planRequest } from "../rpc/call_graph.ts";
import { isJsonLongerThan } from "../rpc/json_length.ts";
import { RequestRun } from "../rpc/request_run.ts";
import { combinedRan, withRan } from "../rpc/ran.ts";
import {
  failure,
  PLAIN_MANNER,
  type Reply,
  type ReplyTo,
  success,
  type TellAccepted,
} from "./call_record.ts";
import type { CallRouter } from "./call_router.ts";
import type { Caller, Outcome } from "./effects.ts";
import type { Turn } from "./turn.ts";

/** A request to be run. */
export interface RequestSpec {
  readonly commands: readonly Command[];
  /** Names of the commands whose results come back; `undefined` = those that no other command uses. */
  readonly wanted: readonly string[] | undefined;
  readonly caller: Caller;
  readonly deadlineAt: number;
  /** Commands that nobody offers wait for an offer. */
  readonly waits: boolean;
  /** How their providers are reached; `undefined` = as the node does it. */
  readonly reach: Reach | undefined;
}

interface ActiveRun {
  readonly id: number;
  readonly spec: RequestSpec;
  readonly run: RequestRun;
  readonly replyTo: ReplyTo;
  /** Calls on their way, by the command's index. */
  readonly calls: Map<number, number>;
  /** Whether a command has begun to run. */
  hasRun: boolean;
  /** Whether whoever asked was told so. */
  isAccepted: boolean;
  /** Functions that ran under another contract than the one they were asked for by. */
  readonly differs: ContractDifference[];
}

/** What the end of a request leaves for those who asked how it went. */
export type RunObserver = (replyTo: ReplyTo, run: RequestRun) => void;

/**
 * Requests of several commands. A command starts as soon as all that it uses are done; the first failure ends the
 * request, and what else runs for it is cancelled.
 */
export class RequestRunner {
  readonly #runs = new Map<number, ActiveRun>();
  readonly #calls: CallRouter;
  readonly #registry: FunctionRegistry;
  readonly #reply: Reply;
  readonly #serves: (fun: FunctionName) => boolean;
  readonly #tellAccepted: TellAccepted;
  readonly #observe: RunObserver;
  #last = 0;

  /**
   * @param observe Is told of each request that ended well, before its reply.
   * @param serves Whether a function is one of the node itself, which needs no provider.
   */
  constructor(rooms: {
    readonly calls: CallRouter;
    readonly registry: FunctionRegistry;
    readonly reply: Reply;
    readonly tellAccepted: TellAccepted;
    readonly observe: RunObserver;
    readonly serves: (fun: FunctionName) => boolean;
  }) {
    this.#calls = rooms.calls;
    this.#registry = rooms.registry;
    this.#reply = rooms.reply;
    this.#tellAccepted = rooms.tellAccepted;
    this.#observe = rooms.observe;
    this.#serves = rooms.serves;
  }

  /** Requests that have not ended. */
  get runningCount(): number {
    return this.#runs.size;
  }

  /**
   * Begins a request, if it is right and every function has a provider; else it ends before anything runs.
   *
   * @returns The request's number, by which it can be cancelled.
   */
  start(turn: Turn, spec: RequestSpec, replyTo: ReplyTo): number {
    this.#last += 1;
    const id = this.#last;
    const planned = planRequest(spec.commands);
    const error = planned.ok ? this.#missing(spec, turn.now) : planned.error;
    if (!planned.ok || error !== undefined) {
      this.#reply(turn, replyTo, failure(error ?? callError("INTERNAL", "No plan")));
      return id;
    }
    const run = new RequestRun(planned.plan, turn.now);
    const facts = { hasRun: false, isAccepted: false, differs: [] };
    const active = { id, spec, run, replyTo, calls: new Map(), ...facts };
    this.#runs.set(id, active);
    this.#advance(turn, active);
    return id;
  }

  /** The caller gave up or is gone: all commands on their way are cancelled. */
  cancel(turn: Turn, id: number, error: CallError): void {
    const active = this.#runs.get(id);
    // Whether anything ran is known by its commands.
    if (active !== undefined) this.#fail(turn, active, withRan(error, "no"));
  }

  /** A command has begun to run. */
  stepAccepted(turn: Turn, id: number): void {
    const active = this.#runs.get(id);
    if (active === undefined || active.isAccepted) return;
    active.hasRun = true;
    active.isAccepted = true;
    this.#tellAccepted(turn, active.replyTo);
  }

  /** A command ended. */
  stepEnded(turn: Turn, id: number, index: number, outcome: Outcome): void {
    const active = this.#runs.get(id);
    if (active === undefined) return;
    active.calls.delete(index);
    if (!outcome.ok) return this.#fail(turn, active, outcome.error);
    active.differs.push(...outcome.differs ?? []);
    active.hasRun = true;
    active.run.finish(index, outcome.value.value, turn.now);
    this.#advance(turn, active);
  }

  #missing(spec: RequestSpec, now: number): CallError | undefined {
    const names = new Set(spec.commands.map((command) => command.name));
    const unknown = spec.wanted?.find((name) => !names.has(name));
    if (unknown !== undefined) {
      return callError("UNKNOWN_REFERENCE", `No command is called ${unknown}`);
    }
    for (const { fun, resources } of spec.waits ? [] : spec.commands) {
      if (this.#serves(fun)) continue;
      if (this.#registry.providers(fun, resources).length === 0) {
        return this.#calls.noProvider(fun, resources, now);
      }
    }
    return undefined;
  }

  #advance(turn: Turn, active: ActiveRun): void {
    for (const index of active.run.ready()) {
      const command = active.spec.commands[index];
      // A command that ended at once with a failure has ended the whole request.
      if (command === undefined || !this.#runs.has(active.id)) return;
      this.#startCommand(turn, active, index, command);
    }
    if (!active.run.isDone || !this.#runs.delete(active.id)) return;
    const results = this.#results(active);
    if (isTooLarge(results)) {
      const message = `The results of the request are above ${MESSAGE_BYTES_MAX} bytes or too deep`;
      return this.#reply(
        turn,
        active.replyTo,
        failure(callError("RESULT_TOO_LARGE", message, "yes")),
      );
    }
    this.#observe(active.replyTo, active.run);
    const { differs } = active;
    const value = Payload.fromValue(results);
    const end = success(differs.length === 0 ? { value } : { value, differs });
    this.#reply(turn, active.replyTo, end);
  }

  #results(active: ActiveRun): JsonObject {
    const { run, spec } = active;
    return spec.wanted === undefined ? run.results() : run.resultsOf(spec.wanted);
  }

  #startCommand(turn: Turn, active: ActiveRun, index: number, command: Command): void {
    const { run, spec, id } = active;
    const args = run.argsOf(index);
    const kwargs = run.kwargsOf(index);
    // One large result may be referred to many times: the sum must be known before it is text.
    if (isTooLarge([args, kwargs])) {
      const message = `Arguments of ${command.fun} grow above ${MESSAGE_BYTES_MAX} bytes or ` +
        `${PAYLOAD_DEPTH_MAX} levels`;
      return this.#fail(turn, active, callError("PAYLOAD_TOO_LARGE", message));
    }
    const replyTo = { kind: "step", run: id, index } as const;
    // The entry is made before the call, which may end before it returns.
    active.calls.set(index, 0);
    const call = this.#calls.start(
      turn,
      {
        fun: command.fun,
        resources: command.resources,
        args: Payload.fromValue(args),
        kwargs: Object.keys(kwargs).length === 0 ? undefined : Payload.fromValue(kwargs),
        target: undefined,
        ttl: 0,
        caller: spec.caller,
        contract: command.contract,
        ...PLAIN_MANNER,
        waits: spec.waits,
        reach: spec.reach,
      },
      replyTo,
      spec.deadlineAt,
    );
    if (active.calls.has(index)) active.calls.set(index, call);
  }

  #fail(turn: Turn, active: ActiveRun, error: CallError): void {
    if (!this.#runs.delete(active.id)) return;
    // That this command did not run says nothing of the others.
    let ran = combinedRan(error.ran, active.hasRun ? "yes" : "no");
    for (const call of active.calls.values()) ran = combinedRan(ran, this.#calls.ranOf(call));
    const cancelled = callError("CANCELLED", "Another command of the request failed", "unknown");
    for (const call of active.calls.values()) this.#calls.cancel(turn, call, cancelled);
    this.#reply(turn, active.replyTo, failure(withRan(error, ran)));
  }
}

/** Whether a message could not carry the value; written out only when its length is bounded. */
function isTooLarge(value: JsonValue): boolean {
  return isJsonLongerThan(value, MESSAGE_BYTES_MAX) ||
    jsonExcess(JSON.stringify(value), MESSAGE_BYTES_MAX, PAYLOAD_DEPTH_MAX + 1) !== undefined;
}
