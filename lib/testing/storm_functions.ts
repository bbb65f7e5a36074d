import type { SimulatedNode } from "./simulated_node.ts";

/** Functions that single calls of a storm call, as often as they stand here. */
export const FUNCTIONS: readonly string[] = ["count", "count", "linger", "fail", "rare"];

/** What a call's function gives for its number, so that no two calls can be mistaken for each other. */
export function answer(number: number): number {
  return 7 * number + 1;
}

/** What one node of a storm offers, by its number. */
export function register(node: SimulatedNode, number: number): void {
  const resources = number % 2 === 0 ? ["even"] : [];
  const options = { resources, maxHops: 8 };
  const run = ([value]: readonly unknown[]): number => answer(Number(value));
  node.register("count", run, { ...options, runMsMax: 30 });
  node.register("linger", run, { ...options, runMsMax: 2_000 });
  if (number === 1) node.register("rare", run, { ...options, runMsMax: 30 });
  // Not everywhere, so that most streams cross a link or two.
  if (number % 3 === 1) node.register("flow", "streams", { maxHops: 8 });
  node.register("span", ([value]) => [0, 1, 2].map((more) => Number(value) + more), {
    ...{ resources, maxHops: 8, runMsMax: 30 },
  });
  if (number % 2 === 1) node.register("odd", run, { ...options, runMsMax: 30 });
  else if (number > 0) {
    node.register("even", run, { ...options, runMsMax: 300 });
    node.register("pair", (args) => args, { ...options, runMsMax: 30 });
  }
  node.register("fail", () => {
    throw new Error("it fails");
  }, { ...options, runMsMax: 30 });
}
