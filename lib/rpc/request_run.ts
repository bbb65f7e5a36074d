import { isJsonObject, type JsonObject, type JsonValue } from "../protocol/json_value.ts";
import type { CallPlan } from "./call_graph.ts";
import { executionSummary, intermediateResults } from "./execution_report.ts";
import { substituted } from "./references.ts";

/**
 * State of one running request.
 *
 * The owner starts what {@linkcode RequestRun.ready} gives, tells each result to {@linkcode RequestRun.finish}, and
 * asks again, until {@linkcode RequestRun.isDone}. A command becomes ready as soon as all that it uses is done: it
 * never waits for a slow neighbour of its level. A failed command has no place here, as it ends the whole request.
 */
export class RequestRun {
  readonly #plan: CallPlan;
  readonly #startedAt: number;
  /** By command: dependencies that are not done. */
  readonly #missing: number[];
  readonly #running = new Set<number>();
  readonly #results = new Map<string, JsonValue>();
  /** By level: commands that are not done. */
  readonly #levelLeft: number[];
  readonly #levelOf = new Map<number, number>();
  /** By finished level: when it and all before it were done. */
  readonly #levelEndsAt: number[] = [];
  #ready: number[];

  /**
   * Begins a run; nothing is started by it.
   *
   * @param startedAt In ms.
   */
  constructor(plan: CallPlan, startedAt: number) {
    this.#plan = plan;
    this.#startedAt = startedAt;
    this.#missing = plan.dependencies.map((needed) => needed.length);
    this.#levelLeft = plan.levels.map((level) => level.length);
    plan.levels.forEach((level, depth) => {
      for (const index of level) this.#levelOf.set(index, depth);
    });
    this.#ready = [...plan.levels[0] ?? []];
  }

  /** Commands to start now, by index; each is given once and counts as running from then on. */
  ready(): number[] {
    const ready = this.#ready;
    this.#ready = [];
    for (const index of ready) this.#running.add(index);
    return ready;
  }

  /**
   * Positional arguments of a running command, references replaced by results.
   *
   * @throws {RangeError} If the command is not running.
   */
  argsOf(index: number): readonly JsonValue[] {
    const args = substituted(this.#runningCommand(index).args, this.#results);
    return Array.isArray(args) ? args : [];
  }

  /**
   * Keyword arguments of a running command, references replaced by results.
   *
   * @throws {RangeError} If the command is not running.
   */
  kwargsOf(index: number): JsonObject {
    const kwargs = substituted(this.#runningCommand(index).kwargs, this.#results);
    return isJsonObject(kwargs) ? kwargs : {};
  }

  /**
   * Takes the result of a running command.
   *
   * @param now In ms; only reports depend on it.
   * @throws {RangeError} If the command is not running: it was not started, or is done already.
   */
  finish(index: number, value: JsonValue, now: number): void {
    const { name } = this.#runningCommand(index);
    this.#running.delete(index);
    this.#results.set(name, value);
    for (const user of this.#plan.dependents[index] ?? []) {
      const missing = (this.#missing[user] ?? 0) - 1;
      this.#missing[user] = missing;
      if (missing === 0) this.#ready.push(user);
    }
    this.#finishLevels(index, now);
  }

  /** Whether every command has its result. */
  get isDone(): boolean {
    return this.#results.size === this.#plan.commands.length;
  }

  /** Results so far of the commands that no other command uses, by name in the order of the request. */
  results(): JsonObject {
    return this.#pick(this.#plan.finals.flatMap((index) => this.#plan.commands[index]?.name ?? []));
  }

  /**
   * Results of certain commands, in the order asked for.
   *
   * @throws {RangeError} If a name is not that of a finished command.
   */
  resultsOf(names: readonly string[]): JsonObject {
    const unknown = names.find((name) => !this.#results.has(name));
    if (unknown !== undefined) throw new RangeError(`Not a finished command: ${unknown}`);
    return this.#pick(names);
  }

  /**
   * What each finished level gave, in the fields of the `json` dialect.
   *
   * @param requestId The request's `u`.
   */
  intermediateResults(requestId: string): readonly JsonObject[] {
    return intermediateResults(this.#plan, this.#results, this.#times(requestId));
  }

  /**
   * How long the finished levels took, in the fields of the `json` dialect.
   *
   * @param requestId The request's `u`.
   */
  summary(requestId: string): JsonObject {
    return executionSummary(this.#plan, this.#times(requestId));
  }

  #times(requestId: string) {
    return { requestId, startedAt: this.#startedAt, levelEndsAt: this.#levelEndsAt };
  }

  #runningCommand(index: number) {
    const command = this.#plan.commands[index];
    if (command !== undefined && this.#running.has(index)) return command;
    throw new RangeError(`Not a running command: ${index}`);
  }

  /** A later level may be through before an earlier one; it counts as finished when all before it are. */
  #finishLevels(index: number, now: number): void {
    const level = this.#levelOf.get(index) ?? 0;
    this.#levelLeft[level] = (this.#levelLeft[level] ?? 0) - 1;
    while (this.#levelLeft[this.#levelEndsAt.length] === 0) this.#levelEndsAt.push(now);
  }

  #pick(names: readonly string[]): JsonObject {
    // Unlike assignments, this makes an own property of a command called `__proto__` too.
    return Object.fromEntries(names.flatMap((name): [string, JsonValue][] => {
      const value = this.#results.get(name);
      return value === undefined ? [] : [[name, value]];
    }));
  }
}
