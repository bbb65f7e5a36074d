import type { FunctionRegistry } from "../federation/function_registry.ts";
import { type CallError, callError } from "../protocol/errors.ts";
import type { JsonObject, JsonValue } from "../protocol/json_value.ts";
import { MAP_ITEMS_MAX, MESSAGE_BYTES_MAX, REGAINS_MAX } from "../protocol/limits.ts";
import type { FunctionName, NodeUrl } from "../protocol/names.ts";
import { Payload } from "../protocol/payload.ts";
import type { RequestCommand } from "../protocol/request_command.ts";
import { planRequest } from "../rpc/call_graph.ts";
import { MapRun } from "../rpc/map_run.ts";
import { combinedRan, withRan } from "../rpc/ran.ts";
import { RequestRun } from "../rpc/request_run.ts";
import type { ActiveRun, RequestSpec } from "./active_run.ts";
import { failure, type Reply, type ReplyTo, success, type TellAccepted } from "./call_record.ts";
import type { CallRouter } from "./call_router.ts";
import { isUntaken } from "./call_verdict.ts";
import type { Outcome } from "./effects.ts";
import { HandOver, regainKey } from "./hand_over.ts";
import { RequestProgress } from "./request_progress.ts";
import { isTooLarge, ofPart, stepSpec } from "./request_steps.ts";
import type { Turn } from "./turn.ts";

type Step = Extract<ReplyTo, { kind: "step" }>;
type Regain = Extract<ReplyTo, { kind: "regain" }>;

/** What the end of a request leaves for those who asked how it went. */
export type RunObserver = (replyTo: ReplyTo, run: RequestRun) => void;

/** Tells whoever asked for a request how it goes. */
export type TellProgress = (turn: Turn, replyTo: ReplyTo, event: Payload) => void;

/** The rooms of one node that a request passes. */
export interface RequestRooms {
  readonly self: { readonly url: NodeUrl };
  readonly calls: CallRouter;
  readonly registry: FunctionRegistry;
  readonly reply: Reply;
  readonly tellAccepted: TellAccepted;
  readonly tellProgress: TellProgress;
  /** Is told of each request that ended well, before its reply. */
  readonly observe: RunObserver;
  /** Whether a function is one of the node itself, which needs no provider. */
  readonly serves: (fun: FunctionName) => boolean;
}

/**
 * Requests of several commands. A command starts as soon as all that it uses are done; the first failure ends the
 * request, and what else runs for it is cancelled.
 */
export class RequestRunner {
  readonly #runs = new Map<number, ActiveRun>();
  readonly #rooms: RequestRooms;
  readonly #handOver: HandOver;
  #last = 0;

