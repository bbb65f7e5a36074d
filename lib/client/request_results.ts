/**
 * What comes back of a request: each result is held against its contract and put where the caller has its future.
 *
 * @module
 */

import type { Soon } from "../contract/checking.ts";
import type { ReturningContract } from "../contract/contract.ts";
import { declaredFromWire, declaringFunction } from "../contract/declared_error.ts";
import { callError, FarcallError } from "../protocol/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../protocol/json_value.ts";
import { checkReceived } from "./contract_checks.ts";
import { referenceOf } from "./future.ts";
import type { Results } from "./request_builder.ts";

/** By which contract a command is called. */
export interface CommandContract {
  /** The contract. */
  readonly contract: ReturningContract;
  /** It is called for each item of a list. */
  readonly isMap: boolean;
}

/**
 * What the contracts' schemas make of results.
 *
 * @param contracts By the names of their commands; results of others stay as they are.
 * @throws {FarcallError} `INVALID_RESULT`; as a rejection where a schema takes its time.
 */
export function checkedResults(
  contracts: ReadonlyMap<string, CommandContract>,
  results: JsonObject,
): Soon<Results> {
  const later: Promise<readonly [string, unknown]>[] = [];
  const entries = Object.entries<JsonValue>(results).map(([name, result]) => {
    const output = checked(contracts.get(name), result);
    if (output instanceof Promise) later.push(output.then((made) => [name, made]));
    return [name, output] as const;
  });
  if (later.length === 0) return Object.fromEntries(entries);
  return Promise.all(later).then((made) => Object.fromEntries([...entries, ...made]));
}

function checked(known: CommandContract | undefined, result: JsonValue): Soon<unknown> {
  if (known === undefined) return result;
  const { contract, isMap } = known;
  if (!isMap) return checkReceived(contract, result);
  if (!Array.isArray(result)) {
    const message = `The results of ${contract.name} for a list are no list`;
    throw new FarcallError(callError("INVALID_RESULT", message, "yes"));
  }
  const made = result.map((one, part) => checkedPart(contract, one, part));
  return made.some((one) => one instanceof Promise) ? Promise.all(made) : made;
}

function checkedPart(contract: ReturningContract, result: JsonValue, part: number): Soon<unknown> {
  try {
    const made = checkReceived(contract, result);
    return made instanceof Promise
      ? made.catch((error) => Promise.reject(ofPart(error, part)))
      : made;
  } catch (error) {
    throw ofPart(error, part);
  }
}

/** An error that says of which item it is. */
function ofPart(error: unknown, part: number): unknown {
  if (!(error instanceof FarcallError)) return error;
  const known = isJsonObject(error.details) ? error.details : {};
  const { code, message, ran } = error;
  const more = { details: { ...known, part } };
  return new FarcallError(callError(code, `Item ${part}: ${message}`, ran, more), { cause: error });
}

/** A request's error, as the contract of its function declares it where it does. */
export function declaredByOne(
  contracts: Iterable<CommandContract>,
  error: FarcallError,
): Soon<FarcallError> {
  const name = declaringFunction(error.details);
  for (const { contract } of contracts) {
    if (contract.name === name) return declaredFromWire(contract, error);
  }
  return error;
}

/** A shape with results in place of futures. */
export function resolved(shape: unknown, results: Results): unknown {
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
