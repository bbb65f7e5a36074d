import { ARGUMENTS_MAX, CONTRACT_VERSION_LENGTH_MAX } from "../protocol/limits.ts";
import {
  type FunctionName,
  functionName,
  type ResourceName,
  resourceSet,
  tryFunctionName,
} from "../protocol/names.ts";
import { isStandardSchema, type StandardSchema } from "./standard_schema.ts";

/** What caller and provider agree on, whatever the function gives. */
export interface ContractTerms {
  /** A schema for each positional argument; trailing ones that allow `undefined` may be left out. */
  readonly args: readonly StandardSchema[];
  /** A schema of the object of keyword arguments. Default: there are none. */
  readonly kwargs?: StandardSchema;
  /** Resources that every provider has and every call asks for. Default: none. */
  readonly resources?: readonly string[];
  /** Whether running it twice does no harm, so that farcall may try again by itself. Default `false`. */
  readonly idempotent?: boolean;
  /** Errors that callers may see, by name, each with a schema of its data. Default: none. */
  readonly errors?: Readonly<Record<string, StandardSchema>>;
  /** For people: what the author calls this edition, at most 64 characters. Default: none. */
  readonly version?: string;
}

/** Terms of a function that gives one result. */
export interface ReturningTerms extends ContractTerms {
  /** A schema of the result. */
  readonly returns: StandardSchema;
  /** Belongs to functions that give many values. */
  readonly yields?: never;
}

/** Terms of a function that gives any number of values, one after the other. */
export interface YieldingTerms extends ContractTerms {
  /** A schema of each value. */
  readonly yields: StandardSchema;
  /** Belongs to functions that give one result. */
  readonly returns?: never;
}

/**
 * What caller and provider of a function agree on, as a value that both import. Made by {@linkcode contract}.
 *
 * What travels is what the schemas take (their input). Each side checks it: the caller before it sends and again what it
 * gets, the provider before it runs the function and again before it answers. Whoever reads a value gets what the schema
 * makes of it (its output).
 */
export class Contract<Terms extends ContractTerms = ContractTerms> {
  /** The function's name. */
  readonly name: FunctionName;
  /** What was agreed on, as it was written. */
  readonly terms: Terms;
  /** Resources that every provider has and every call asks for. */
  readonly resources: readonly ResourceName[];
  /** Whether running it twice does no harm. */
  readonly idempotent: boolean;
  /** What the author calls this edition; `undefined` = nothing. */
  readonly version: string | undefined;

  /** Made by {@linkcode contract}, which checks the terms. */
  constructor(name: FunctionName, terms: Terms) {
    this.name = name;
    this.terms = terms;
    this.resources = resourceSet(terms.resources ?? []);
    this.idempotent = terms.idempotent ?? false;
    this.version = terms.version;
  }
}

/** A contract of a function that gives one result: it can be called. */
export type ReturningContract = Contract<ReturningTerms>;

/** A contract of a function that gives any number of values: it can be streamed. */
export type YieldingContract = Contract<YieldingTerms>;

/**
 * Makes a contract.
 *
 * @param name The function's name, at most 256 bytes. Names that begin with `rpc.` are the node's own.
 * @param terms Schemas of arguments and results, from any library that has Standard Schema; what else both sides need to know.
 * @returns The contract, to be given to `register`, `call` and `request`.
 * @throws {TypeError} If a name is not what it must be, or something that must be a schema is none.
 * @throws {RangeError} If there are more than 256 arguments, or the version is longer than 64 characters.
 *
 * @example Shared by both sides, typed on both sides
 * ```ts
 * import { contract, startNode } from "@farcall/farcall";
 * import { assertEquals } from "@std/assert";
 * import * as v from "valibot";
 *
 * const count = contract("count", { args: [v.string()], returns: v.number(), idempotent: true });
 *
 * await using node = await startNode({ listen: "ws://127.0.0.1:0" });
 * node.register(count, ([text]) => text.length);
 * const length: number = await node.call(count, ["hello"]);
 * assertEquals(length, 5);
 * ```
 */
export function contract<const Terms extends ReturningTerms | YieldingTerms>(
  name: string,
  terms: Terms,
): Contract<Terms> {
  const fun = functionName(name);
  const { args, kwargs, returns, yields, errors = {}, version } = terms;
  if (!Array.isArray(args)) throw new TypeError(`Arguments of ${fun} are a list of schemas`);
  if (args.length > ARGUMENTS_MAX) {
    throw new RangeError(`${fun} has ${args.length} arguments, at most ${ARGUMENTS_MAX} may be`);
  }
  args.forEach((schema, index) => mustBeSchema(fun, `args[${index}]`, schema));
  if (kwargs !== undefined) mustBeSchema(fun, "kwargs", kwargs);
  if ((returns === undefined) === (yields === undefined)) {
    throw new TypeError(`${fun} either returns or yields: say exactly one of them`);
  }
  mustBeSchema(fun, returns === undefined ? "yields" : "returns", returns ?? yields);
  for (const [error, schema] of Object.entries(errors)) {
    if (tryFunctionName(error) === undefined) {
      throw new TypeError(`Not the name of an error of ${fun}: ${JSON.stringify(error)}`);
    }
    mustBeSchema(fun, `errors.${error}`, schema);
  }
  if (version !== undefined) mustBeVersion(fun, version);
  return new Contract<Terms>(fun, terms);
}

function mustBeSchema(fun: FunctionName, where: string, value: unknown): void {
  if (isStandardSchema(value)) return;
  throw new TypeError(`${where} of ${fun} is no schema: it lacks "~standard", version 1`);
}

function mustBeVersion(fun: FunctionName, version: string): void {
  if (version.length > CONTRACT_VERSION_LENGTH_MAX) {
    throw new RangeError(
      `The version of ${fun} is longer than ${CONTRACT_VERSION_LENGTH_MAX} characters`,
    );
  }
  if (tryFunctionName(version) !== undefined) return;
  throw new TypeError(`The version of ${fun} is empty or has control characters`);
}
