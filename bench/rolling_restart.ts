// deno-lint-ignore-file no-console
/**
 * Five processes of `examples/node.ts` get a SIGTERM one after the other, and start anew, three times over, while clients call
 * without a pause: how many idempotent calls fail.
 *
 * `deno run -A bench/rolling_restart.ts [--rounds 3] [--at-once 128]`
 *
 * @module
 */
import { delay } from "@std/async";
import { parseArgs } from "node:util";
import { connect, type FarcallClient, FarcallError } from "../lib/client/mod.ts";

const NODES = 5;
const CLIENTS = 4;
/** All is well for so long between two restarts, in ms. */
const PAUSE_MS = 300;
const TIMEOUT_MS = 10_000;
/** The bar, in calls a second. */
const RATE_MIN = 2_000;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    "rounds": { type: "string", default: "3" },
    "at-once": { type: "string", default: "128" },
  },
});
const rounds = Number(values.rounds);
const atOnce = Number(values["at-once"]);

/** One process of the example, and where it listens. */
interface NodeProcess {
  readonly child: Deno.ChildProcess;
  readonly url: string;
}

async function start(port: number, peers: readonly string[]): Promise<NodeProcess> {
  const joins = peers.flatMap((peer) => ["--join", peer]);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "examples/node.ts", "--port", `${port}`, ...joins],
    ...{ stdout: "piped", stderr: "inherit" } as const,
  }).spawn();
  // The rest is read, too: a full pipe would hold the node up.
  const [first, rest] = child.stdout.tee();
  void rest.pipeTo(new WritableStream());
  let said = "";
  for await (const text of first.pipeThrough(new TextDecoderStream())) {
    said += text;
    const url = /at (ws:\S+):/.exec(said)?.[1];
    if (url !== undefined) return { child, url };
  }
  throw new Error(`A node did not start; it said: ${said}`);
}

/** Resolves when a node lists `echo` of all nodes. */
async function knowsAll(url: string): Promise<void> {
  await using client = await connect(url);
  const origins = new Set<string>();
  for await (const { type, offer } of client.offers({ function: "echo" })) {
    if (type === "lost") origins.delete(offer.origin);
    else origins.add(offer.origin);
    if (origins.size === NODES) return;
  }
}

const tally = { calls: 0, failed: 0, ms: [] as number[] };

async function callOn(client: FarcallClient, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const number = tally.calls += 1;
    const began = performance.now();
    try {
      const options = { idempotent: true, timeout: TIMEOUT_MS };
      const result = await client.call("echo", [number], options);
      if (result !== number) throw new Error(`${number} gave ${result}`);
    } catch (error) {
      tally.failed += 1;
      console.log(error instanceof FarcallError ? `${error.code}: ${error.message}` : error);
    }
    tally.ms.push(performance.now() - began);
  }
}

const nodes: NodeProcess[] = [];
for (let count = 0; count < NODES; count += 1) {
  nodes.push(await start(0, nodes.map(({ url }) => url)));
}
const urls = nodes.map(({ url }) => url);
await Promise.all(urls.map(knowsAll));
const clients = await Promise.all(
  Array.from({ length: CLIENTS }, (_, at) => connect([...urls.slice(at), ...urls.slice(0, at)])),
);
const stop = new AbortController();
const began = performance.now();
const callers = clients.flatMap((client) =>
  Array.from({ length: Math.ceil(atOnce / CLIENTS) }, () => callOn(client, stop.signal))
);
let unclean = 0;
for (let round = 1; round <= rounds; round += 1) {
  for (const [place, url] of urls.entries()) {
    const before = nodes[place];
    before?.child.kill("SIGTERM");
    const status = await before?.child.status;
    if (status?.code !== 0) unclean += 1;
    nodes[place] = await start(Number(new URL(url).port), urls.filter((peer) => peer !== url));
    await knowsAll(url);
    await delay(PAUSE_MS);
  }
  console.log(`round ${round}: ${NODES} nodes restarted, ${tally.calls} calls so far`);
}
stop.abort();
await Promise.all(callers);
const seconds = (performance.now() - began) / 1_000;
await Promise.all(clients.map((client) => client.close()));
for (const { child } of nodes) child.kill("SIGTERM");
await Promise.all(nodes.map(({ child }) => child.status));
const rate = Math.round(tally.calls / seconds);
const sorted = tally.ms.toSorted((a, b) => a - b);
const at = (part: number): string =>
  `${Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? 0)} ms`;
console.log(
  `${tally.calls} calls, ${rate} a second, ${tally.failed} failed, ${unclean} nodes ended badly; ` +
    `median ${at(0.5)}, 99 % ${at(0.99)}, longest ${at(1)}`,
);
Deno.exit(tally.failed === 0 && unclean === 0 && rate >= RATE_MIN ? 0 : 1);
