// deno-lint-ignore-file no-console
/**
 * One node of the churn test, as a process. Its plan is its only argument, as JSON; it tells on stdout where it listens and
 * what happens to it.
 *
 * Its function `table` answers with all it knows: the reference's STATUS has no room for that, and a function is what
 * everybody can call from outside, in either dialect.
 *
 * @module
 */
import { type FarcallNode, installProcessGuard } from "@farcall/farcall";
import { startPlanned } from "./churn_listening.ts";
import type { ChurnPlan } from "./churn_plan.ts";

function offer(node: FarcallNode, plan: ChurnPlan): void {
  for (const { fun, resources, maxHops, scope } of plan.offers) {
    const run = fun === "table" ? () => table(node) : () => node.url;
    node.register(fun, run, { resources, maxHops, scope: scope === "" ? [] : [scope] });
  }
}

/** How often the process looks whether it stands still, in ms; less than this late is no standstill. */
const LOOK_MS = 1_000;
/** How long the process stood still so far, in ms: such time is not held against peers, so tables come right later. */
let stillMs = 0;

function watchStandstills(): void {
  let nextAt = performance.now() + LOOK_MS;
  setInterval(() => {
    const lateMs = performance.now() - nextAt;
    if (lateMs > LOOK_MS) stillMs += lateMs;
    nextAt = performance.now() + LOOK_MS;
  }, LOOK_MS);
}

function table(node: FarcallNode): unknown {
  const { incarnation } = node;
  const links = node.listLinks().map(({ peer }) => peer);
  return { incarnation, links, listings: node.listOffers(), stillMs };
}

function print(event: Record<string, unknown>): void {
  console.log(JSON.stringify({ at: new Date().toISOString().slice(11, 23), ...event }));
}

async function tellLinks(node: FarcallNode): Promise<void> {
  for await (const { type: event, ...rest } of node.links()) print({ event, ...rest });
}

async function tellOffers(node: FarcallNode): Promise<void> {
  for await (const { type, offer } of node.offers()) {
    const { fun, origin, distance, incarnation } = offer;
    if (origin !== node.url) print({ event: `offer_${type}`, fun, origin, distance, incarnation });
  }
}

installProcessGuard();
watchStandstills();
const plan: ChurnPlan = JSON.parse(Deno.args[0] ?? "");
const { node, port } = await startPlanned(plan);
offer(node, plan);
print({ event: "listening", url: node.url, port });
void tellLinks(node);
void tellOffers(node);
// Whoever started it holds its input open, and is gone when that ends: then nobody would ever end this process.
for await (const _ of Deno.stdin.readable);
Deno.exit();
