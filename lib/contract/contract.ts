import {
  type ContractDigest,
  contractDigest,
  isContractVersion,
} from "../protocol/contract_facts.ts";
import {
  ARGUMENT_STREAMS_MAX,
  ARGUMENTS_MAX,
  CONTRACT_VERSION_LENGTH_MAX,
} from "../protocol/limits.ts";
import {
  type FunctionName,
  functionName,
  type ResourceName,
  resourceSet,
  tryFunctionName,
} from "../protocol/names.ts";
import { contractText } from "./contract_document.ts";
import { isStandardSchema } from "./standard_schema.ts";
import { streamedPlaces } from "./streamed.ts";
import type { ContractTerms, ReturningTerms, YieldingTerms } from "./terms.ts";

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
  #text: string | undefined;
  #digest: ContractDigest | undefined;

  /** Made by {@linkcode contract}, which checks the terms. */
  constructor(name: FunctionName, terms: Terms) {
    this.name = name;
    this.terms = terms;
    this.resources = resourceSet(terms.resources ?? []);
    this.idempotent = terms.idempotent ?? false;
    this.version = terms.version;
  }

  /**
   * The contract as canonical JSON, with its schemas as JSON Schema where their library can say them. Made once.
   *
   * @throws {RangeError} If it is longer than 64 KiB.
   */
  get text(): string {
    return this.#text ??= contractText(this);
  }

  /**
   * What tells this contract from others. Made once.
   *
   * @param hash The hash of a text, in hexadecimal digits; `digestOf` has the one that all nodes use.
   * @throws {RangeError} If the contract is longer than 64 KiB.
   */
  digest(hash: (text: string) => string): ContractDigest {
    return this.#digest ??= contractDigest(hash(this.text));
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
 * @throws {RangeError} If there are more than 256 arguments or 8 streamed ones, or the version is longer than 64 characters.
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
  const streams = streamedPlaces(terms).length;
  if (streams > ARGUMENT_STREAMS_MAX) {
    const message =
      `${fun} has ${streams} streamed arguments, at most ${ARGUMENT_STREAMS_MAX} may be`;
    throw new RangeError(message);
  }
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
  if (isContractVersion(version)) return;
  throw new TypeError(`The version of ${fun} is empty or has control characters`);
}
