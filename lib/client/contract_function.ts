/**
 * The provider's side of a contract: arguments are held against it before the function runs, what it returns before it
 * travels, and of what it throws only what the contract declares.
 *
 * @module
 */

import { argumentError } from "./contract_checks.ts";
import {
  checkArguments,
  type Checked,
  type CheckedArguments,
  checkValue,
  type FieldIssue,
} from "../contract/checking.ts";
import type { Contract } from "../contract/contract.ts";
import type { ContractTerms, ReturningTerms, YieldingTerms } from "../contract/terms.ts";
import { DeclaredError, declaredOnWire } from "../contract/declared_error.ts";
import type { KwargsOut } from "../contract/inference.ts";
import type { StandardSchema } from "../contract/standard_schema.ts";
import { streamedItem } from "../contract/streamed.ts";
import { type CallError, callError } from "../protocol/errors.ts";
import { Payload } from "../protocol/payload.ts";
import { checkedStream, streamIssues } from "./contract_streams.ts";
import type {
  ContractFunction,
  FunctionArgs,
  RegisteredFunction,
  YieldingFunction,
} from "./function_context.ts";
import { endIterator, type ItemIterator, iteratorOf } from "./item_iterator.ts";

/** How a run under a contract ended badly, in the words that its caller gets. */
export class ContractFailure extends Error {
  /** The class's name, as in every error. */
  override readonly name = "ContractFailure";
  /** What the caller gets. */
  readonly callError: CallError;
  /** Whether it is the function's fault, of which its author must hear. */
  readonly isDefect: boolean;

  /** Made where a value did not pass. */
  constructor(error: CallError, isDefect: boolean, detail: string = error.message) {
    super(detail);
    this.callError = error;
    this.isDefect = isDefect;
  }
}

/** A function that holds to its contract, whatever the one inside does. Gives a `Payload`: what was checked is what travels. */
export function contractFunction<Terms extends ReturningTerms>(
  contract: Contract<Terms>,
  run: ContractFunction<Terms>,
): RegisteredFunction {
  return async (args, context) => {
    const { typedArgs, kwargs } = await taken(contract, args, context.kwargs);
    let result: unknown;
    try {
      result = await run(typedArgs, { ...context, kwargs });
    } catch (error) {
      throw await failureOf(contract, error);
    }
    return await checkedPayload(contract, contract.terms.returns, result, "returned");
  };
}

/** The same for a function that gives many values: each is checked on its way. */
export function yieldingFunction<Terms extends YieldingTerms>(
  contract: Contract<Terms>,
  run: YieldingFunction<Terms>,
): RegisteredFunction {
  return async (args, context) => {
    const { typedArgs, kwargs } = await taken(contract, args, context.kwargs);
    let given: unknown;
    try {
      given = await run(typedArgs, { ...context, kwargs });
    } catch (error) {
      throw await failureOf(contract, error);
    }
    const iterator = iteratorOf(given);
    return iterator === undefined ? given : checkedItems(contract, iterator);
  };
}

/** Not a generator: its `return` reaches the function also while that is being asked for a value. */
function checkedItems(
  contract: Contract<YieldingTerms>,
  iterator: ItemIterator,
): AsyncIterableIterator<unknown> {
  return {
    async next(): Promise<IteratorResult<unknown>> {
      let step: IteratorResult<unknown>;
      try {
        step = await iterator.next();
      } catch (error) {
        throw await failureOf(contract, error);
      }
      if (step.done === true) return step;
      const schema = contract.terms.yields;
      return { done: false, value: await checkedPayload(contract, schema, step.value, "yielded") };
    },
    async return(): Promise<IteratorResult<unknown>> {
      await endIterator(iterator);
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator](): AsyncIterableIterator<unknown> {
      return this;
    },
  };
}

/** Arguments as the function gets them. */
async function taken<Terms extends ContractTerms>(
  contract: Contract<Terms>,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): Promise<{ readonly typedArgs: FunctionArgs<Terms>; readonly kwargs: KwargsOut<Terms> }> {
  const issues = streamIssues(contract.terms, args);
  const checked = issues.length > 0
    ? { ok: false as const, issues }
    : await checkedArguments(contract, args, kwargs);
  if (!checked.ok) throw new ContractFailure(argumentError(contract.name, checked.issues), false);
  const all = checked.value.args.map((value, place) => {
    const schema = streamedItem(contract.terms, place);
    if (schema === undefined) return value;
    return checkedStream(schema, args[place], place, (wrong) => itemError(contract, wrong));
  });
  // The schemas have just made these values, so they are of the types that the terms infer.
  return {
    typedArgs: all as FunctionArgs<Terms>,
    kwargs: checked.value.kwargs as KwargsOut<Terms>,
  };
}

/** A schema that throws is the author's business, and nothing has run. */
async function checkedArguments(
  contract: Contract,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): Promise<Checked<CheckedArguments>> {
  try {
    const isWhole = (which: number | "kwargs"): boolean =>
      which === "kwargs" || streamedItem(contract.terms, which) === undefined;
    return await checkArguments(contract.terms, args, kwargs, isWhole);
  } catch (cause) {
    const error = callError("HANDLER_ERROR", `${contract.name} failed to check arguments`, "no");
    throw new ContractFailure(error, true, `A schema of ${contract.name} threw: ${cause}`);
  }
}

/** The function has begun when an item is read. */
function itemError(contract: Contract, issues: readonly FieldIssue[]): ContractFailure {
  const { code, message, details } = argumentError(contract.name, issues);
  const more = details === undefined ? {} : { details };
  return new ContractFailure(callError(code, message, "yes", more), false);
}

async function checkedPayload(
  contract: Contract,
  schema: StandardSchema,
  result: unknown,
  how: "returned" | "yielded",
): Promise<unknown> {
  const payload = Payload.tryFromUnknown(result);
  // The host says why it can't travel.
  if (payload === undefined) return result;
  // Read anew: a schema may change what it is given.
  const checked = await checkValue(
    schema,
    JSON.parse(payload.text),
    how === "returned" ? "result" : "item",
  );
  if (checked.ok) return payload;
  const [first] = checked.issues;
  // The schema's words may hold parts of the result, which is not the caller's to see.
  const message = `${contract.name} ${how} what its contract does not allow, at ${first?.path}`;
  throw new ContractFailure(
    callError("INVALID_RESULT", message, "yes"),
    true,
    `${message}: ${shown(checked.issues)}`,
  );
}

/** What a function threw; an error that its contract declares in the form in which it travels. */
async function failureOf(contract: Contract, thrown: unknown): Promise<unknown> {
  // Errors of other contracts come from calls that the function made: nothing its own caller knows.
  if (!(thrown instanceof DeclaredError) || thrown.contract !== contract) return thrown;
  const travelling = await declaredOnWire(thrown);
  if ("code" in travelling) return new ContractFailure(travelling, false);
  const message = `${contract.name} failed with ${thrown.error}, whose data is not what the ` +
    `contract asks for`;
  return new ContractFailure(
    callError("HANDLER_ERROR", `${contract.name} failed`, "yes"),
    true,
    `${message}: ${shown(travelling)}`,
  );
}

function shown(issues: readonly FieldIssue[]): string {
  return issues.map(({ path, message }) => `${path}: ${message}`).join("; ");
}
