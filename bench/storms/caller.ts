// deno-lint-ignore-file no-console
/**
 * Calls as an honest process makes them; prints what became of them as one line of JSON.
 *
 * @module
 */
import { delay } from "@std/async";
import { connect, type FarcallClient } from "../../lib/client/mod.ts";
import { FarcallError } from "../../lib/protocol/errors.ts";
import { type Tallied, Tally } from "./tally.ts";

/** How one process calls. */
export interface CallerPlan {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** `closed`: so many calls on their way at any time. `open`: so many a second, whatever becomes of them. */
  readonly how: "closed" | "open";
  readonly count: number;
  /** What is called. */
  readonly fun: "work" | "honest";
}

/** What became of a process's calls. */
export interface CallerReport extends Tallied {
  readonly made: number;
}

/** How often calls are made, in ms. */
const BEAT_MS = 5;
const TIMEOUT_MS = 10_000;

const plan: CallerPlan = JSON.parse(Deno.args[0] ?? "");
const clients = await Promise.all(
  Array.from({ length: plan.connections }, () => connect(plan.url)),
);
// Until it is known; a storm may be on already.
await clients[0]?.call(plan.fun, [], { whenMissing: "wait" }).catch(() => {});

const tally = new Tally();
let made = 0;
let open = 0;

async function call(client: FarcallClient): Promise<void> {
  made += 1;
  open += 1;
  const began = performance.now();
  const stillBefore = tally.stillMs;
  const ended = (how: string): void =>
    tally.ended(how, began, performance.now(), tally.stillMs - stillBefore);
  try {
    await client.call(plan.fun, [], { timeout: TIMEOUT_MS });
    ended("ok");
  } catch (error) {
    ended(error instanceof FarcallError ? `${error.code}/${error.ran}` : String(error));
  } finally {
    open -= 1;
  }
}

function clientOf(number: number): FarcallClient {
  const client = clients[number % clients.length];
  if (client === undefined) throw new RangeError("No client");
  return client;
}

/** Calls at a rate, or keeps so many on their way. */
async function run(): Promise<void> {
  const began = performance.now();
  const endAt = began + plan.seconds * 1_000;
  if (plan.how === "closed") {
    await Promise.all(Array.from({ length: plan.count }, async (_, number) => {
      while (performance.now() < endAt) await call(clientOf(number));
    }));
    return;
  }
  for (let now = began; now < endAt; now = performance.now()) {
    const due = Math.floor((now - began) / 1_000 * plan.count);
    while (made < due) void call(clientOf(made));
    await delay(BEAT_MS);
  }
  while (open > 0) await delay(BEAT_MS);
}

await run();
const report: CallerReport = { ...tally.report(plan.seconds), made };
console.log(JSON.stringify(report));
Deno.exit();
