import type { FunctionRegistry, Listing } from "../federation/function_registry.ts";
import { type AskedContract, ofContract } from "../protocol/contract_facts.ts";
import { type CallError, callError } from "../protocol/errors.ts";
import type { FunctionName, NodeUrl, ResourceName } from "../protocol/names.ts";

/** Near misses named in an error, at most. */
const NEAR_MISSES_MAX = 8;

/**
 * Why nobody can be called: the function is unknown here, or known and lacks resources. Says which, and what each known
 * offer lacks.
 */
export function noProvider(
  registry: FunctionRegistry,
  fun: FunctionName,
  resources: readonly ResourceName[],
  at: NodeUrl,
  asked?: AskedContract,
): CallError {
  const able = registry.providers(fun, resources);
  if (asked !== undefined && able.length > 0 && ofContract(able, asked).length === 0) {
    return contractMismatch(fun, able, at, asked);
  }
  const known = registry.offersOf(fun);
  if (known.length === 0) {
    const message = `No node in reach of ${at} offers ${fun}: check the name, or raise maxHops ` +
      `where it is registered`;
    return callError("FUNCTION_NOT_FOUND", message);
  }
  const details = known.slice(0, NEAR_MISSES_MAX).map((offer) => ({
    origin: offer.origin,
    distance: offer.distance,
    lacks: resources.filter((wanted) => !offer.resources.includes(wanted)),
  }));
  const message = `No provider in reach of ${at} for ${fun} with [${resources.join(", ")}]: ` +
    `${
      known.length === 1 ? "the one offer lacks" : `all ${known.length} offers lack`
    } a resource, ` +
    `check the resource names`;
  return callError("NO_PROVIDER", message, "no", { details: { nearMisses: details } });
}

function contractMismatch(
  fun: FunctionName,
  able: readonly Listing[],
  at: NodeUrl,
  asked: AskedContract,
): CallError {
  const nearMisses = able.slice(0, NEAR_MISSES_MAX).map(({ origin, distance, contract }) => ({
    ...{ origin, distance, contract: contract?.digest ?? null, version: contract?.version ?? null },
  }));
  const message = `Every provider of ${fun} in reach of ${at} goes by another contract than the ` +
    `caller: bring both to the same edition, or call with mismatch "warn"`;
  return callError("CONTRACT_MISMATCH", message, "no", {
    details: { asked: asked.digest, nearMisses },
  });
}
