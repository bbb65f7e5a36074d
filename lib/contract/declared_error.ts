/**
 * Errors that belong to a contract: a function throws one by name, its caller gets it with the name and the data typed.
 *
 * On the wire it is a `HANDLER_ERROR` whose details name the contract and the error.
 *
 * @module
 */

import { type CallError, callError, FarcallError } from "../protocol/errors.ts";
import { isJsonObject, type JsonValue } from "../protocol/json_value.ts";
import { Payload } from "../protocol/payload.ts";
import { checkValue, type FieldIssue, type Soon } from "./checking.ts";
import type { Contract } from "./contract.ts";
import type { ErrorIn, ErrorName, ErrorOut } from "./inference.ts";
import type { StandardSchema } from "./standard_schema.ts";
import type { ContractTerms } from "./terms.ts";

/** More about a declared error. */
export interface DeclaredErrorOptions extends ErrorOptions {
  /** For the caller's people, at most 512 characters. Default: the error's name. */
  readonly message?: string;
  /** Whether the same call may succeed later. Default `false`. */
  readonly retryable?: boolean;
}

/** An error of a contract. Thrown by the function, and what its caller's promise rejects with. */
export class DeclaredError<Name extends string = string, Data = unknown> extends FarcallError {
  /** The contract that declares it. */
  readonly contract: Contract;
  /** Which of its errors this is. */
  readonly error: Name;
  /** What the function tells about it. */
  readonly data: Data;

  /** Made by {@linkcode declaredError}, and by farcall where a call ends with one. */
  constructor(
    contract: Contract,
    error: Name,
    data: Data,
    callError: CallError,
    options?: ErrorOptions,
  ) {
    super(callError, options);
    this.contract = contract;
    this.error = error;
    this.data = data;
  }
}

/** Any of a contract's errors, as its caller gets them: `error` tells which. */
export type DeclaredErrorOf<Terms extends ContractTerms> = {
  [Name in ErrorName<Terms>]: DeclaredError<Name, ErrorOut<Terms, Name>>;
}[ErrorName<Terms>];

/**
 * An error of a contract, for its function to throw. Its data is held against the contract before it travels; together
 * with the name it takes at most 8 KiB of JSON.
 *
 * @param contract The contract under which the function was registered.
 * @param name Which of its errors.
 * @param data What the caller's program gets.
 * @param options Words for the caller's people; whether to try again.
 * @throws {TypeError} If the contract declares no such error.
 *
 * @example Thrown on one side, narrowed on the other
 * ```ts
 * import { contract, declaredError, isDeclaredError, startNode } from "@farcall/farcall";
 * import { assertEquals } from "@std/assert";
 * import * as v from "valibot";
 *
 * const order = contract("order", {
 *   args: [v.string(), v.number()],
 *   returns: v.object({ id: v.string() }),
 *   errors: { out_of_stock: v.object({ left: v.number() }) },
 * });
 *
 * await using node = await startNode({ listen: "ws://127.0.0.1:0" });
 * node.register(order, ([_what, count]) => {
 *   if (count > 2) throw declaredError(order, "out_of_stock", { left: 2 });
 *   return { id: "order-1" };
 * });
 * try {
 *   await node.call(order, ["tea", 3]);
 * } catch (error) {
 *   if (!isDeclaredError(order, error)) throw error;
 *   assertEquals(error.data.left, 2);
 * }
 * ```
 */
export function declaredError<Terms extends ContractTerms, Name extends ErrorName<Terms>>(
  contract: Contract<Terms>,
  name: Name,
  data: ErrorIn<Terms, Name>,
  options: DeclaredErrorOptions = {},
): DeclaredError<Name, ErrorIn<Terms, Name>> {
  if (errorSchema(contract.terms, name) === undefined) {
    throw new TypeError(`${contract.name} declares no error called ${name}`);
  }
  const { message = name, retryable = false, ...more } = options;
  const error = { ...callError("HANDLER_ERROR", message, "yes"), retryable };
  return new DeclaredError(contract, name, data, error, more);
}

/** Whether something caught is an error of this contract, so that its name and data are typed. */
export function isDeclaredError<Terms extends ContractTerms>(
  contract: Contract<Terms>,
  caught: unknown,
): caught is DeclaredErrorOf<Terms> {
  return caught instanceof DeclaredError && caught.contract === contract;
}

/** A declared error as it travels, or what its data lacks. */
export function declaredOnWire(
  { contract, error, data, message, retryable }: DeclaredError,
): Soon<CallError | readonly FieldIssue[]> {
  const schema = errorSchema(contract.terms, error);
  const travels = Payload.tryFromUnknown(data)?.value;
  if (schema === undefined || travels === undefined) {
    return [{ path: "data", message: "It can't be written as JSON" }];
  }
  const checked = checkValue(schema, travels, "data");
  const read = (made: Awaited<typeof checked>): CallError | readonly FieldIssue[] => {
    if (!made.ok) return made.issues;
    const details = { of: contract.name, error, data: travels };
    return { ...callError("HANDLER_ERROR", message, "yes", { details }), retryable };
  };
  return checked instanceof Promise ? checked.then(read) : read(checked);
}

/** The declared error that a call's error is; the same error where it is none of the contract's, or its data is wrong. */
export function declaredFromWire(contract: Contract, error: FarcallError): Soon<FarcallError> {
  const details = error.details;
  if (error.code !== "HANDLER_ERROR" || !isJsonObject(details)) return error;
  const { of, error: name, data } = details;
  if (of !== contract.name || typeof name !== "string" || data === undefined) return error;
  const schema = errorSchema(contract.terms, name);
  if (schema === undefined) return error;
  const checked = checkValue(schema, data, "data");
  const read = (made: Awaited<typeof checked>): FarcallError =>
    made.ok ? new DeclaredError(contract, name, made.value, error, { cause: error }) : error;
  return checked instanceof Promise ? checked.then(read) : read(checked);
}

/** The function whose declared error these details of an error are; `undefined` where they are none. */
export function declaringFunction(details: JsonValue | undefined): string | undefined {
  if (!isJsonObject(details)) return undefined;
  return typeof details["of"] === "string" ? details["of"] : undefined;
}

function errorSchema(terms: ContractTerms, name: string): StandardSchema | undefined {
  const errors = terms.errors ?? {};
  return Object.hasOwn(errors, name) ? errors[name] : undefined;
}
