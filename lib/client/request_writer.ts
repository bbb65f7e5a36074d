/**
 * Writes down what a request shall do. Futures among the arguments become explicit references; names of commands are
 * generated and unguessable, so that no string of a user is mistaken for one where only names can be said.
 *
 * @module
 */

import type { Contract, ReturningContract } from "../contract/contract.ts";
import type { ResultIn, ResultOut } from "../contract/inference.ts";
import type { ReturningTerms } from "../contract/terms.ts";
import type { AskedContract } from "../protocol/contract_facts.ts";
import { isJsonObject, type JsonValue } from "../protocol/json_value.ts";
import {
  COMMANDS_PER_REQUEST_MAX,
  MAP_CONCURRENCY_DEFAULT,
  MAP_CONCURRENCY_MAX,
} from "../protocol/limits.ts";
import { functionName, resourceSet } from "../protocol/names.ts";
import type {
  MapOver,
  Place,
  PlacedReference,
  RequestCommand,
} from "../protocol/request_command.ts";
import { argumentsPayload, kwargsPayload } from "./arguments.ts";
import { mannerOf } from "./call_manner.ts";
import type {
  CommandOptions,
  ContractMapRest,
  MapOptions,
  MapOptionsOf,
  RepeatOptions,
} from "./call_options.ts";
import { callable, checkBeforeSending, withoutTail } from "./contract_checks.ts";
import {
  type Future,
  type FutureOf,
  futureOf,
  type Reference,
  referenceMark,
  referenceOf,
} from "./future.ts";
import type { RequestBuilder, Resolved, WrittenRequest } from "./request_builder.ts";
import {
  checkedResults,
  type CommandContract,
  declaredByOne,
  resolved,
} from "./request_results.ts";

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

type StepOptions = CommandOptions & RepeatOptions;

/** What a command is besides its name: the list that it is mapped over, and its item. */
interface Mapping {
  readonly over: MapOver;
  /** The name of the item's future. */
  readonly item: string;
}

/** What a text among the arguments stands for. */
type Mark = Pick<PlacedReference, "of" | "path">;

