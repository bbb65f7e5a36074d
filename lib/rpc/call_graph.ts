/**
 * The order in which the commands of a request may run, or why they may not, found before anything runs.
 *
 * A command depends on those that its arguments and keyword arguments refer to, and on the one whose list it is mapped
 * over. Level 0 are the commands that depend on none, and each
 * further level those whose dependencies all lie on earlier ones (the layers of Kahn's algorithm, Communications of
 * the ACM 5(11), 1962). Execution goes by readiness and not by level; levels are what the `json` dialect reports.
 *
 * @module
 */

import { type CallError, callError } from "../protocol/errors.ts";
import {
  ARGUMENTS_MAX,
  COMMANDS_PER_REQUEST_MAX,
  GRAPH_DEPTH_MAX,
  REFERENCES_PER_COMMAND_MAX,
} from "../protocol/limits.ts";
import type { RequestCommand } from "../protocol/request_command.ts";
import { hasPlace } from "./references.ts";

/** A request that may run. Commands are meant by their index. */
export interface CallPlan {
  /** In the order of the request. */
  readonly commands: readonly RequestCommand[];
  /** Index of each command by its name. */
  readonly indexes: ReadonlyMap<string, number>;
  /** By command: those whose results it uses, ascending. */
  readonly dependencies: readonly (readonly number[])[];
  /** By command: those that use its result, ascending. */
  readonly dependents: readonly (readonly number[])[];
  /** By level: its commands, ascending; never empty. */
  readonly levels: readonly (readonly number[])[];
  /** Commands whose result no other command uses, ascending; never empty. */
  readonly finals: readonly number[];
}

/** What became of a request that was to be planned. */
export type Planned =
  | { readonly ok: true; readonly plan: CallPlan }
  | { readonly ok: false; readonly error: CallError };

/**
 * Plans a request.
 *
 * The error is `INVALID_ARGUMENT` for a request that is empty or above a limit, `DUPLICATE_NAME`,
 * `UNKNOWN_REFERENCE`, or `DEPENDENCY_CYCLE`, which names the cycle; the function ran in none of these cases.
 */
export function planRequest(commands: readonly RequestCommand[]): Planned {
  const error = sizeError(commands);
  if (error !== undefined) return { ok: false, error };
  const indexes = new Map(commands.map((command, index) => [command.name, index]));
  if (indexes.size < commands.length) return { ok: false, error: duplicateError(commands) };
  const wrong = referenceError(commands, indexes);
  if (wrong !== undefined) return { ok: false, error: wrong };

  const dependencies = commands.map((command) => dependenciesOf(command, indexes));
  const dependents = reversed(dependencies);
  const levels = levelsOf(dependencies, dependents);
  const placed = levels.reduce((sum, level) => sum + level.length, 0);
  if (placed < commands.length) {
    return { ok: false, error: cycleError(commands, dependencies, new Set(levels.flat())) };
  }
  if (levels.length > GRAPH_DEPTH_MAX) {
    const message =
      `Commands feed each other over ${levels.length} levels, at most ${GRAPH_DEPTH_MAX} may`;
    return { ok: false, error: callError("INVALID_ARGUMENT", message) };
  }
  const finals = [...commands.keys()].filter((index) => dependents[index]?.length === 0);
  return { ok: true, plan: { commands, indexes, dependencies, dependents, levels, finals } };
}

function sizeError(commands: readonly RequestCommand[]): CallError | undefined {
  if (commands.length === 0) return callError("INVALID_ARGUMENT", "A request without commands");
  if (commands.length > COMMANDS_PER_REQUEST_MAX) {
    const message =
      `A request of ${commands.length} commands, at most ${COMMANDS_PER_REQUEST_MAX} are taken`;
    return callError("INVALID_ARGUMENT", message);
  }
  for (const { name, args, kwargs, refs } of commands) {
    const count = Math.max(args.length, Object.keys(kwargs).length);
    if (count > ARGUMENTS_MAX) {
      const message = `${shown(name)} has ${count} arguments, at most ${ARGUMENTS_MAX} are taken`;
      return callError("INVALID_ARGUMENT", message);
    }
    if (refs.length > REFERENCES_PER_COMMAND_MAX) {
      const message = `${shown(name)} uses others at ${refs.length} places, at most ` +
        `${REFERENCES_PER_COMMAND_MAX} are taken`;
      return callError("INVALID_ARGUMENT", message);
    }
  }
  return undefined;
}

