import type { OfferContract } from "../protocol/contract_facts.ts";
import type { FunctionName, ResourceName } from "../protocol/names.ts";

/**
 * What makes two offers of one origin the same: their function, their set of resources, in whatever order, and their
 * contract.
 *
 * Names hold no control characters, so a line feed keeps the parts apart, and no name can be taken for a contract.
 *
 * @param contract Default: none, as in offers of the reference's dialect.
 */
export function offerKey(
  fun: FunctionName,
  resources: readonly ResourceName[],
  contract?: OfferContract,
): string {
  const named = resources.length === 0 ? fun : [fun, ...sortedSet(resources)].join("\n");
  if (contract === undefined) return named;
  return `${named}\n\n${contract.digest}\n${contract.version ?? ""}`;
}

/** Resources as a set in one fixed order; the same array when it is one already. */
export function sortedSet(resources: readonly ResourceName[]): readonly ResourceName[] {
  const isSorted = resources.every((name, at) => {
    const before = resources[at - 1];
    return before === undefined || before < name;
  });
  return isSorted ? resources : [...new Set(resources)].sort();
}
