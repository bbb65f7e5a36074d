// deno-lint-ignore-file no-console
/**
 * Storms against one node, and what they leave of it: calls at ten times what it can do, and calls that are given up as soon as
 * they were made. The server and each caller are processes of their own; every bar is a ratio to the same run's calm.
 *
 * `deno run -A bench/storms.ts [--seconds 5]`
 *
 * @module
 */
import { delay } from "@std/async";
import { parseArgs } from "node:util";
import { connect } from "../lib/client/mod.ts";
import type { CallerPlan, CallerReport, Moment } from "./storms/caller.ts";
import type { ServerPlan } from "./storms/server.ts";

/** What the server can do: so many runs at once, each of so many ms. */
const CONCURRENCY = 8;
const WORK_MS = 20;
/** Times what the server can do. */
const STORM = 10;
/** Processes that make a storm. */
const STORMERS = 2;
const CANCELS_PER_SECOND = 10_000;
const HONEST_PER_SECOND = 100;
/** Around a storm there is so much calm, in s. */
const CALM_S = 3;

/** The bars. */
const REFUSED_MS = 10;
const GOODPUT_MIN = 0.8;
const NORMAL_AFTER_MS = 2_000;
const EMPTY_AFTER_MS = 2_000;

const { values } = parseArgs({
  args: Deno.args,
  options: { seconds: { type: "string", default: "5" } },
});
const seconds = Number(values.seconds);
let isWrong = false;

/** A server process. */
class Server implements AsyncDisposable {
  readonly url: string;
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(plan: Partial<ServerPlan> = {}): Promise<Server> {
    const full: ServerPlan = { concurrency: CONCURRENCY, workMs: WORK_MS, peers: [], ...plan };
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", "bench/storms/server.ts", JSON.stringify(full)],
      ...{ stdin: "piped", stdout: "piped", stderr: "inherit" } as const,
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await reader.read();
    return new Server(child, value.trim());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stdin.close();
    await this.#child.status;
  }
}

async function calls(plan: CallerPlan): Promise<CallerReport> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "bench/storms/caller.ts", JSON.stringify(plan)],
    ...{ stderr: "inherit" } as const,
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

function check(what: string, isRight: boolean, text: string): void {
  console.log(`${isRight ? "holds" : "FAILS"}: ${what}: ${text}`);
  if (!isRight) isWrong = true;
}

/** Calls of all processes by how they ended, with the worst of their latencies. */
function ends(
  reports: readonly CallerReport[],
): Map<string, { count: number; p50: number; p99: number; max: number }> {
  const all = new Map<string, { count: number; p50: number; p99: number; max: number }>();
  for (const [how, one] of reports.flatMap((report) => Object.entries(report.ends))) {
    const known = all.get(how) ?? { count: 0, p50: 0, p99: 0, max: 0 };
    all.set(how, {
      count: known.count + one.count,
      p50: Math.max(known.p50, one.p50),
      p99: Math.max(known.p99, one.p99),
      max: Math.max(known.max, one.max),
    });
  }
  return all;
}

function tellEnds(title: string, reports: readonly CallerReport[]): void {
  const stillMs = Math.max(...reports.map((report) => report.stillMs));
  console.log(`${title} (a caller had no processor for ${stillMs} ms):`);
  for (const [how, { count, p50, p99, max }] of ends(reports)) {
    console.log(`  ${how}: ${count}, after ${p50} ms (median), ${p99} ms (99 %), ${max} ms (all)`);
  }
}

/** How long after an instant calls were not as before, in ms. */
function abnormalAfter(moments: readonly Moment[], endedAt: number, calmP50: number): number {
  const bad = moments.filter(({ at, failed, p50 }) =>
    at >= endedAt && (failed > 0 || p50 > 1.5 * calmP50 + 5)
  );
  return Math.max(0, ...bad.map(({ at }) => at + 100 - endedAt));
}