  /** @param rooms The rooms of one node that a request passes. */
  constructor(rooms: RequestRooms) {
    this.#rooms = rooms;
    this.#handOver = new HandOver(rooms);
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
      this.#rooms.reply(turn, replyTo, failure(error ?? callError("INTERNAL", "No plan")));
      return id;
    }
    const run = new RequestRun(planned.plan, turn.now);
    const progress = spec.tellsProgress === true ? new RequestProgress(run) : undefined;
    const facts = { hasRun: false, isAccepted: false, differs: [], mapUnits: 0 };
    const tables = {
      calls: new Map(),
      maps: new Map(),
      regaining: new Map(),
      again: new Set<number>(),
    };
    const active: ActiveRun = { id, spec, run, replyTo, progress, ...facts, ...tables };
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
    this.#rooms.tellAccepted(turn, active.replyTo);
  }

  /** A command, or one run of a map, ended. */
  stepEnded(turn: Turn, step: Step, outcome: Outcome): void {
    const active = this.#runs.get(step.run);
    if (active === undefined) return;
    active.calls.delete(keyOf(step));
    const { index, part } = step;
    if (!outcome.ok) {
      if (isUntaken(outcome.error) && this.#handOver.regain(turn, active, index)) return;
      return this.#fail(turn, active, errorOf(active, step, outcome.error));
    }
    active.differs.push(...outcome.differs ?? []);
    active.hasRun = true;
    if (active.run.keptOf(index) !== undefined) this.#regain(turn, active, index, outcome.value);
    else if (part !== undefined) this.#partEnded(turn, active, index, part, outcome.value);
    else if (outcome.kept === undefined) this.#finish(turn, active, index, outcome.value);
    else {
      active.run.keep(index, outcome.kept, turn.now);
      this.#advance(turn, active);
    }
  }

  /** A result that another node kept is got back, or is not there any more. */
  regained(turn: Turn, { run: id, index }: Regain, outcome: Outcome): void {
    const active = this.#runs.get(id);
    if (active === undefined) return;
    active.calls.delete(regainKey(index));
    if (outcome.ok) return this.#regain(turn, active, index, outcome.value);
    const command = active.spec.commands[index];
    const mayRun = command?.idempotent === true && active.again.size < REGAINS_MAX;
    if (command !== undefined && mayRun && !active.again.has(index)) {
      active.again.add(index);
      return this.#startStep(turn, active, index, command);
    }
    const holder = active.run.keptOf(index)?.holder;
    const message = `${holder} can't be asked any more for what ${command?.fun} gave, and it may ` +
      `not run again: ${outcome.error.message}`;
    this.#fail(turn, active, callError("UNAVAILABLE", message, "yes"));
  }

  #missing(spec: RequestSpec, now: number): CallError | undefined {
    const names = new Set(spec.commands.map((command) => command.name));
    const unknown = spec.wanted?.find((name) => !names.has(name));
    if (unknown !== undefined) {
      return callError("UNKNOWN_REFERENCE", `No command is called ${unknown}`);
    }
    for (const { fun, resources } of spec.waits ? [] : spec.commands) {
      if (this.#rooms.serves(fun)) continue;
      if (this.#rooms.registry.providers(fun, resources).length === 0) {
        return this.#rooms.calls.noProvider(fun, resources, now);
      }
    }
    return undefined;
  }

  #advance(turn: Turn, active: ActiveRun): void {
    const { run, spec } = active;
    for (let ready = run.ready(); ready.length > 0; ready = run.ready()) {
      for (const index of ready) {
        const command = spec.commands[index];
        // A command that ended at once with a failure has ended the whole request.
        if (command === undefined || !this.#runs.has(active.id)) return;
        this.#told(turn, active, active.progress?.started({ index, fun: command.fun }, turn.now));
        if (command.over === undefined) this.#startStep(turn, active, index, command);
        else this.#startMap(turn, active, index, command);
      }
    }
    this.#handOver.releaseUsedUp(turn, active);
    if (!run.isDone || !this.#runs.delete(active.id)) return;
    this.#handOver.releaseAll(turn, active);
    const results = resultsOf(active);
    if (isTooLarge(results)) {
      const message = `The results of the request are above ${MESSAGE_BYTES_MAX} bytes or too deep`;
      const error = callError("RESULT_TOO_LARGE", message, "yes");
      return this.#rooms.reply(turn, active.replyTo, failure(error));
    }
    this.#rooms.observe(active.replyTo, run);
    this.#told(turn, active, active.progress?.ended());
    const { differs } = active;
    const value = Payload.fromValue(results);
    const end = success(differs.length === 0 ? { value } : { value, differs });
    this.#rooms.reply(turn, active.replyTo, end);
  }

  #startStep(
    turn: Turn,
    active: ActiveRun,
    index: number,
    command: RequestCommand,
    one?: { readonly part: number; readonly item: JsonValue },
  ): void {
    const { run, spec, id } = active;
    const made = stepSpec(command, run.argumentsOf(index, one?.item), {
      ...{ caller: spec.caller, waits: spec.waits, reach: spec.reach },
      ...{ keeps: this.#handOver.mayStay(active, index), takes: run.takingsOf(index) },
    });
    const step: Step = { kind: "step", run: id, index, part: one?.part };
    if ("error" in made) return this.#fail(turn, active, errorOf(active, step, made.error));
    // The entry is made before the call, which may end before it returns.
    const key = keyOf(step);
    active.calls.set(key, 0);
    const call = this.#rooms.calls.start(turn, made.spec, step, spec.deadlineAt);
    if (active.calls.has(key)) active.calls.set(key, call);
  }

  #startMap(turn: Turn, active: ActiveRun, index: number, command: RequestCommand): void {
    const list = active.run.listOf(index);
    if (list === undefined || list.length > MAP_ITEMS_MAX) {
      const message = list === undefined
        ? `What ${command.fun} is to be called for each item of is no list`
        : `${command.fun} is to be called for ${list.length} items, at most ${MAP_ITEMS_MAX} may be`;
      return this.#fail(turn, active, callError("INVALID_ARGUMENT", message));
    }
    const map = new MapRun(list, command.over?.concurrency ?? 1);
    active.maps.set(index, map);
    this.#goOn(turn, active, index, map);
  }

  /** Starts as many runs of a map as may run at once. */
  #goOn(turn: Turn, active: ActiveRun, index: number, map: MapRun): void {
    const command = active.spec.commands[index];
    if (map.isDone) {
      active.maps.delete(index);
      return this.#finish(turn, active, index, Payload.fromValue([...map.results()]));
    }
    for (let next = map.next(); next !== undefined; next = map.next()) {
      if (command === undefined || !this.#runs.has(active.id)) return;
      this.#startStep(turn, active, index, command, next);
    }
  }

  #partEnded(turn: Turn, active: ActiveRun, index: number, part: number, value: Payload): void {
    const map = active.maps.get(index);
    if (map === undefined) return;
    map.finish(part, value.value);
    active.mapUnits += value.text.length;
    const fun = active.spec.commands[index]?.fun ?? "";
    if (active.mapUnits > MESSAGE_BYTES_MAX) {
      const message = `What ${fun} gave for ${map.doneCount} of ${map.size} items is above ` +
        `${MESSAGE_BYTES_MAX} bytes together`;
      return this.#fail(turn, active, callError("RESULT_TOO_LARGE", message, "yes"));
    }
    this.#told(turn, active, active.progress?.part({ index, fun }, turn.now, part, map));
    this.#goOn(turn, active, index, map);
  }

  #finish(turn: Turn, active: ActiveRun, index: number, value: Payload): void {
    const fun = active.spec.commands[index]?.fun ?? "";
    active.run.finish(index, value.value, turn.now);
    this.#told(turn, active, active.progress?.finished({ index, fun }, turn.now, value));
    this.#advance(turn, active);
  }

  /** A result is here that another node kept: what waits for it begins. */
  #regain(turn: Turn, active: ActiveRun, source: number, value: Payload): void {
    const ready = this.#handOver.regained(turn, active, source);
    active.run.regain(source, value.value);
    for (const index of ready) {
      const command = active.spec.commands[index];
      if (command === undefined || !this.#runs.has(active.id)) return;
      this.#startStep(turn, active, index, command);
    }
  }

  #told(turn: Turn, active: ActiveRun, event: Payload | undefined): void {
    if (event !== undefined) this.#rooms.tellProgress(turn, active.replyTo, event);
  }

  #fail(turn: Turn, active: ActiveRun, error: CallError): void {
    if (!this.#runs.delete(active.id)) return;
    this.#handOver.releaseAll(turn, active);
    const { calls } = this.#rooms;
    // That this command did not run says nothing of the others.
    let ran = combinedRan(error.ran, active.hasRun ? "yes" : "no");
    for (const call of active.calls.values()) ran = combinedRan(ran, calls.ranOf(call));
    const cancelled = callError("CANCELLED", "Another command of the request failed", "unknown");
    for (const call of active.calls.values()) calls.cancel(turn, call, cancelled);
    this.#rooms.reply(turn, active.replyTo, failure(withRan(error, ran)));
  }
}

function keyOf({ index, part }: Step): string {
  return `${index}.${part ?? ""}`;
}

function resultsOf({ run, spec }: ActiveRun): JsonObject {
  return spec.wanted === undefined ? run.results() : run.resultsOf(spec.wanted);
}

/** An error of one run of a map says which. */
function errorOf({ spec, maps }: ActiveRun, { index, part }: Step, error: CallError): CallError {
  const fun = spec.commands[index]?.fun;
  return part === undefined ? error : ofPart(error, part, `of ${maps.get(index)?.size} of ${fun}`);
}
