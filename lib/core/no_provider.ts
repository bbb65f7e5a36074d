import type { FunctionRegistry } from "../federation/function_registry.ts";
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
): CallError {
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