/** Calls at ten times what the providers can do, made through one node. */
async function callStorm(title: string, url: string, providers: number): Promise<void> {
  console.log(`\n${title}`);
  // As many as run and wait in line, so that none is refused.
  const count = 2 * CONCURRENCY * providers;
  const closed = { url, connections: 2, seconds: CALM_S, how: "closed", count } as const;
  const calm = await calls(closed);
  const peak = (calm.ends["ok"]?.count ?? 0) / calm.seconds;
  console.log(`peak: ${Math.round(peak)} calls/s`);
  const rate = Math.round(STORM * peak / STORMERS);
  const steadySeconds = 2 * CALM_S + seconds + 2;
  const steady = calls({
    url,
    connections: 1,
    seconds: steadySeconds,
    how: "open",
    count: Math.round(peak / 2),
  });
  await delay(CALM_S * 1_000);
  const beganAt = Date.now();
  const storm = await Promise.all(
    Array.from(
      { length: STORMERS },
      () => calls({ url, connections: 8, seconds, how: "open", count: rate }),
    ),
  );
  const honest = await steady;
  // Processes take a moment to start: the storm is where calls of the storm ended.
  const times = storm.flatMap(({ moments }) => moments.map(({ at }) => at));
  const [from, until] = [Math.min(...times), Math.max(...times) + 100];
  const during = [...storm.flatMap(({ moments }) => moments), ...honest.moments]
    .filter(({ at }) => at >= from + 100 && at < until - 200);
  const goodput = during.reduce((sum, { ok }) => sum + ok, 0) / (until - from - 300) * 1_000;
  const before = honest.moments.filter(({ at }) => at < beganAt - 200).map(({ p50 }) => p50);
  const calmP50 = before.toSorted((a, b) => a - b)[Math.floor(before.length / 2)] ?? WORK_MS;
  const made = storm.reduce((sum, one) => sum + one.made, 0);
  console.log(`storm: ${Math.round(made / seconds)} calls/s for ${seconds} s`);
  tellEnds("calls of the storm", storm);
  const refused = ends(storm).get("RESOURCE_EXHAUSTED/no");
  check(
    `the excess is refused within ${REFUSED_MS} ms`,
    refused !== undefined && refused.p99 <= REFUSED_MS,
    `${refused?.count} calls, ${refused?.p50} ms (median), ${refused?.p99} ms (99 %)`,
  );
  check(
    `goodput is at least ${GOODPUT_MIN * 100} % of the peak`,
    goodput >= GOODPUT_MIN * peak,
    `${Math.round(goodput)} calls/s, ${Math.round(goodput / peak * 100)} %`,
  );
  const after = abnormalAfter(honest.moments, until, calmP50);
  check(
    `all is as before ${NORMAL_AFTER_MS} ms later`,
    after <= NORMAL_AFTER_MS,
    `${after} ms, median before ${calmP50} ms`,
  );
}

/** Calls that are given up as soon as they were made, beside honest ones. */
async function cancelStorm(title: string, url: string, servers: readonly Server[]): Promise<void> {
  console.log(`\n${title}`);
  const steadySeconds = 2 * CALM_S + seconds + 2;
  const steady = calls({
    url,
    connections: 1,
    seconds: steadySeconds,
    how: "open",
    count: HONEST_PER_SECOND,
  });
  await delay(CALM_S * 1_000);
  const beganAt = Date.now();
  const rate = CANCELS_PER_SECOND / STORMERS;
  const storm = await Promise.all(
    Array.from(
      { length: STORMERS },
      () => calls({ url, connections: 4, seconds, how: "cancel", count: rate }),
    ),
  );
  const emptyMs = await emptyAfter(servers);
  const honest = await steady;
  const times = storm.flatMap(({ moments }) => moments.map(({ at }) => at));
  const [from, until] = [Math.min(...times), Math.max(...times)];
  const median = (list: readonly Moment[]): number => {
    const sorted = list.map(({ p50 }) => p50).toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  };
  const calmP50 = median(honest.moments.filter(({ at }) => at < beganAt - 200));
  const stormP50 = median(honest.moments.filter(({ at }) => at >= from && at < until));
  const made = storm.reduce((sum, one) => sum + one.made, 0);
  console.log(
    `storm: ${Math.round(made / seconds)} calls/s for ${seconds} s, each given up at once`,
  );
  tellEnds("calls of the storm", storm);
  tellEnds("honest calls, all the time", [honest]);
  check("no table has anything left", emptyMs <= EMPTY_AFTER_MS, `${emptyMs} ms after the storm`);
  const failed = honest.moments.reduce((sum, one) => sum + one.failed, 0);
  check("honest calls end well", failed === 0, `${failed} did not`);
  check(
    "honest calls keep their latency",
    stormP50 <= 1.5 * calmP50,
    `median ${stormP50} ms in the storm, ${calmP50} ms before`,
  );
}

/** When no server has anything left but a steady caller's calls, in ms from now. */
async function emptyAfter(servers: readonly Server[]): Promise<number> {
  const began = performance.now();
  const clients = await Promise.all(servers.map(({ url }) => connect(url)));
  const isBusy = async (): Promise<boolean> => {
    const left = await Promise.all(clients.map((client) => client.call("left", [])));
    // The steady caller has a few of its own on their way.
    return left.some((counts) => Object.values(counts as object).some((count) => count > 20));
  };
  while (performance.now() - began < 5 * EMPTY_AFTER_MS && (await isBusy())) await delay(20);
  await Promise.all(clients.map((client) => client.close()));
  return Math.round(performance.now() - began);
}

{
  await using server = await Server.start();
  await callStorm("Calls straight to their provider", server.url, 1);
  await cancelStorm("Calls given up, straight at their provider", server.url, [server]);
}
{
  await using entry = await Server.start({ concurrency: 0 });
  await using one = await Server.start({ peers: [entry.url] });
  await using other = await Server.start({ peers: [entry.url] });
  await callStorm("Calls through a node to two providers", entry.url, 2);
  await cancelStorm("Calls given up, through a node", entry.url, [entry, one, other]);
}
Deno.exit(isWrong ? 1 : 0);
