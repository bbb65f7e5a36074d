// deno-lint-ignore-file no-console -- a program for people
/**
 * How many calls a second come back, each server and each client a process of its own: farcall against a bare WebSocket,
 * against one that sends many messages in a frame, and against other ways to call a function.
 *
 * `deno run -A bench/echo.ts [--quick] [--rounds 3] [--ms 2000] [--peers] [--only farcall] [--in-flight 1 --in-flight 64 …] [--json]`
 *
 * Every answer is compared with what was sent. Rounds go through all contestants in turn, so that a machine that slows
 * down slows all of them; shown are medians.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { CONTESTANTS, type Entry } from "./echo/contestants.ts";
import type { LoadReport } from "./echo/process.ts";

const PROCESS = new URL("./echo/process.ts", import.meta.url).pathname;
const PEERS_CONFIG = new URL("./peers/deno.json", import.meta.url).pathname;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string", default: "3" },
    ms: { type: "string", default: "2000" },
    only: { type: "string", multiple: true },
    "in-flight": { type: "string", multiple: true, default: ["1", "64", "256", "1024"] },
    json: { type: "boolean", default: false },
    peers: { type: "boolean", default: false },
  },
});
const rounds = values.quick ? 1 : Number(values.rounds);
const ms = values.quick ? 200 : Number(values.ms);
const inFlight = values["in-flight"];

function start(entry: Entry, args: readonly string[]): Deno.ChildProcess {
  // Peers have packages that the project has not.
  const config = entry.isPeer === true ? ["--config", PEERS_CONFIG] : [];
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-check",
      ...config,
      PROCESS,
      "--module",
      entry.module,
      ...args,
    ],
    stdout: "piped",
    stderr: "inherit",
  });
  return command.spawn();
}

async function firstLine(process: Deno.ChildProcess): Promise<string> {
  let text = "";
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
  }
  reader.releaseLock();
  return text.split("\n")[0] ?? "";
}

/** Servers from the one that runs the function to the foremost, then a client. */
async function once(entry: Entry): Promise<LoadReport[]> {
  const servers: Deno.ChildProcess[] = [];
  let next: string[] = [];
  let address = "";
  try {
    for (let left = entry.relays ?? 0; left >= 0; left -= 1) {
      const server = start(entry, next);
      servers.push(server);
      address = await firstLine(server);
      next = ["--next", address];
    }
    const loads = inFlight.flatMap((count) => ["--load", count]);
    const client = start(entry, [
      ...["--role", "client", "--address", address, "--ms", `${ms}`],
      ...loads,
    ]);
    const line = await firstLine(client);
    const { success } = await client.status;
    if (!success) throw new Error(`The client of ${entry.module} failed`);
    return JSON.parse(line);
  } finally {
    for (const server of servers) server.kill("SIGTERM");
    for (const server of servers) await server.status;
  }
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

const entries = Object.entries(CONTESTANTS).filter(([name, { isPeer }]) =>
  values.only === undefined ? isPeer !== true || values.peers : values.only.includes(name)
);
const results = new Map<string, LoadReport[][]>(entries.map(([name]) => [name, []]));
for (let round = 0; round < rounds; round += 1) {
  for (const [name, entry] of entries) results.get(name)?.push(await once(entry));
}

function middle(name: string, at: number, field: keyof LoadReport): number {
  return median((results.get(name) ?? []).map((reports) => reports[at]?.[field] ?? 0));
}

console.log(`calls per second, and p50 / p99 / max in ms; medians of ${rounds} rounds of ${ms} ms`);
for (const [at, count] of inFlight.entries()) {
  console.log(`\n${count} in flight`);
  const ceiling = middle("coalesced socket", at, "callsPerSecond");
  for (const [name] of entries) {
    const rate = middle(name, at, "callsPerSecond");
    const times = (["p50Ms", "p99Ms", "maxMs"] as const)
      .map((field) => middle(name, at, field).toFixed(2).padStart(8)).join("");
    const ratio = ceiling > 0 ? `${(rate / ceiling).toFixed(2).padStart(7)} ×` : "";
    console.log(
      `${name.padEnd(22)}${Math.round(rate).toLocaleString("en").padStart(12)}${ratio}  ${times}`,
    );
  }
}
if (values.json) console.log(JSON.stringify(Object.fromEntries(results)));
