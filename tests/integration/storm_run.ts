/**
 * Calls among twelve processes while they are killed, restarted, asked to leave and stopped, and their links cut; and what must
 * hold of each call.
 *
 * @module
 */
import { delay } from "@std/async";
import { Chance } from "../../lib/testing/seeded_chance.ts";
import { TcpFaultProxy } from "../faults/tcp_fault_proxy.ts";
import { ChurnFederation } from "./churn_federation.ts";
import { churnEdges, nameOf, NODE_COUNT } from "./churn_plan.ts";
import type { ChurnNode } from "./churn_process.ts";
import { drawChurn } from "./churn_story.ts";
import { ExampleProcess } from "./example_process.ts";
import { readBooks, type StormResult } from "./storm_books.ts";
import type { CallerPlan } from "./storm_caller.ts";

/** How long one story of faults lasts, in ms. */
const STORY_MS = 10_000;
/** Until the next fault, in ms: a process takes most of a second of processor time to start. */
const PAUSE_MS: readonly [number, number] = [200, 1_200];
/** How long what has no deadline may take on a machine with much else to do, in ms. */
const REST_MS_MAX = 180_000;
/** All must be at rest for so long, in ms. */
const STAYS_MS = 2_000;
const LOOK_MS = 250;
/** Nodes whose addresses each client has. */
const CLIENT_NODES: readonly (readonly number[])[] = [[0, 5, 10], [7, 2, 9]];
/** Nodes that offer what few have. */
const RARE: readonly number[] = [3, 11];

/** How a storm is made. */
export interface StormOptions {
  readonly seed: number;
  /** How many calls at least. */
  readonly calls: number;
  /** Calls a second of each node and each client. */
  readonly rate: number;
  /** Hears how far it is. */
  readonly tell?: (text: string) => void;
}

/** A client process, whose connections go through proxies of its own. */
interface StormClient {
  readonly name: string;
  readonly process: ExampleProcess;
  readonly proxies: readonly TcpFaultProxy[];
}

/** One storm. */
class Storm implements AsyncDisposable {
  readonly faults = { count: 0 };
  readonly #options: StormOptions;
  readonly #directory: string;
  readonly #federation: ChurnFederation;
  readonly #clients: StormClient[] = [];
  readonly #died = new Set<string>();
  readonly #lives: number[];
  #kills = 0;

  private constructor(
    options: StormOptions,
    directory: string,
    federation: ChurnFederation,
    lives: number[],
  ) {
    this.#options = options;
    this.#directory = directory;
    this.#federation = federation;
    this.#lives = lives;
  }

  static async start(options: StormOptions): Promise<Storm> {
    const directory = await Deno.makeTempDir({ prefix: "storm" });
    const lives: number[] = [];
    const federation = await ChurnFederation.start({
      file: "tests/integration/storm_node.ts",
      more: (node, life) => {
        lives[node] = life;
        const caller = callerPlan(options, directory, nodeName(node, life), node + life * 100);
        return { ...caller, hasRare: RARE.includes(node) };
      },
    });
    const storm = new Storm(options, directory, federation, lives);
    for (const index of CLIENT_NODES.keys()) await storm.#addClient(index);
    return storm;
  }

  async run(): Promise<StormResult> {
    for (let story = 0; (await this.#begun()) < this.#options.calls; story += 1) {
      await this.#live(this.#options.seed * 1_000 + story);
      this.#options.tell?.(`story ${story}: ${await this.#begun()} calls so far`);
    }
    await Deno.writeTextFile(`${this.#directory}/rest`, "");
    await this.#rest();
    return await readBooks(this.#directory, this.#died);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { process, proxies } of this.#clients) {
      await process[Symbol.asyncDispose]();
      for (const proxy of proxies) await proxy[Symbol.asyncDispose]();
    }
    await this.#federation[Symbol.asyncDispose]();
    await Deno.remove(this.#directory, { recursive: true });
  }

  async #addClient(index: number): Promise<void> {
    const proxies: TcpFaultProxy[] = [];
    for (const number of CLIENT_NODES[index] ?? []) {
      const node = this.#federation.nodes[number];
      const proxy = await TcpFaultProxy.start({ target: node?.front.target });
      node?.links.push(proxy);
      proxies.push(proxy);
    }
    const name = `client${index}`;
    const urls = proxies.map(({ port }) => `ws://127.0.0.1:${port}`);
    const plan = { ...callerPlan(this.#options, this.#directory, name, 50 + index), urls };
    const process = new ExampleProcess("tests/integration/storm_client.ts", JSON.stringify(plan));
    this.#clients.push({ name, process, proxies });
  }

  /** One story of faults, all of which end. */
  async #live(seed: number): Promise<void> {
    const story = drawChurn(seed, NODE_COUNT, churnEdges(), STORY_MS, PAUSE_MS);
    const chance = new Chance(seed, 3);
    const began = performance.now();
    for (const fault of story.filter(({ atMs }) => atMs < STORY_MS)) {
      await delay(Math.max(0, began + fault.atMs - performance.now()));
      this.faults.count += 1;
      if (fault.kind === "kill") await this.#end(fault.node);
      else await this.#federation.apply(fault);
      if (chance.isHit(0.1)) chance.pick(chance.pick(this.#clients).proxies).reset();
    }
    await this.#federation.started();
  }

  /** Every third process may leave in peace, the others are killed. */
  async #end(node: number): Promise<void> {
    this.#died.add(nodeName(node, this.#lives[node] ?? 0));
    this.#kills += 1;
    await this.#federation.started();
    if (this.#kills % 3 === 0) await this.#federation.nodes[node]?.leave();
    else await this.#federation.nodes[node]?.kill();
  }

  /** How many calls have begun. */
  async #begun(): Promise<number> {
    let count = 0;
    for await (const { name } of Deno.readDir(this.#directory)) {
      const text = await Deno.readTextFile(`${this.#directory}/${name}`);
      count += text.match(/^b /gm)?.length ?? 0;
    }
    return count;
  }

  /** Waits until no process has anything left to do. */
  async #rest(): Promise<void> {
    const endAt = performance.now() + REST_MS_MAX;
    let since: number | undefined;
    while (since === undefined || performance.now() - since < STAYS_MS) {
      const busy = this.#busy();
      if (busy.length === 0) since ??= performance.now();
      else if (performance.now() < endAt) since = undefined;
      else throw new Error(`Not at rest after ${REST_MS_MAX} ms: ${busy.join(", ")}`);
      await delay(LOOK_MS);
    }
  }

  #busy(): string[] {
    const nodes = this.#federation.nodes.map((node: ChurnNode) => [node.name, node.lines] as const);
    const clients = this.#clients.map(({ name, process }) => [name, process.lines] as const);
    return [...nodes, ...clients].flatMap(([name, lines]) => {
      const last = lines.findLast((line) => line.includes('"event":"rest"'));
      const left = last === undefined ? "calls of its own" : String(JSON.parse(last).left);
      return left === "{}" ? [] : [`${name} has ${left}`];
    });
  }
}

function nodeName(node: number, life: number): string {
  return `${nameOf(node)}.${life}`;
}

function callerPlan(
  { seed, rate }: StormOptions,
  directory: string,
  name: string,
  number: number,
): CallerPlan {
  return { directory, name, rate, seed: seed * 1_000_000 + number };
}

/** Lives through one storm, and tells what the journals say. */
export async function runStorm(
  options: StormOptions,
): Promise<StormResult & { readonly faults: number }> {
  await using storm = await Storm.start(options);
  const result = await storm.run();
  return { ...result, faults: storm.faults.count };
}
