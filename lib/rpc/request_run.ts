import type { JsonObject, JsonValue } from "../protocol/json_value.ts";
import type { KeptValue, Taking } from "../protocol/kept_value.ts";
import type { RequestCommand } from "../protocol/request_command.ts";
import type { CallPlan } from "./call_graph.ts";
import { executionSummary, intermediateResults } from "./execution_report.ts";
import { fieldOf, type Filled, filled } from "./references.ts";

/**
 * State of one running request.
 *
 * The owner starts what {@linkcode RequestRun.ready} gives, tells each result to {@linkcode RequestRun.finish}, and
 * asks again, until {@linkcode RequestRun.isDone}. A command becomes ready as soon as all that it uses is done: it
 * never waits for a slow neighbour of its level. A failed command has no place here, as it ends the whole request.
 */
export class RequestRun {
  readonly #plan: CallPlan;
  /** When it began, in ms. */
  readonly startedAt: number;
  /** By command: dependencies that are not done. */
  readonly #missing: number[];
  readonly #running = new Set<number>();
  readonly #ended = new Set<number>();
  readonly #results = new Map<string, JsonValue>();
  /** Results that other nodes keep, by the command's name. */
  readonly #kept = new Map<string, KeptValue>();
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
    this.startedAt = startedAt;
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
   * Arguments of a running command, references replaced by results. What other nodes keep is not: see
   * {@linkcode RequestRun.takingsOf}.
   *
   * @param item Of a map: the item that this run is for.
   * @throws {RangeError} If the command was not started.
   */
  argumentsOf(index: number, item?: JsonValue): Filled {
    const command = this.#startedCommand(index);
    const here = command.refs.filter(({ of }) => of === undefined || !this.#kept.has(of));
    return filled(command, here, ({ of, path, isOptional }) => {
      const source = of === undefined ? item : this.#results.get(of);
      return fieldOf(source, path, isOptional !== true);
    });
  }

  /** What a command uses and other nodes keep. */
  takingsOf(index: number): readonly Taking[] {
    return this.#startedCommand(index).refs.flatMap(({ at, of, path }) => {
      const kept = of === undefined ? undefined : this.#kept.get(of);
      return kept === undefined ? [] : [{ at, path, holder: kept.holder, ticket: kept.ticket }];
    });
  }

  /**
   * The list that a running map goes over; `undefined` = there is none.
   *
   * @throws {RangeError} If the command is not running.
   */
  listOf(index: number): readonly JsonValue[] | undefined {
    const { over } = this.#runningCommand(index);
    if (over === undefined) return undefined;
    const list = fieldOf(this.#results.get(over.list.of), over.list.path);
    return Array.isArray(list) ? list : undefined;
  }

  /**
   * Takes the result of a running command.
   *
   * @param now In ms; only reports depend on it.
   * @throws {RangeError} If the command is not running: it was not started, or is done already.
   */
  finish(index: number, value: JsonValue, now: number): void {
    this.#results.set(this.#end(index, now), value);
  }

  /**
   * The result of a running command is there, and another node keeps it.
   *
   * @param now In ms; only reports depend on it.
   * @throws {RangeError} If the command is not running.
   */
  keep(index: number, kept: KeptValue, now: number): void {
    this.#kept.set(this.#end(index, now), kept);
  }

  /** Who keeps the result of a command; `undefined` = it is here, or there is none yet. */
  keptOf(index: number): KeptValue | undefined {
    return this.#kept.get(this.#plan.commands[index]?.name ?? "");
  }

  /** The result of a command that another node kept is here, got back or made anew. */
  regain(index: number, value: JsonValue): void {
    const name = this.#plan.commands[index]?.name ?? "";
    if (this.#kept.delete(name)) this.#results.set(name, value);
  }

  /** The level of a command, counted from 0. */
  levelOf(index: number): number {
    return this.#levelOf.get(index) ?? 0;
  }

  /** Commands that a command uses, ascending. */
  sourcesOf(index: number): readonly number[] {
    return this.#plan.dependencies[index] ?? [];
  }

  /** Commands that use a command's result, ascending. */
  usersOf(index: number): readonly number[] {
    return this.#plan.dependents[index] ?? [];
  }

  /** Whether a command has ended. */
  hasEnded(index: number): boolean {
    return this.#ended.has(index);
  }

  /** Commands whose results other nodes keep. */
  keptCommands(): readonly number[] {
    return [...this.#kept.keys()].flatMap((name) => this.#plan.indexes.get(name) ?? []);
  }

  /** Nobody needs the result that another node keeps any more. */
  forget(index: number): void {
    this.#kept.delete(this.#plan.commands[index]?.name ?? "");
  }

  /** Ends a command. Returns its name. */
  #end(index: number, now: number): string {
    const { name } = this.#runningCommand(index);
    this.#running.delete(index);
    this.#ended.add(index);
    for (const user of this.#plan.dependents[index] ?? []) {
      const missing = (this.#missing[user] ?? 0) - 1;
      this.#missing[user] = missing;
      if (missing === 0) this.#ready.push(user);
    }
    this.#finishLevels(index, now);
    return name;
  }

  /** Whether every command has its result. */
  get isDone(): boolean {
    return this.#ended.size === this.#plan.commands.length;
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
    return { requestId, startedAt: this.startedAt, levelEndsAt: this.#levelEndsAt };
  }

  #startedCommand(index: number): RequestCommand {
    const command = this.#plan.commands[index];
    if (command !== undefined && this.#ended.has(index)) return command;
    return this.#runningCommand(index);
  }

  #runningCommand(index: number): RequestCommand {
    const command = this.#plan.commands[index];
    if (command !== undefined && this.#running.has(index)) return command;
    throw new RangeError(`Not a running command: ${index}`);
  }

  /** A later level may be through before an earlier one; it counts as finished when all before it are. */
  #finishLevels(index: number, now: number): void {
    const level = this.levelOf(index);
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