class RequestWriter implements RequestBuilder {
  readonly commands: RequestCommand[] = [];
  /** Names that other commands refer to. */
  readonly used = new Set<string>();
  /** Contracts of commands, by name. */
  readonly contracts = new Map<string, CommandContract>();
  /** Checks of arguments that are not over. */
  readonly checks: Promise<void>[] = [];
  readonly #prefix: string;
  readonly #ask: (contract: ReturningContract) => AskedContract | undefined;
  #items = 0;

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
    options: StepOptions = {},
  ): Future {
    return this.#note(target, args, options);
  }

  map(
    list: FutureOf<unknown, unknown> | undefined,
    name: string,
    args: (item: Future) => readonly unknown[],
    options?: MapOptionsOf<unknown, StepOptions>,
  ): FutureOf<unknown[], unknown[]>;
  map<Terms extends ReturningTerms, Item>(
    list: FutureOf<unknown, readonly Item[]>,
    contract: Contract<Terms>,
    ...rest: ContractMapRest<Terms, Item>
  ): Future<ResultOut<Terms>[], ResultIn<Terms>[]>;
  map<Item>(
    list: FutureOf<unknown, unknown> | undefined,
    target: string | ReturningContract,
    args: (item: Future<Item>) => readonly unknown[],
    options: MapOptionsOf<Item, StepOptions> = {},
  ): unknown {
    const source = referenceOf(list);
    if (source === undefined) throw new TypeError("Only a future can be mapped over");
    const { name: of, path } = this.own(source);
    this.#items += 1;
    const item = `${this.#prefix}-item-${this.#items}`;
    const future = futureOf<Item>({ request: this, name: item, path: [] });
    const chosen = typeof options === "function" ? options(future) : options;
    const over = { list: { of, path }, concurrency: concurrencyOf(chosen) };
    this.used.add(of);
    return this.#note(target, args(future), chosen, { over, item });
  }

  own(reference: Reference): Reference {
    if (reference.request !== this) {
      throw new TypeError("Can't use a future of one request in another");
    }
    if (this.commands.some(({ name }) => name === reference.name)) return reference;
    throw new TypeError("Can't use the item of a map outside of its arguments");
  }

  #note(
    target: string | ReturningContract,
    args: readonly unknown[],
    options: StepOptions,
    mapping?: Mapping,
  ): Future {
    if (this.commands.length >= COMMANDS_PER_REQUEST_MAX) {
      throw new RangeError(`A request may make at most ${COMMANDS_PER_REQUEST_MAX} calls`);
    }
    const own = `${this.#prefix}-${this.commands.length}`;
    this.commands.push(
      typeof target === "string"
        ? this.#written(own, target, args, options, mapping)
        : this.#writtenByContract(own, callable(target), withoutTail(args), options, mapping),
    );
    return futureOf({ request: this, name: own, path: [] });
  }

  #writtenByContract(
    own: string,
    contract: ReturningContract,
    args: readonly unknown[],
    options: StepOptions,
    mapping: Mapping | undefined,
  ): RequestCommand {
    const { idempotent } = contract;
    const resources = [...contract.resources, ...(options.resources ?? [])];
    const asked = { ...options, resources, idempotent };
    const command = this.#written(own, contract.name, args, asked, mapping);
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
    this.contracts.set(own, { contract, isMap: mapping !== undefined });
    const told = this.#ask(contract);
    return told === undefined ? command : { ...command, contract: told };
  }

  #written(
    own: string,
    name: string,
    args: readonly unknown[],
    options: StepOptions,
    mapping: Mapping | undefined,
  ): RequestCommand {
    const fun = functionName(name);
    const resources = resourceSet(options.resources ?? []);
    const { idempotent, hedgeMs } = mannerOf(options);
    const marks = this.#marks([args, options.kwargs], mapping?.item);
    const refs: PlacedReference[] = [];
    const positional = unmarked(argumentsPayload(name, args).value, ["args"], marks, refs);
    const keywords = unmarked(
      kwargsPayload(name, options.kwargs)?.value ?? {},
      ["kwargs"],
      marks,
      refs,
    );
    return {
      ...{ name: own, fun, resources, refs },
      args: Array.isArray(positional) ? positional : [],
      kwargs: isJsonObject(keywords) ? keywords : {},
      ...(mapping === undefined ? {} : { over: mapping.over }),
      ...(idempotent ? { idempotent } : {}),
      ...(hedgeMs === undefined ? {} : { hedgeMs }),
    };
  }

  /** What stands for each future among values once they are JSON. */
  #marks(values: unknown, item: string | undefined): ReadonlyMap<string, Mark> {
    const marks = new Map<string, Mark>();
    visitFutures(values, (reference) => {
      const { name, path } = reference;
      const isItem = reference.request === this && name === item;
      if (!isItem) this.used.add(this.own(reference).name);
      marks.set(referenceMark(reference), { of: isItem ? undefined : name, path });
    });
    return marks;
  }
}

function concurrencyOf({ concurrency = MAP_CONCURRENCY_DEFAULT }: MapOptions): number {
  if (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= MAP_CONCURRENCY_MAX) {
    return concurrency;
  }
  const expected = `expected a whole number from 1 to ${MAP_CONCURRENCY_MAX}`;
  throw new RangeError(`Not a concurrency of a map, ${expected}: ${concurrency}`);
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

/** The same JSON with null in place of each mark, which is noted as a reference. */
function unmarked(
  value: JsonValue,
  at: [Place[0], ...(string | number)[]],
  marks: ReadonlyMap<string, Mark>,
  refs: PlacedReference[],
): JsonValue {
  if (marks.size === 0) return value;
  if (typeof value === "string") {
    const mark = marks.get(value);
    if (mark === undefined) return value;
    refs.push({ at, ...mark });
    return null;
  }
  if (Array.isArray(value)) {
    return value.map((one, index) => unmarked(one, [...at, index], marks, refs));
  }
  if (!isJsonObject(value)) return value;
  // Unlike an assignment, this makes an own property of `__proto__` too.
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, unmarked(one, [...at, key], marks, refs)]),
  );
}
