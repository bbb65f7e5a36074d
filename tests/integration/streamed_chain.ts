/**
 * Four nodes in a row, each of a cluster of its own: a provider that nobody dials, two relays, and one that calls.
 *
 * @module
 */
import { assert } from "@std/assert";
import { type FarcallNode, type NodeOptions, startNode } from "../../mod.ts";

/** A node that tells nobody of what its functions throw. */
export function start(options: NodeOptions = {}): Promise<FarcallNode> {
  return startNode({ listen: "ws://127.0.0.1:0", onError: () => {}, ...options });
}

/** Waits until a node lists a function. */
export async function listed(node: FarcallNode, name: string, origin?: FarcallNode): Promise<void> {
  for await (const { type, offer } of node.offers({ function: name })) {
    if (type === "added" && (origin === undefined || offer.origin === origin.url)) return;
  }
}

/** Waits until something holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** The nodes, which end with the scope. */
export interface Chain extends AsyncDisposable {
  /** The first one. */
  readonly provider: FarcallNode;
  /** The last one. */
  readonly reader: FarcallNode;
  /** All of them. */
  readonly all: readonly FarcallNode[];
  /** Waits until no call is left anywhere. */
  rest(): Promise<void>;
}

/** A provider that nobody dials, two relays, and a node that passes calls along links. */
export async function relayed(): Promise<Chain> {
  const all: FarcallNode[] = [];
  for (let index = 0; index < 4; index += 1) {
    const before = all.at(-1);
    const peers = before === undefined ? [] : [before.url];
    // Nodes of one cluster would link to each other.
    all.push(await start({ cluster: `cluster-${index}`, peers, reach: "relay" }));
  }
  const [provider, , , reader] = all;
  assert(provider !== undefined && reader !== undefined);
  const rest = (): Promise<void> =>
    until(() =>
      all.every((node) => {
        const { calls, running } = node.counts();
        return calls === 0 && running === 0;
      })
    );
  const end = async (): Promise<void> => {
    for (const node of all.toReversed()) await node.drain({ timeout: 0 });
  };
  return { provider, reader, all, rest, [Symbol.asyncDispose]: end };
}
