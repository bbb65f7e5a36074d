import { type FarcallNode, startNode } from "@farcall/farcall";
import { listenAt } from "../../lib/node/listening.ts";
import type { ChurnPlan } from "./churn_plan.ts";

/** Starts the node of a plan; resolves with it and the port that it listens on, which is not the one in its URL. */
export async function startPlanned(plan: ChurnPlan): Promise<{ node: FarcallNode; port: number }> {
  let port = 0;
  const node = await startNode({
    listen: "ws://127.0.0.1:0",
    url: plan.url,
    cluster: plan.cluster,
    peers: plan.peers,
    edges: {
      listen: async (url, subprotocols, accept) => {
        const listener = await listenAt(new URL(url), undefined, subprotocols, accept);
        port = Number(new URL(listener.url).port);
        return listener;
      },
    },
  });
  return { node, port };
}
