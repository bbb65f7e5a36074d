/**
 * Writes down what a request shall do. `call` returns a future and notes a command; the commands refer to each other by
 * generated names that nobody can guess, so no string of a user is ever mistaken for a reference.
 *
 * @module
 */

import type { Soon } from "../contract/checking.ts";
import type { Contract, ReturningContract } from "../contract/contract.ts";
import type { ReturningTerms } from "../contract/terms.ts";
import { declaredFromWire, declaringFunction } from "../contract/declared_error.ts";
import type { ResultIn, ResultOut } from "../contract/inference.ts";
import type { AskedContract } from "../protocol/contract_facts.ts";
import type { FarcallError } from "../protocol/errors.ts";
import type { Command } from "../protocol/json_messages.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../protocol/json_value.ts";
import { COMMANDS_PER_REQUEST_MAX } from "../protocol/limits.ts";
import { functionName, resourceSet } from "../protocol/names.ts";
import { argumentsPayload, kwargsPayload } from "./arguments.ts";
import type { CommandOptions, ContractCommandRest } from "./call_options.ts";
import { callable, checkBeforeSending, checkReceived, withoutTail } from "./contract_checks.ts";
import { type Future, type FutureOf, futureOf, type Reference, referenceOf } from "./future.ts";

/** What a returned shape is when its futures have become results. */
export type Resolved<Shape> = Shape extends FutureOf<infer Result, unknown> ? Result
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

  /**
   * Notes a call by contract. Arguments without futures in them are checked before the request is sent.
   *
   * @param contract What caller and provider agreed on.
   * @param rest Arguments, then options; both may hold futures of this request, at any depth.
   * @returns Its result, which is not there yet, and whose fields are typed.
   * @throws {FarcallError} `INVALID_ARGUMENT` if an argument is not what the contract asks for.
   * @throws {TypeError} If a resource is not what it must be.
   */
  call<Terms extends ReturningTerms>(
    contract: Contract<Terms>,
    ...rest: ContractCommandRest<Terms>
  ): Future<ResultOut<Terms>, ResultIn<Terms>>;
}

/** A request that is written down. */
export interface WrittenRequest<Shape> {
  /** The commands, in the order in which they were noted. */
  readonly commands: readonly Command[];
  /** Names of the commands whose results must come back; `undefined` = exactly those that no other uses. */
  readonly wanted: readonly string[] | undefined;
  /** Fulfilled when all arguments were checked; `undefined` = they were. Rejects with `INVALID_ARGUMENT`. */
  readonly ready: Promise<unknown> | undefined;
  /** What the contracts' schemas make of the results, by name. Throws or rejects with `INVALID_RESULT`. */
  readonly checked: (results: JsonValue) => Soon<Results>;
  /** The request's error, as the contract of its function declares it where it does. */
  readonly declared: (error: FarcallError) => Soon<FarcallError>;
  /** Puts the results where the shape has futures. */
  readonly resolve: (results: Results) => Resolved<Shape>;
}

/** Results by the names of their commands. */
export type Results = Readonly<Record<string, unknown>>;

/**
 * Writes a request down.
 *
 * @param prefix Begins each generated name; unguessable, new for each request, without a dot.
 * @param build Makes the calls and says what shall come back.
 * @param ask What a command says of its contract. Default: nothing.
 * @throws {TypeError} If there is no call, or something in the request is not what it must be.
 * @throws {RangeError} If there are more than 256 calls.
 */
export function writeRequest<Shape>(
  prefix: string,
  build: (request: RequestBuilder) => Shape,
  ask: (contract: ReturningContract) => AskedContract | undefined = () => undefined,
): WrittenRequest<Shape> {
  const writer = new RequestWriter(prefix, ask);
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
    ready: writer.checks.length === 0 ? undefined : Promise.all(writer.checks),
    checked: (results) => checkedResults(writer.contracts, isJsonObject(results) ? results : {}),
    declared: (error) => declaredByOne(writer.contracts.values(), error),
    // The shape's type follows its value: each future was replaced, everything else kept.
    resolve: (results) => resolved(shape, results) as Resolved<Shape>,
  };
}

