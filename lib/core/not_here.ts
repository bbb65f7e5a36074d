import type { FunctionRegistry } from "../federation/function_registry.ts";
import { ofContract } from "../protocol/contract_facts.ts";
import { type CallError, callError } from "../protocol/errors.ts";
import type { NodeUrl } from "../protocol/names.ts";
import type { CallSpec } from "./call_record.ts";

/**
 * Why a call that names this node as its target, and may run nowhere else, can't run: the function is not registered
 * here, whoever else offers it, or it is and lacks resources, or goes by another contract.
 */
export function notHere(
  registry: FunctionRegistry,
  { fun, resources, contract }: CallSpec,
  at: NodeUrl,
): CallError {
  const known = registry.offersOf(fun);
  const own = known.filter(({ origin }) => origin === at);
  const able = own.filter((one) => resources.every((wanted) => one.resources.includes(wanted)));
  if (able.length > 0 && ofContract(able, contract).length === 0) {
    const message =
      `${at} offers ${fun} by another contract than the caller's: bring both to the ` +
      `same edition, or call with mismatch "warn"`;
    return callError("CONTRACT_MISMATCH", message);
  }
  if (own.length > 0) {
    const message = `No provider at ${at} for ${fun} with [${resources.join(", ")}]: ` +
      `its offer lacks a resource, check the resource names`;
    return callError("NO_PROVIDER", message);
  }
  const others = new Set(known.map(({ origin }) => origin)).size;
  const message = `${at} does not offer ${fun} itself, and the call was for this node alone` +
    (others === 0
      ? `: check the name`
      : `: ${others} other ${
        others === 1 ? "node" : "nodes"
      } in reach may be asked, by a call without a target`);
  return callError("FUNCTION_NOT_FOUND", message);
}
