import type { FunctionName, ResourceName } from "../protocol/names.ts";

/**
 * What makes two offers of one origin the same: their function and their set of resources, in whatever order.
 *
 * Names hold no control characters, so a line feed keeps the parts apart.
 */
export function offerKey(fun: FunctionName, resources: readonly ResourceName[]): string {
  return resources.length === 0 ? fun : [fun, ...sortedSet(resources)].join("\n");
}

/** Resources as a set in one fixed order; the same array when it is one already. */
export function sortedSet(resources: readonly ResourceName[]): readonly ResourceName[] {
  const isSorted = resources.every((name, at) => {
    const before = resources[at - 1];
    return before === undefined || before < name;
  });
  return isSorted ? resources : [...new Set(resources)].sort();
}
