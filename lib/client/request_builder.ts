/**
 * Writes down what a request shall do. `call` returns a future and notes a command; the commands refer to each other by
 * generated names that nobody can guess, so no string of a user is ever mistaken for a reference.
 *
 * @module
 */

import type { Command } from "../protocol/json_messages.ts";
import { isJsonObject, type JsonValue } from "../protocol/json_value.ts";
import { COMMANDS_PER_REQUEST_MAX } from "../protocol/limits.ts";
import { functionName, resourceSet } from "../protocol/names.ts";
import { argumentsPayload, kwargsPayload } from "./arguments.ts";
import type { CommandOptions } from "./call_options.ts";
import { type Future, type FutureOf, futureOf, type Reference, referenceOf } from "./future.ts";

/** What a returned shape is when its futures have become results. */
export type Resolved<Shape> = Shape extends FutureOf<infer Result> ? Result
  : Shape extends readonly unknown[] ? { [Index in keyof Shape]: Resolved<Shape[Index]> }
  : Shape extends object ? { [Field in keyof Shape]: Resolved<Shape[Field]> }
  : Shape;

/** In the hands of whoever writes a request. */
export interface RequestBuilder {
  /**
   * Notes a call.
   *
   * @param name The function's name.
   * @param args Positional arguments; may hold futures of this request, at any depth. Default: none.
   * @param options Resources and keyword arguments, which may hold futures too.
   * @returns Its result, which is not there yet.
   * @throws {TypeError} If the name, an argument or a resource is not what it must be.
   */
  call(name: string, args?: readonly unknown[], options?: CommandOptions): Future;
}

/** A request that is written down. */
export interface WrittenRequest<Shape> {
  /** The commands, in the order in which they were noted. */
  readonly commands: readonly Command[];
  /** Names of the commands whose results must come back; `undefined` = exactly those that no other uses. */
  readonly wanted: readonly string[] | undefined;
  /** Puts the results where the shape has futures. */
  readonly resolve: (results: JsonValue) => Resolved<Shape>;
}

/**
 * Writes a request down.
 *
 * @param prefix Begins each generated name; unguessable, new for each request, without a dot.
 * @param build Makes the calls and says what shall come back.
 * @throws {TypeError} If there is no call, or something in the request is not what it must be.
 * @throws {RangeError} If there are more than 256 calls.
 */
export function writeRequest<Shape>(
  prefix: string,
  build: (request: RequestBuilder) => Shape,
): WrittenRequest<Shape> {
  const writer = new RequestWriter(prefix);
  const shape = build(writer);
  const { commands } = writer;
  if (commands.length === 0) throw new TypeError("A request must make at least one call");
  const wanted = new Set<string>();
  visitFutures(shape, (reference) => wanted.add(writer.own(reference).name));
  const finals = commands.filter(({ name }) => !writer.used.has(name));
  const isDefault = finals.length === wanted.size && finals.every(({ name }) => wanted.has(name));
  return {
    commands,
    wanted: isDefault ? undefined : [...wanted],
    // The shape's type follows its value: each future was replaced, everything else kept.
    resolve: (results) => resolved(shape, results) as Resolved<Shape>,
  };
}

class RequestWriter implements RequestBuilder {
  readonly commands: Command[] = [];
  /** Names that other commands refer to. */
  readonly used = new Set<string>();
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  call(name: string, args: readonly unknown[] = [], options: CommandOptions = {}): Future {
    if (this.commands.length >= COMMANDS_PER_REQUEST_MAX) {
      throw new RangeError(`A request may make at most ${COMMANDS_PER_REQUEST_MAX} calls`);
    }
    const fun = functionName(name);
    const resources = resourceSet(options.resources ?? []);
    const use = (reference: Reference): unknown => this.used.add(this.own(reference).name);
    visitFutures(args, use);
    visitFutures(options.kwargs, use);
    const positional = argumentsPayload(name, args).value;
    const keywords = kwargsPayload(name, options.kwargs)?.value;
    const own = `${this.#prefix}-${this.commands.length}`;
    this.commands.push({
      name: own,
      fun,
      args: Array.isArray(positional) ? positional : [],
      kwargs: isJsonObject(keywords) ? keywords : {},
      resources,
    });
    return futureOf({ request: this, name: own, path: [] });
  }

  own(reference: Reference): Reference {
    if (reference.request === this) return reference;
    throw new TypeError("Can't use a future of one request in another");
  }
}

function visitFutures(value: unknown, visit: (reference: Reference) => void): void {
  const seen = new Set<object>();
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    seen.add(next);
    const reference = referenceOf(next);
    if (reference !== undefined) visit(reference);
    else for (const part of Object.values(next)) waiting.push(part);
  }
}

function resolved(shape: unknown, results: JsonValue): unknown {
  const reference = referenceOf(shape);
  if (reference !== undefined) {
    return [reference.name, ...reference.path].reduce(ownField, results as JsonValue | undefined);
  }
  if (Array.isArray(shape)) return shape.map((part) => resolved(part, results));
  if (typeof shape !== "object" || shape === null || !isPlain(shape)) return shape;
  return Object.fromEntries(
    Object.entries(shape).map(([field, part]) => [field, resolved(part, results)]),
  );
}

function ownField(value: JsonValue | undefined, field: string): JsonValue | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, field)) return undefined;
  return Array.isArray(value)
    ? value[Number(field)]
    : isJsonObject(value)
    ? value[field]
    : undefined;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
