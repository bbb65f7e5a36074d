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
import type { CallerPlan, CallerReport } from "./storms/caller.ts";
import type { ServerPlan } from "./storms/server.ts";
import type { StormPlan } from "./storms/stormer.ts";
import type { Moment } from "./storms/tally.ts";

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
const KILLED_MS = 100;
const KILLED_CALLS = 200;

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

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // It may be dead already.
    await this.#child.stdin.close().catch(() => {});
    await this.#child.status;
  }
}

async function run(file: string, plan: CallerPlan | StormPlan): Promise<CallerReport> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", `bench/storms/${file}`, JSON.stringify(plan)],
    ...{ stderr: "inherit" } as const,
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

function calls(plan: CallerPlan): Promise<CallerReport> {
  return run("caller.ts", plan);
}

function storms(plan: StormPlan): Promise<CallerReport[]> {
  return Promise.all(Array.from({ length: STORMERS }, () => run("stormer.ts", plan)));
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
  const closed = {
    url,
    connections: 2,
    seconds: CALM_S,
    how: "closed",
    fun: "work",
    count,
  } as const;
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
    fun: "work",
    count: Math.round(peak / 2),
  });
  await delay(CALM_S * 1_000);
  const beganAt = Date.now();
  const storm = await storms({ url, connections: 8, seconds, rate, cancels: false });
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
    fun: "honest",
    count: HONEST_PER_SECOND,
  });
  await delay(CALM_S * 1_000);
  const beganAt = Date.now();
  const rate = CANCELS_PER_SECOND / STORMERS;
  const storm = await storms({ url, connections: 8, seconds, rate, cancels: true });
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
    return left.some((counts) => Object.values(Object(counts)).some((count) => Number(count) > 20));
  };
  while (performance.now() - began < 5 * EMPTY_AFTER_MS && (await isBusy())) await delay(20);
  await Promise.all(clients.map((client) => client.close()));
  return Math.round(performance.now() - began);
}

/** Calls through a node to a process that is killed: when the last of them has ended. */
async function killed(title: string, entry: Server, provider: Server): Promise<void> {
  console.log(`\n${title}`);
  await using client = await connect(entry.url);
  await using watcher = await connect(provider.url);
  const ends: number[] = [];
  const failed = (): void => void ends.push(performance.now());
  const calls = Array.from(
    { length: KILLED_CALLS },
    () => client.call("wait", [], { whenMissing: "wait" }).then(failed, failed),
  );
  while (Number(Object(await watcher.call("left", [])).running) < KILLED_CALLS) await delay(10);
  const killedAt = performance.now();
  provider.kill();
  await Promise.all(calls);
  const last = Math.max(...ends) - killedAt;
  check(
    `calls to a process that was killed end within ${KILLED_MS} ms`,
    last <= KILLED_MS,
    `${KILLED_CALLS} calls through another node, the last after ${Math.round(last)} ms`,
  );
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
{
  await using entry = await Server.start({ concurrency: 0 });
  await using provider = await Server.start({ peers: [entry.url] });
  await killed("Calls whose provider is killed", entry, provider);
}
Deno.exit(isWrong ? 1 : 0);
