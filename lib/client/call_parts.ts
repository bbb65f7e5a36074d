/**
 * What a caller says of a call, as machines take it.
 *
 * @module
 */

import type { Contract } from "../contract/contract.ts";
import { type CallManner, PLAIN_MANNER } from "../core/call_record.ts";
import type { CallCommand } from "../core/events.ts";
import type { AskedContract } from "../protocol/contract_facts.ts";
import { functionName, resourceSet } from "../protocol/names.ts";
import { argumentsPayload, kwargsPayload } from "./arguments.ts";
import type { CallOptions } from "./call_options.ts";
import { digestOf } from "./contract_digest.ts";

/** What a call asks for, written to JSON, and how it wants to be treated. */
export type CallParts = Pick<
  Extract<CallCommand, { type: "call" }>,
  | "fun"
  | "resources"
  | "args"
  | "kwargs"
  | "contract"
  | "target"
  | "streamed"
  | "holds"
  | keyof CallManner
>;

/** What a call says of its contract, by its caller's policy. */
export function askedOf(
  contract: Contract,
  { mismatch = "warn" }: Pick<CallOptions, "mismatch">,
): AskedContract | undefined {
  if (mismatch === "ignore") return undefined;
  if (mismatch === "warn" || mismatch === "refuse") {
    return { digest: digestOf(contract), exact: mismatch === "refuse" };
  }
  throw new TypeError(`Not a policy for mismatches, expected warn, refuse or ignore: ${mismatch}`);
}

/**
 * What a call asks for, from what its caller says.
 *
 * @throws {TypeError | RangeError} If a name, the arguments or an option are not what they must be.
 */
export function callParts(
  name: string,
  args: readonly unknown[],
  resources: readonly string[] = [],
  kwargs?: Readonly<Record<string, unknown>>,
  manner: CallManner = PLAIN_MANNER,
): CallParts {
  return {
    fun: functionName(name),
    resources: resourceSet(resources),
    args: argumentsPayload(name, args),
    kwargs: kwargsPayload(name, kwargs),
    ...manner,
  };
}
