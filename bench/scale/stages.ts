/**
 * What is measured: from start to quiet, then one change after the other, each checked against the truth.
 *
 * @module
 */

import { coreKind } from "./core_kind.ts";
import { cpuNow } from "./cpu_clock.ts";
import { Federation } from "./federation.ts";
import { below, type Graph, graphOf, randomOf, type Topology } from "./graph.ts";
import { functionOf, identityOf, MAX_HOPS } from "./names.ts";
import type { StageName } from "./prototype.ts";
import { routerKind } from "./router_kind.ts";
import { checkListings } from "./truth.ts";

/** What to measure. */
export interface Plan {
  /** Nodes at start. */
  readonly nodes: number;
  /** Kind of graph. */
  readonly topology: Topology;
  /** What a node is made of. */
  readonly mode: "router" | "core";
  /** Whether every frame is encoded and decoded. */
  readonly codec: boolean;
  /** Whether the links hold any number of frames during the start, too. */
  readonly unpaced: boolean;
  /** Nodes that are compared with the truth after the start, and after all changes; each change also checks those near it. */
  readonly check: number;
  /** Functions of a node. */
  readonly functions: number;
  /** Different function names in all. */
  readonly names: number;
  /** How often each change is made. */
  readonly samples: number;
  /** For the graph and the choices. */
  readonly seed: number;
}

/** One stage; of several samples the means, and the most rounds. */
export interface Stage {
  /** Which. */
  readonly name: StageName;
  /** Words of one node about one group over one link. */
  readonly records: number;
  /** Messages of the protocol. */
  readonly messages: number;
  /** Until quiet. */
  readonly rounds: number;
  /** Until quiet, in ms. */
  readonly wallMs: number;
  /** Of that, the time this thread ran, in ms: what is left when others share the processor. `NaN` = the system does not say. */
  readonly cpuMs: number;
}

/** What came out. */
export interface Measured {
  /** The graph, for the baseline; changed by the stages. */
  readonly graph: Graph;
  /** In order. */
  readonly stages: readonly Stage[];
  /** Functions told, counted as flooding counts them: records of the start times functions of a node. */
  readonly deliveries: number;
  /** Resident after the start, in bytes. */
  readonly rssBytes: number;
  /** Heap in use after the start, in bytes; garbage included unless the engine lets us collect it. */
  readonly heapBytes: number;
  /** Groups a node knows after the start, on average. */
  readonly groupsPerNode: number;
  /** Bytes of frames per record of the start; 0 without the codec. */
  readonly bytesPerRecord: number;
  /** Listings compared with the truth. */
  readonly checked: number;
}

/** Links of a node that joins. */
const JOINING_LINKS = 2;

/** Runs a plan. */
export function measure(plan: Plan): Measured {
  return new Measurement(plan).run();
}

