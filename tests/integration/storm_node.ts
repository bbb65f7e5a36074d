// deno-lint-ignore-file no-console
/**
 * One node of the storm of calls, as a process: it offers, it calls, and writes both down. Its plan is its only argument, as
 * JSON. When no more calls are wanted it prints, whenever that changes, what it has not done with.
 *
 * @module
 */
import { type FarcallNode, installProcessGuard, PublicError } from "@farcall/farcall";
import { delay } from "@std/async";
import { startPlanned } from "./churn_listening.ts";
import type { ChurnPlan } from "./churn_plan.ts";
import { answerTo, type CallerPlan, StormCaller } from "./storm_caller.ts";
import { Journal } from "./storm_journal.ts";

/** Everywhere in the federation, whichever links are left. */
const MAX_HOPS = 8;
const LOOK_MS = 250;

function offer(node: FarcallNode, journal: Journal, caller: StormCaller, hasRare: boolean): void {
  const options = { maxHops: MAX_HOPS };
  const answer = ([id]: readonly unknown[]): string => {
    journal.runs(String(id));
    return answerTo(String(id));
  };
  node.register("quick", answer, options);
  node.register("linger", async (args, { signal }) => {
    const text = answer(args);
    await delay(Math.random() ** 2 * 400, { signal });
    return text;
  }, { ...options, concurrency: 8, queue: 8 });
  node.register("stubborn", async (args) => {
    const text = answer(args);
    await delay(Math.random() ** 2 * 400);
    return text;
  }, options);
  node.register("fail", (args) => {
    answer(args);
    throw new PublicError("it fails");
  }, options);
  node.register("chain", async (args, { client }) => {
    const text = answer(args);
    await caller.callWithin(client);
    return text;
  }, options);
  if (hasRare) node.register("rare", answer, options);
}

async function tellRest(node: FarcallNode): Promise<never> {
  let told = "";
  while (true) {
    const { calls, requests, running, own, inbound, queued, parked, slotQueue, stuck } = node
      .counts();
    const all = { calls, requests, running, own, inbound, queued, parked, slotQueue, stuck };
    const left = JSON.stringify(Object.fromEntries(Object.entries(all).filter(([, n]) => n > 0)));
    if (left !== told) console.log(JSON.stringify({ event: "rest", left }));
    told = left;
    await delay(LOOK_MS);
  }
}

installProcessGuard();
const plan: ChurnPlan & CallerPlan & { readonly hasRare: boolean } = JSON.parse(Deno.args[0] ?? "");
const { node, port } = await startPlanned(plan);
const journal = new Journal(plan.directory, plan.name);
const caller = new StormCaller(plan, journal);
offer(node, journal, caller, plan.hasRare);
console.log(JSON.stringify({ event: "listening", port }));
void caller.callOn(node).then(() => tellRest(node));
Deno.addSignalListener("SIGTERM", () => void node.drain().then(() => Deno.exit()));
// Whoever started it holds its input open, and is gone when that ends: then nobody would ever end this process.
for await (const _ of Deno.stdin.readable);
Deno.exit();