class RequestWriter implements RequestBuilder {
  readonly commands: Command[] = [];
  /** Names that other commands refer to. */
  readonly used = new Set<string>();
  /** Contracts of commands, by name. */
  readonly contracts = new Map<string, ReturningContract>();
  /** Checks of arguments that are not over. */
  readonly checks: Promise<void>[] = [];
  readonly #prefix: string;
  readonly #ask: (contract: ReturningContract) => AskedContract | undefined;

  constructor(
    prefix: string,
    ask: (contract: ReturningContract) => AskedContract | undefined,
  ) {
    this.#prefix = prefix;
    this.#ask = ask;
  }

  call(
    target: string | ReturningContract,
    args: readonly unknown[] = [],
    options: CommandOptions = {},
  ): Future {
    if (this.commands.length >= COMMANDS_PER_REQUEST_MAX) {
      throw new RangeError(`A request may make at most ${COMMANDS_PER_REQUEST_MAX} calls`);
    }
    const own = `${this.#prefix}-${this.commands.length}`;
    this.commands.push(
      typeof target === "string"
        ? this.#written(own, target, args, options, options.resources ?? [])
        : this.#writtenByContract(own, callable(target), withoutTail(args), options),
    );
    return futureOf({ request: this, name: own, path: [] });
  }

  own(reference: Reference): Reference {
    if (reference.request === this) return reference;
    throw new TypeError("Can't use a future of one request in another");
  }

  #writtenByContract(
    own: string,
    contract: ReturningContract,
    args: readonly unknown[],
    options: CommandOptions,
  ): Command {
    const resources = [...contract.resources, ...(options.resources ?? [])];
    const command = this.#written(own, contract.name, args, options, resources);
    const check = checkBeforeSending(
      contract,
      JSON.stringify(command.args),
      JSON.stringify(command.kwargs),
      (which) => !hasFutures(which === "kwargs" ? options.kwargs : args[which]),
    );
    if (check instanceof Promise) {
      // The request looks at it later; by then it may have failed.
      check.catch(() => {});
      this.checks.push(check);
    }
    this.contracts.set(own, contract);
    const asked = this.#ask(contract);
    return asked === undefined ? command : { ...command, contract: asked };
  }

  #written(
    own: string,
    name: string,
    args: readonly unknown[],
    options: CommandOptions,
    resources: readonly string[],
  ): Command {
    const fun = functionName(name);
    const wanted = resourceSet(resources);
    const use = (reference: Reference): unknown => this.used.add(this.own(reference).name);
    visitFutures(args, use);
    visitFutures(options.kwargs, use);
    const positional = argumentsPayload(name, args).value;
    const keywords = kwargsPayload(name, options.kwargs)?.value;
    return {
      name: own,
      fun,
      args: Array.isArray(positional) ? positional : [],
      kwargs: isJsonObject(keywords) ? keywords : {},
      resources: wanted,
    };
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

function hasFutures(value: unknown): boolean {
  let found = false;
  visitFutures(value, () => found = true);
  return found;
}

function checkedResults(
  contracts: ReadonlyMap<string, ReturningContract>,
  results: JsonObject,
): Soon<Results> {
  const later: Promise<readonly [string, unknown]>[] = [];
  const entries = Object.entries<JsonValue>(results).map(([name, result]) => {
    const contract = contracts.get(name);
    const output = contract === undefined ? result : checkReceived(contract, result);
    if (output instanceof Promise) later.push(output.then((made) => [name, made]));
    return [name, output] as const;
  });
  if (later.length === 0) return Object.fromEntries(entries);
  return Promise.all(later).then((made) => Object.fromEntries([...entries, ...made]));
}

function declaredByOne(
  contracts: Iterable<ReturningContract>,
  error: FarcallError,
): Soon<FarcallError> {
  const name = declaringFunction(error.details);
  for (const contract of contracts) {
    if (contract.name === name) return declaredFromWire(contract, error);
  }
  return error;
}

function resolved(shape: unknown, results: Results): unknown {
  const reference = referenceOf(shape);
  if (reference !== undefined) {
    return [reference.name, ...reference.path].reduce<unknown>(ownField, results);
  }
  if (Array.isArray(shape)) return shape.map((part) => resolved(part, results));
  if (typeof shape !== "object" || shape === null || !isPlain(shape)) return shape;
  return Object.fromEntries(
    Object.entries(shape).map(([field, part]) => [field, resolved(part, results)]),
  );
}

function ownField(value: unknown, field: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, field)) return undefined;
  return Reflect.get(value, field);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
