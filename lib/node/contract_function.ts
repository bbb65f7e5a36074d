/**
 * The provider's side of a contract: arguments are held against it before the function runs, what it returns before it
 * travels, and of what it throws only what the contract declares.
 *
 * @module
 */

import { argumentError } from "../client/contract_checks.ts";
import {
  checkArguments,
  type Checked,
  type CheckedArguments,
  checkValue,
  type FieldIssue,
} from "../contract/checking.ts";
import type { Contract } from "../contract/contract.ts";
import type { ReturningTerms } from "../contract/terms.ts";
import { DeclaredError, declaredOnWire } from "../contract/declared_error.ts";
import type { ArgsOut, KwargsOut } from "../contract/inference.ts";
import { type CallError, callError } from "../protocol/errors.ts";
import { Payload } from "../protocol/payload.ts";
import type { ContractFunction, RegisteredFunction } from "./function_context.ts";

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
    const checked = await checkedArguments(contract, args, context.kwargs);
    if (!checked.ok) throw new ContractFailure(argumentError(contract.name, checked.issues), false);
    // The schemas have just made these values, so they are of the types that the terms infer.
    const typedArgs = checked.value.args as ArgsOut<Terms>;
    const kwargs = checked.value.kwargs as KwargsOut<Terms>;
    let result: unknown;
    try {
      result = await run(typedArgs, { ...context, kwargs });
    } catch (error) {
      throw await failureOf(contract, error);
    }
    return await checkedPayload(contract, result);
  };
}

/** A schema that throws is the author's business, and nothing has run. */
async function checkedArguments(
  contract: Contract<ReturningTerms>,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): Promise<Checked<CheckedArguments>> {
  try {
    return await checkArguments(contract.terms, args, kwargs);
  } catch (cause) {
    const error = callError("HANDLER_ERROR", `${contract.name} failed to check arguments`, "no");
    throw new ContractFailure(error, true, `A schema of ${contract.name} threw: ${cause}`);
  }
}

async function checkedPayload(
  contract: Contract<ReturningTerms>,
  result: unknown,
): Promise<unknown> {
  const payload = Payload.tryFromUnknown(result);
  // The host says why it can't travel.
  if (payload === undefined) return result;
  // Read anew: a schema may change what it is given.
  const checked = await checkValue(contract.terms.returns, JSON.parse(payload.text), "result");
  if (checked.ok) return payload;
  const [first] = checked.issues;
  // The schema's words may hold parts of the result, which is not the caller's to see.
  const message = `${contract.name} returned what its contract does not allow, at ${first?.path}`;
  throw new ContractFailure(
    callError("INVALID_RESULT", message, "yes"),
    true,
    `${message}: ${shown(checked.issues)}`,
  );
}

/** What a function threw; an error that its contract declares in the form in which it travels. */
async function failureOf(contract: Contract<ReturningTerms>, thrown: unknown): Promise<unknown> {
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
