import type { SimulatedNode } from "./simulated_node.ts";

/**
 * Which of several live nodes with one URL ought to have the link to a node: the latest life, if it dials. One that is only
 * dialled may find another one in its place, whom the node can't tell from it before it dials.
 *
 * @param twins Those with a working path to it, at least one.
 */
export function chosenTwin(by: SimulatedNode, twins: readonly SimulatedNode[]): SimulatedNode {
  const latestFirst = twins.toSorted((one, other) => lifeOf(one) < lifeOf(other) ? 1 : -1);
  const dialling = latestFirst.findIndex((one) => one.peers.has(by));
  const possible = dialling < 0 ? latestFirst : latestFirst.slice(0, dialling + 1);
  const linked = possible.find((one) =>
    one.links().includes(by.url) && by.links().includes(one.url)
  );
  const chosen = linked ?? latestFirst[0];
  if (chosen === undefined) throw new RangeError("Of no nodes none can be chosen");
  return chosen;
}

function lifeOf({ incarnation = "" }: SimulatedNode): string {
  return incarnation;
}