class Measurement {
  readonly #plan: Plan;
  readonly #random: () => number;
  readonly #graph: Graph;
  readonly #federation: Federation;
  readonly #offered = new Map<number, Set<string>>();
  readonly #nodeOf = new Map<string, number>();
  #checked = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#random = randomOf(plan.seed);
    this.#graph = graphOf(plan.topology, plan.nodes, this.#random);
    const identify = (node: number): ReturnType<typeof identityOf> =>
      identityOf(plan.topology, node);
    const kind = plan.mode === "router" ? routerKind(identify) : coreKind(identify);
    this.#federation = new Federation(this.#graph, () => kind, plan.codec);
    for (let node = 0; node < plan.nodes; node++) this.#populate(node);
  }

  run(): Measured {
    const links = [...this.#graph.links()];
    const start = this.#timed("start", () => {
      if (!this.#plan.unpaced) return this.#federation.start(links);
      for (const [one, other] of links) this.#federation.raise(one, other);
      return this.#federation.settle();
    });
    Reflect.get(globalThis, "gc")?.();
    const { rss, heapUsed } = Deno.memoryUsage();
    const { characters } = this.#federation.counts;
    const some = this.#someNodes();
    this.#check(some);
    const { functions } = this.#plan;
    const groupsPerNode = this.#checked / some.length / functions;
    const stages = [
      start,
      this.#sampled("new offer", () => this.#offer()),
      this.#sampled("withdrawal", () => this.#withdraw()),
      this.#sampled("link cut", () => this.#cut()),
      this.#sampled("node crash", () => this.#crash()),
      this.#sampled("node joins", () => this.#join()),
    ];
    this.#check(this.#someNodes());
    return {
      graph: this.#graph,
      stages,
      deliveries: start.records * functions,
      rssBytes: rss,
      heapBytes: heapUsed,
      groupsPerNode,
      bytesPerRecord: characters / start.records,
      checked: this.#checked,
    };
  }

  #populate(node: number): void {
    const names = new Set<string>();
    for (let k = 0; k < this.#plan.functions; k++) {
      names.add(functionOf(node, k, this.#plan.names));
    }
    for (const name of names) this.#federation.member(node).register(name);
    this.#offered.set(node, names);
    this.#nodeOf.set(identityOf(this.#plan.topology, node).url, node);
  }

  /** The change of the last `#offer` of each node, to be taken back. */
  readonly #extra: { readonly node: number; readonly fun: string; readonly id: number }[] = [];

  #offer(): Iterable<number> {
    const node = this.#anyNode();
    const fun = `extra${this.#extra.length}`;
    this.#extra.push({ node, fun, id: this.#federation.member(node).register(fun) });
    this.#offered.get(node)?.add(fun);
    return this.#near(node);
  }

  #withdraw(): Iterable<number> {
    const extra = this.#extra.pop();
    if (extra === undefined) throw new Error("Nothing to withdraw");
    this.#federation.member(extra.node).withdraw(extra.id);
    this.#offered.get(extra.node)?.delete(extra.fun);
    return this.#near(extra.node);
  }

  #cut(): Iterable<number> {
    const node = this.#anyNode();
    const some = [...this.#graph.of(node)];
    const other = some[below(this.#random, some.length)] ?? node;
    const near = [...this.#near(node), ...this.#near(other)];
    this.#federation.cut(node, other);
    return near;
  }

  #crash(): Iterable<number> {
    const node = this.#anyNode();
    const near = [...this.#near(node)];
    this.#federation.crash(node);
    this.#offered.delete(node);
    return near;
  }

  #join(): Iterable<number> {
    const node = this.#graph.add();
    while (this.#graph.of(node).size < JOINING_LINKS) this.#graph.link(node, this.#anyNode());
    this.#federation.add(node);
    this.#populate(node);
    for (const other of this.#graph.of(node)) this.#federation.raise(node, other);
    return this.#near(node);
  }

  /** A live node that has links. */
  #anyNode(): number {
    for (;;) {
      const node = below(this.#random, this.#graph.size);
      if (this.#federation.lives(node) && this.#graph.of(node).size > 0) return node;
    }
  }

  /** Nodes that a change at this one can concern; the check of all at the end finds what spread further. */
  #someNodes(): readonly number[] {
    const nodes = [...this.#nodeOf.values()];
    const step = Math.max(1, nodes.length / this.#plan.check);
    return nodes.filter((_, at) => Math.floor(at / step) !== Math.floor((at - 1) / step));
  }

  #near(node: number): Iterable<number> {
    return this.#graph.within(node, MAX_HOPS).keys();
  }

  #check(nodes: Iterable<number>): void {
    this.#checked += checkListings(
      this.#federation,
      this.#offered,
      nodes,
      (url) => this.#nodeOf.get(url) ?? -1,
    );
  }

  #sampled(name: StageName, change: () => Iterable<number>): Stage {
    const stages: Stage[] = [];
    for (let sample = 0; sample < this.#plan.samples; sample++) {
      let near: Iterable<number> = [];
      stages.push(this.#timed(name, () => {
        near = change();
        return this.#federation.settle();
      }));
      this.#check(near);
    }
    const mean = (of: (stage: Stage) => number): number =>
      stages.reduce((sum, stage) => sum + of(stage), 0) / stages.length;
    return {
      name,
      records: mean(({ records }) => records),
      messages: mean(({ messages }) => messages),
      rounds: Math.max(...stages.map(({ rounds }) => rounds)),
      wallMs: mean(({ wallMs }) => wallMs),
      cpuMs: mean(({ cpuMs }) => cpuMs),
    };
  }

  /** @param change Makes the change, and returns the rounds until all was quiet. */
  #timed(name: StageName, change: () => number): Stage {
    const { records, messages } = this.#federation.counts;
    const [began, beganCpu] = [performance.now(), cpuNow()];
    const rounds = change();
    const [wallMs, cpuMs] = [performance.now() - began, cpuNow() - beganCpu];
    const { counts } = this.#federation;
    return {
      name,
      records: counts.records - records,
      messages: counts.messages - messages,
      rounds,
      wallMs,
      cpuMs,
    };
  }
}
