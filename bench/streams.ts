// deno-lint-ignore-file no-console
/**
 * A stream through two relays to a slow reader, each node a process of its own: how much memory each takes, in both directions,
 * whether many streams at once get equal parts, and what a small item costs.
 *
 * `deno run -A bench/streams.ts [--mib 1024] [--streams 1000] [--items 200000]`
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { parseArgs } from "node:util";
import { type FarcallNode, ItemStream, startNode } from "../mod.ts";

const PIECE = "x".repeat(32 * 1024);
const SMALL = "x".repeat(1024);
const SAMPLE_MS = 50;
const MIB = 1024 * 1024;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    role: { type: "string", default: "" },
    peer: { type: "string", default: "" },
    mib: { type: "string", default: "1024" },
    streams: { type: "string", default: "1000" },
    items: { type: "string", default: "200000" },
  },
});

/** What one process says, one JSON object a line. */
interface Report {
  readonly url?: string;
  readonly restMib?: number;
  readonly peakMib?: number;
  readonly cpuMs?: number;
  readonly text?: string;
}

function tell(report: Report): void {
  console.log(JSON.stringify(report));
}

/** Watches this process's memory. */
class MemoryWatch {
  #peak = 0;
  readonly #timer = setInterval(() => this.#look(), SAMPLE_MS);

  /** Forgets what was, and gives what is. */
  begin(): number {
    this.#peak = 0;
    return this.#look();
  }

  get peakMib(): number {
    this.#look();
    return this.#peak;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #look(): number {
    const mib = Math.round(Deno.memoryUsage().rss / MIB);
    this.#peak = Math.max(this.#peak, mib);
    return mib;
  }
}

async function node(): Promise<FarcallNode> {
  const peers = values.peer === "" ? [] : [values.peer];
  // Nodes of one cluster would link to each other.
  const cluster = `cluster-${Deno.pid}`;
  return await startNode({ listen: "ws://127.0.0.1:0", cluster, peers, reach: "relay" });
}

async function provide(self: FarcallNode): Promise<void> {
  const give = async function* (args: unknown[], piece: string): AsyncGenerator<string> {
    for (let left = Number(args[0]); left > 0; left -= 1) yield piece;
  };
  self.register("pieces", (args) => give(args, PIECE), { maxHops: 8 });
  self.register("small", (args) => give(args, SMALL), { maxHops: 8 });
  self.register("tiny", (args) => give(args, "tick"), { maxHops: 8 });
  self.register("sink", async ([given]) => given instanceof ItemStream ? await count(given) : 0, {
    maxHops: 8,
  });
  await Promise.resolve();
}

async function* pieces(count: number): AsyncGenerator<string> {
  for (let left = count; left > 0; left -= 1) yield PIECE;
}

