// deno-lint-ignore-file no-console
/**
 * A node of the storms, as a process: `work` takes a while and runs so often at once and no more, which is what the node can do;
 * `honest` may run as often as it is called; `wait` runs until it is given up; `left` tells what the node has not done with. Ends with its input.
 *
 * @module
 */
import { delay } from "@std/async";
import { installProcessGuard, startNode } from "../../mod.ts";

/** What a server is told. */
export interface ServerPlan {
  /** Runs of `work` at once; 0 = it does not offer it. */
  readonly concurrency: number;
  /** How long one takes, in ms. */
  readonly workMs: number;
  readonly peers: readonly string[];
}

const plan: ServerPlan = JSON.parse(Deno.args[0] ?? "");
installProcessGuard();
const node = await startNode({ listen: "ws://127.0.0.1:0", peers: plan.peers });
if (plan.concurrency > 0) {
  const options = { concurrency: plan.concurrency };
  node.register("work", async () => {
    await delay(plan.workMs);
    return "done";
  }, options);
  node.register("honest", async () => {
    await delay(plan.workMs);
    return "done";
  });
  node.register("wait", (_, { signal }) => {
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  });
}
node.register("left", () => {
  const { calls, requests, running, own, inbound, queued, parked, slotQueue, stuck } = node
    .counts();
  // This very call is one, and runs.
  return {
    calls: calls - 1,
    requests,
    running: running - 1,
    own,
    inbound: inbound - 1,
    queued,
    parked,
    slotQueue,
    stuck,
  };
}, { maxHops: 0 });
console.log(node.url);
for await (const _ of Deno.stdin.readable);
Deno.exit();
