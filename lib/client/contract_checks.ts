/**
 * The caller's side of a contract: arguments are held against it before they are sent, results when they came.
 *
 * What is checked is what travels, as JSON says it: a `Date` is a string by then, and `undefined` in a list is null.
 *
 * @module
 */

import {
  checkArguments,
  type Checked,
  checkValue,
  type FieldIssue,
  type Soon,
} from "../contract/checking.ts";
import type { Contract, ReturningContract, YieldingContract } from "../contract/contract.ts";
import { callError, FarcallError } from "../protocol/errors.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import type { FunctionName } from "../protocol/names.ts";
import type { StandardSchema } from "../contract/standard_schema.ts";
import { streamedItem } from "../contract/streamed.ts";

/**
 * A contract that can be called.
 *
 * @throws {TypeError} If it is one of a function that yields, for callers without a type checker.
 */
export function callable(contract: ReturningContract): ReturningContract {
  if (contract.terms.returns !== undefined) return contract;
  throw new TypeError(`${contract.name} yields many values: it can't be called for one`);
}

/**
 * A contract whose values can be read one after the other.
 *
 * @throws {TypeError} If it is one of a function that gives one result, for callers without a type checker.
 */
export function streamable(contract: YieldingContract): YieldingContract {
  if (contract.terms.yields !== undefined) return contract;
  throw new TypeError(`${contract.name} gives one result: it can't be read as a stream`);
}

/** Arguments without the trailing ones that are `undefined`: left out and `undefined` mean the same. */
export function withoutTail(args: readonly unknown[]): readonly unknown[] {
  let length = args.length;
  while (length > 0 && args[length - 1] === undefined) length -= 1;
  return length === args.length ? args : args.slice(0, length);
}

/**
 * Holds arguments against a contract before they are sent.
 *
 * @param args The JSON that will be sent.
 * @param kwargs The JSON that will be sent; `undefined` = none.
 * @param isKnown Which of them can be checked already. Default: all.
 * @throws {FarcallError} `INVALID_ARGUMENT`; as a rejection where a schema takes its time.
 */
export function checkBeforeSending(
  contract: Contract,
  args: string,
  kwargs: string | undefined,
  isKnown: (which: number | "kwargs") => boolean = () => true,
): Soon<void> {
  // Read anew: a schema may change what it is given, and what is sent must stay what it is.
  const list: unknown[] = JSON.parse(args);
  const record: Record<string, unknown> = JSON.parse(kwargs ?? "{}");
  const checked = checkArguments(
    contract.terms,
    list,
    record,
    // Of a stream each item is checked when it is given.
    (which) =>
      isKnown(which) && (which === "kwargs" || streamedItem(contract.terms, which) === undefined),
  );
  const judge = (made: Checked<unknown>): void => {
    if (!made.ok) throw argumentError(contract.name, made.issues);
  };
  return checked instanceof Promise ? checked.then(judge) : judge(checked);
}

/**
 * What a contract's schema makes of a result.
 *
 * @throws {FarcallError} `INVALID_RESULT`; as a rejection where the schema takes its time.
 */
export function checkReceived(contract: ReturningContract, result: JsonValue): Soon<unknown> {
  return checkGiven(contract, contract.terms.returns, result, "result");
}

/**
 * What a contract's schema makes of one value of a stream.
 *
 * @throws {FarcallError} `INVALID_RESULT`; as a rejection where the schema takes its time.
 */
export function checkItem(contract: YieldingContract, item: JsonValue): Soon<unknown> {
  return checkGiven(contract, contract.terms.yields, item, "item");
}

function checkGiven(
  contract: Contract,
  schema: StandardSchema,
  value: JsonValue,
  where: "result" | "item",
): Soon<unknown> {
  const checked = checkValue(schema, value, where);
  const judge = (made: Checked<unknown>): unknown => {
    if (made.ok) return made.value;
    const [first] = made.issues;
    const what = where === "result" ? "a result" : "an item";
    const message = `${contract.name} gave ${what} that is not what the contract asks for: ` +
      `${first?.path}: ${first?.message}`;
    const details = { issues: [...made.issues] };
    throw new FarcallError(callError("INVALID_RESULT", message, "yes", { details }));
  };
  return checked instanceof Promise ? checked.then(judge) : judge(checked);
}

/** Arguments are not what a contract asks for. */
export function argumentError(fun: FunctionName, issues: readonly FieldIssue[]): FarcallError {
  const [first] = issues;
  const message = `${fun} can't take ${first?.path}: ${first?.message}`;
  return new FarcallError(callError("INVALID_ARGUMENT", message, "no", {
    details: { issues: [...issues] },
  }));
}