async function count(pieces: AsyncIterable<unknown>): Promise<number> {
  let read = 0;
  for await (const _piece of pieces) {
    read += 1;
    // A reader that does something else now and then.
    if (read % 64 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return read;
}

async function readTiny(self: FarcallNode, items: number): Promise<void> {
  const began = performance.now();
  let read = 0;
  for await (const _item of self.stream("tiny", [items])) read += 1;
  const seconds = (performance.now() - began) / 1000;
  tell({
    text: `${read} tiny items in ${seconds.toFixed(2)} s, ${Math.round(read / seconds)} a second`,
  });
}

async function readMany(self: FarcallNode, streams: number): Promise<void> {
  const counts = new Array<number>(streams).fill(0);
  const ends: number[] = [];
  const began = performance.now();
  let half: number[] | undefined;
  let total = 0;
  await Promise.all(counts.map(async (_, index) => {
    for await (const _piece of self.stream("small", [64])) {
      counts[index] = (counts[index] ?? 0) + 1;
      total += 1;
      if (total === streams * 32) half = [...counts];
    }
    ends.push(performance.now() - began);
  }));
  const sorted = (half ?? []).toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor((sorted.length - 1) * part)] ?? 0;
  const seconds = (performance.now() - began) / 1000;
  tell({
    text: `${streams} streams of 64 KiB in ${seconds.toFixed(1)} s; when half of all had come, ` +
      `each had of its 64 items: least ${at(0)}, 5 % ${at(0.05)}, median ${at(0.5)}, ` +
      `95 % ${at(0.95)}, most ${at(1)}`,
  });
}

async function listed(self: FarcallNode, name: string): Promise<void> {
  for await (const { type } of self.offers({ function: name })) if (type === "added") return;
}

async function child(): Promise<void> {
  const watch = new MemoryWatch();
  const self = await node();
  if (values.role === "provider") await provide(self);
  tell({ url: self.url });
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  if (values.role === "reader") await listed(self, "tiny");
  tell({ text: "ready" });
  for (let step = await lines.next(); step.done !== true; step = await lines.next()) {
    const word = step.value.trim();
    if (word === "rest") tell({ restMib: watch.begin() });
    else if (word === "peak") tell({ peakMib: watch.peakMib });
    else if (word === "cpu") tell({ cpuMs: (cpuUsage().user + cpuUsage().system) / 1000 });
    else if (word === "end") break;
    else {
      const [what, amount] = word.split(" ");
      const began = performance.now();
      if (what === "many") await readMany(self, Number(amount));
      else if (what === "tiny") await readTiny(self, Number(amount));
      else {
        const read = what === "give"
          ? Number(await self.call("sink", [pieces(Number(amount))], { timeout: 3_600_000 }))
          : await count(self.stream("pieces", [Number(amount)]));
        const seconds = (performance.now() - began) / 1000;
        const mib = read * PIECE.length / MIB;
        tell({
          text: `${mib} MiB in ${seconds.toFixed(1)} s, ${(mib / seconds).toFixed(1)} MiB/s`,
        });
      }
    }
  }
  watch.end();
  await self.drain({ timeout: 0 });
}

/** One node in a process of its own. */
class Process {
  readonly role: string;
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;

  constructor(role: string, peer: string) {
    this.role = role;
    const args = ["run", "-A", "--v8-flags=--max-semi-space-size=4", import.meta.filename ?? ""];
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...args, "--role", role, "--peer", peer],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#lines = linesOf(this.#child.stdout);
  }

  async ask(word: string): Promise<Report> {
    await this.#writer.write(new TextEncoder().encode(`${word}\n`));
    return await this.next();
  }

  async next(): Promise<Report> {
    const { value } = await this.#lines.next();
    const report: Report = JSON.parse(value);
    return report;
  }

  async end(): Promise<void> {
    await this.#writer.write(new TextEncoder().encode("end\n"));
    await this.#writer.close();
    await this.#child.status;
  }
}

async function* linesOf(bytes: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let left = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    const parts = (left + text).split("\n");
    left = parts.pop() ?? "";
    yield* parts;
  }
}

async function run(): Promise<void> {
  const nodes: Process[] = [];
  let peer = "";
  for (const role of ["provider", "relay", "relay", "reader"]) {
    const one = new Process(role, peer);
    peer = (await one.next()).url ?? "";
    nodes.push(one);
  }
  const reader = nodes.at(-1);
  if (reader === undefined) return;
  for (const one of nodes) await one.next();
  await measureMemory(nodes, reader, "one", "as a result");
  await measureMemory(nodes, reader, "give", "as an argument");
  console.log((await reader.ask(`many ${values.streams}`)).text);
  await measureTiny(nodes, reader);
  for (const one of nodes.toReversed()) await one.end();
}

async function measureMemory(
  nodes: readonly Process[],
  reader: Process,
  word: "one" | "give",
  how: string,
): Promise<void> {
  const pieces = (mib: number): number => Math.ceil(mib * MIB / PIECE.length);
  // What a process takes once its code is compiled and its heap has grown to its working size.
  await reader.ask(`${word} ${pieces(64)}`);
  const rest = await Promise.all(nodes.map((one) => one.ask("rest")));
  console.log(`${how}: ${(await reader.ask(`${word} ${pieces(Number(values.mib))}`)).text}`);
  const peaks = await Promise.all(nodes.map((one) => one.ask("peak")));
  nodes.forEach(({ role }, index) => {
    const [from, to] = [rest[index]?.restMib ?? 0, peaks[index]?.peakMib ?? 0];
    console.log(
      `${role}: ${from} MiB at rest after 64 MiB, peak ${to} MiB, growth ${to - from} MiB`,
    );
  });
}

async function measureTiny(nodes: readonly Process[], reader: Process): Promise<void> {
  const cpu = async (): Promise<number[]> => {
    const reports = await Promise.all(nodes.map((one) => one.ask("cpu")));
    return reports.map(({ cpuMs = 0 }) => cpuMs);
  };
  await reader.ask(`tiny ${Number(values.items) / 4}`);
  const before = await cpu();
  console.log((await reader.ask(`tiny ${values.items}`)).text);
  const after = await cpu();
  nodes.forEach(({ role }, index) => {
    const ms = (after[index] ?? 0) - (before[index] ?? 0);
    console.log(
      `${role}: ${(ms * 1000 / Number(values.items)).toFixed(2)} µs of processor time an item`,
    );
  });
}

await (values.role === "" ? run() : child());
