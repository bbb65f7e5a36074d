// deno-lint-ignore-file no-console
/**
 * Calls as one process makes them; prints what became of them as one line of JSON.
 *
 * @module
 */
import { delay } from "@std/async";
import { connect, type FarcallClient } from "../../lib/client/mod.ts";
import { FarcallError } from "../../lib/protocol/errors.ts";
import { Standstill } from "../../tests/integration/storm_standstill.ts";

/** How one process calls. */
export interface CallerPlan {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** `closed`: so many calls of `work` on their way at any time. `open`: so many a second, whatever becomes of them. `cancel`: so many of `wait` a second, each given up at once. */
  readonly how: "closed" | "open" | "cancel";
  readonly count: number;
}

/** How long calls took, in ms. */
export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What a tenth of a second was like, for calls that ended in it. */
export interface Moment {
  /** Since the epoch, in ms. */
  readonly at: number;
  readonly ok: number;
  readonly failed: number;
  /** Of calls that ended well, in ms. */
  readonly p50: number;
}

/** What became of a process's calls. */
export interface CallerReport {
  /** How long calls were counted, in s. */
  readonly seconds: number;
  readonly made: number;
  /** By `ok`, or code and `ran`. */
  readonly ends: Readonly<Record<string, Latencies>>;
  readonly moments: readonly Moment[];
  /** How long this process got no processor in all, in ms. Such time is not in the latencies. */
  readonly stillMs: number;
}

/** What a process does first is slow, and is not counted, in ms. */
const WARM_MS = 500;
/** How often calls are made, in ms. */
const BEAT_MS = 5;
const MOMENT_MS = 100;
const TIMEOUT_MS = 10_000;

const plan: CallerPlan = JSON.parse(Deno.args[0] ?? "");
const clients = await Promise.all(
  Array.from({ length: plan.connections }, () => connect(plan.url)),
);
// Until it is known; a storm may be on already.
await clients[0]?.call("work", [], { whenMissing: "wait" }).catch(() => {});

const standstill = new Standstill();
const startedAt = performance.now();
const took = new Map<string, number[]>();
const moments = new Map<number, { ok: number[]; failed: number }>();
let made = 0;
let open = 0;

function note(how: string, ms: number): void {
  const list = took.get(how);
  if (list === undefined) took.set(how, [ms]);
  else list.push(ms);
  const at = Math.floor(Date.now() / MOMENT_MS) * MOMENT_MS;
  const moment = moments.get(at) ?? { ok: [], failed: 0 };
  moments.set(at, moment);
  if (how === "ok") moment.ok.push(ms);
  else moment.failed += 1;
}

async function call(client: FarcallClient): Promise<void> {
  const giveUp = plan.how === "cancel" ? new AbortController() : undefined;
  made += 1;
  open += 1;
  const began = performance.now();
  const stillBefore = standstill.ms;
  // A process that gets no processor can't hear of an end.
  const done = (how: string): void => {
    const stillMs = standstill.ms - stillBefore;
    if (began > startedAt + WARM_MS) note(how, Math.max(0, performance.now() - began - stillMs));
  };
  const signal = giveUp === undefined ? {} : { signal: giveUp.signal };
  const result = client.call(giveUp === undefined ? "work" : "wait", [], {
    timeout: TIMEOUT_MS,
    ...signal,
  });
  // After the message has left: a call that was never sent would cost nobody anything.
  if (giveUp !== undefined) setTimeout(() => giveUp.abort(), 2 * BEAT_MS);
  try {
    await result;
    done("ok");
  } catch (error) {
    const how = error instanceof FarcallError ? `${error.code}/${error.ran}` : String(error);
    done(how);
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

function latencies(list: readonly number[]): Latencies {
  const sorted = list.toSorted((a, b) => a - b);
  const at = (part: number): number =>
    Math.round((sorted[Math.floor((sorted.length - 1) * part)] ?? 0) * 10) / 10;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

await run();
standstill.end();
const report: CallerReport = {
  seconds: plan.seconds - WARM_MS / 1_000,
  made,
  ends: Object.fromEntries([...took].map(([how, list]) => [how, latencies(list)])),
  moments: [...moments].map(([at, { ok, failed }]) => {
    return { at, ok: ok.length, failed, p50: latencies(ok).p50 };
  }),
  stillMs: Math.round(standstill.ms),
};
console.log(JSON.stringify(report));
Deno.exit();
