// deno-lint-ignore-file no-console -- its output is read by the program that started it
/**
 * One process of the echo comparison: a server, or a client that loads it.
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { Contestant, EchoClient } from "./contestant.ts";

/** What a client's process says in the end. */
export interface LoadReport {
  /** Calls that came back with what was sent, per second. */
  readonly callsPerSecond: number;
  /** Calls whose answer was compared with what was sent. */
  readonly checked: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** Keeps so many calls in flight for so long; every answer is compared. */
async function load(client: EchoClient, inFlight: number, ms: number): Promise<LoadReport> {
  const times: number[] = [];
  const end = performance.now() + ms;
  const lane = async (number: number): Promise<void> => {
    for (let turn = 0; performance.now() < end; turn += 1) {
      const text = `hell${LETTERS[(number + turn) % LETTERS.length]}`;
      const began = performance.now();
      const answer = await client.echo(text);
      if (answer !== text) throw new Error(`Sent ${text}, got ${answer}`);
      times.push(performance.now() - began);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: inFlight }, (_, number) => lane(number)));
  const seconds = (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? 0;
  return {
    callsPerSecond: times.length / seconds,
    checked: times.length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
  };
}

const { values } = parseArgs({
  args: Deno.args,
  options: {
    module: { type: "string", default: "" },
    role: { type: "string", default: "server" },
    next: { type: "string" },
    address: { type: "string", default: "" },
    load: { type: "string", multiple: true, default: [] },
    ms: { type: "string", default: "2000" },
  },
});
const loaded: { readonly CONTESTANT: Contestant } = await import(values.module);
const contestant = loaded.CONTESTANT;
if (values.role === "server") {
  console.log(await contestant.serve(values.next));
} else {
  const client = await contestant.connect(values.address);
  // What is first is compiled first: it does not count.
  await load(client, 16, Number(values.ms) / 4);
  const reports = [];
  for (const inFlight of values.load) {
    reports.push(await load(client, Number(inFlight), Number(values.ms)));
  }
  console.log(JSON.stringify(reports));
  await client.close();
  Deno.exit(0);
}