function referenceError(
  commands: readonly RequestCommand[],
  indexes: ReadonlyMap<string, number>,
): CallError | undefined {
  for (const command of commands) {
    const { name, over, refs } = command;
    for (const { of } of over === undefined ? refs : [over.list, ...refs]) {
      if (of === undefined ? over !== undefined : indexes.has(of)) continue;
      const message = of === undefined
        ? `${shown(name)} uses an item, and is no map`
        : `${shown(name)} uses ${shown(of)}, which is no command`;
      return callError("UNKNOWN_REFERENCE", message);
    }
    if (refs.every((ref) => hasPlace(command, ref))) continue;
    const message = `${shown(name)} has no such place among its arguments as one of its references`;
    return callError("INVALID_ARGUMENT", message);
  }
  return undefined;
}

function duplicateError(commands: readonly RequestCommand[]): CallError {
  const seen = new Set<string>();
  for (const { name } of commands) {
    if (seen.has(name)) {
      return callError("DUPLICATE_NAME", `More than one command is called ${shown(name)}`);
    }
    seen.add(name);
  }
  return callError("DUPLICATE_NAME", "More than one command has the same name");
}

function dependenciesOf(
  { refs, over }: RequestCommand,
  indexes: ReadonlyMap<string, number>,
): number[] {
  const used = new Set<number>();
  for (const { of } of over === undefined ? refs : [over.list, ...refs]) {
    const index = of === undefined ? undefined : indexes.get(of);
    if (index !== undefined) used.add(index);
  }
  return [...used].sort((a, b) => a - b);
}

function reversed(edges: readonly (readonly number[])[]): number[][] {
  const back: number[][] = edges.map(() => []);
  edges.forEach((targets, source) => {
    for (const target of targets) back[target]?.push(source);
  });
  return back;
}

/** Levels of all commands that don't wait for a cycle. */
function levelsOf(
  dependencies: readonly (readonly number[])[],
  dependents: readonly (readonly number[])[],
): number[][] {
  const missing = dependencies.map((needed) => needed.length);
  const levels: number[][] = [];
  let level = [...missing.keys()].filter((index) => missing[index] === 0);
  while (level.length > 0) {
    levels.push(level);
    const next: number[] = [];
    for (const user of level.flatMap((index) => dependents[index] ?? [])) {
      const left = (missing[user] ?? 0) - 1;
      missing[user] = left;
      if (left === 0) next.push(user);
    }
    level = next.sort((a, b) => a - b);
  }
  return levels;
}

/** Every command that is not placed waits for another such one, so following them must come round. */
function cycleError(
  commands: readonly RequestCommand[],
  dependencies: readonly (readonly number[])[],
  placed: ReadonlySet<number>,
): CallError {
  const path: number[] = [];
  let at = [...commands.keys()].find((index) => !placed.has(index));
  while (at !== undefined && !path.includes(at)) {
    path.push(at);
    at = dependencies[at]?.find((needed) => !placed.has(needed));
  }
  const round = at === undefined ? path : [...path.slice(path.indexOf(at)), at];
  const names = round.map((index) => commands[index]?.name ?? "");
  const message = `Commands wait for each other: ${names.map(shown).join(" needs ")}`;
  return callError("DEPENDENCY_CYCLE", message, "no", { details: { cycle: names } });
}

function shown(name: string): string {
  return name.length > 64 ? `${name.slice(0, 64)}…` : name;
}
