/**
 * How the propagation of offers scales: a whole federation in one process, from start to quiet, then single changes.
 *
 * Every stage is checked against breadth-first search over the live graph; a difference ends the run with an error. Beside
 * our figures stand those of the algorithm's prototype, and a flooding of the same graph in the same run.
 *
 * Run: `deno run --allow-all bench/scale.ts [--nodes 1000] [--topology er|clusters] [--mode router|core]
 * [--codec] [--unpaced] [--check 1000] [--functions 10] [--names 100] [--samples 20] [--seed 1] [--json] [--quick]`. A
 * change costs microseconds to milliseconds, so its time is that of a cold path; the load is the start. During the start a
 * link holds one frame at a time, which is made when its receiver reads; with `--unpaced` it holds any number, and all
 * messages of a round are in memory at once. With `--check` only so many nodes are compared with the truth: all
 * of ten thousand take minutes.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program for people

import { flood } from "./scale/flooding.ts";
import { graphOf, randomOf, type Topology } from "./scale/graph.ts";
import { MAX_HOPS } from "./scale/names.ts";
import { prototypeFor } from "./scale/prototype.ts";
import { measure, type Measured, type Plan } from "./scale/stages.ts";

/** More flooded functions a node would measure nothing but memory. */
const FLOODED_COPIES_MAX = 5_000_000;

function option(name: string, fallback: string): string {
  const at = Deno.args.indexOf(`--${name}`);
  return at === -1 ? fallback : Deno.args[at + 1] ?? fallback;
}

function count(name: string, fallback: number): number {
  const value = Number(option(name, String(fallback)));
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`Not a count: --${name} ${value}`);
  }
  return value;
}

function choice<const Value extends string>(name: string, values: readonly Value[]): Value {
  const wanted = option(name, values[0] ?? "");
  const found = values.find((value) => value === wanted);
  if (found === undefined) throw new RangeError(`Not one of ${values.join(", ")}: ${wanted}`);
  return found;
}

function planOf(): Plan {
  const quick = Deno.args.includes("--quick");
  const topology: Topology = choice("topology", ["er", "clusters"]);
  return {
    nodes: count("nodes", quick ? 300 : 1_000),
    topology,
    mode: choice("mode", ["router", "core"]),
    codec: Deno.args.includes("--codec"),
    unpaced: Deno.args.includes("--unpaced"),
    check: count("check", Number.MAX_SAFE_INTEGER),
    functions: count("functions", 10),
    names: count("names", 100),
    samples: count("samples", quick ? 5 : 20),
    seed: count("seed", 1),
  };
}

/** Flooding's deliveries a second on the plan's own graph. */
function floodRate({ topology, nodes, seed, functions }: Plan, deliveries: number): number {
  const graph = graphOf(topology, nodes, randomOf(seed));
  const some = Math.max(
    1,
    Math.min(functions, Math.floor(FLOODED_COPIES_MAX * functions / deliveries)),
  );
  const began = performance.now();
  const delivered = flood(graph, some, MAX_HOPS);
  return delivered / (performance.now() - began) * 1_000;
}

function shown(value: number | undefined, digits = 0): string {
  return value === undefined
    ? "–"
    : value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

function ratio(ours: number, theirs: number | undefined): string {
  return theirs === undefined ? "–" : (ours / theirs).toFixed(2);
}

function printTable(plan: Plan, measured: Measured, flooding: number): void {
  const prototype = prototypeFor(plan.topology, plan.nodes);
  const { nodes, topology, mode, codec, functions } = plan;
  console.log(
    `${topology}, ${shown(nodes)} nodes × ${functions} functions, max hops ${MAX_HOPS}, ${mode}, ` +
      `${codec ? "through the codec" : "decoding elided"}; ${
        measured.groupsPerNode.toFixed(0)
      } groups a node`,
  );
  console.log(
    "stage".padEnd(12),
    "|    records   prototype  ratio | rounds  prototype |    wall ms  prototype",
  );
  for (const { name, records, rounds, wallMs } of measured.stages) {
    const theirs = prototype?.stages[name];
    const seconds = theirs?.seconds;
    console.log(
      name.padEnd(12),
      `| ${shown(records).padStart(10)} ${shown(theirs?.records).padStart(11)} ${
        ratio(records, theirs?.records).padStart(6)
      }`,
      `| ${shown(rounds).padStart(6)} ${shown(theirs?.rounds).padStart(10)}`,
      `| ${shown(wallMs, 2).padStart(10)} ${
        shown(seconds === undefined ? undefined : seconds * 1_000).padStart(10)
      }`,
    );
  }
  const { deliveries, rssBytes, heapBytes, bytesPerRecord, checked } = measured;
  const { wallMs: startMs = 0, cpuMs = 0 } = measured.stages[0] ?? {};
  const rate = deliveries / startMs * 1_000;
  console.log(
    `start: ${shown(rate / functions)} records/s = ${
      shown(rate)
    } deliveries/s (a function told over a link); ` +
      `flooding ${shown(flooding)}/s, ratio ${(rate / flooding).toFixed(2)}`,
  );
  console.log(
    `start, processor time of this thread: ${shown(cpuMs)} ms = ${
      shown(deliveries / cpuMs * 1_000)
    } deliveries/s`,
  );
  const gb = rssBytes / 1e9;
  console.log(
    `memory after start: ${gb.toFixed(2)} GB resident (prototype ${
      shown(prototype?.rssGb, 1)
    } GB, ratio ${ratio(gb, prototype?.rssGb)}), heap ${(heapBytes / 1e9).toFixed(2)} GB`,
  );
  if (codec) console.log(`${bytesPerRecord.toFixed(0)} bytes of frames a record`);
  console.log(`${shown(checked)} listings equal the truth`);
}

const plan = planOf();
const measured = measure(plan);
const flooding = floodRate(plan, measured.deliveries);
if (Deno.args.includes("--json")) {
  const { graph: _graph, ...figures } = measured;
  console.log(JSON.stringify({ plan, ...figures, floodedPerSecond: flooding }));
} else printTable(plan, measured, flooding);
