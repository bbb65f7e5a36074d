/**
 * Twelve node processes whose configured links go through fault proxies, and what is wrong with what they know.
 *
 * @module
 */
import { connect, type FarcallClient } from "@farcall/farcall/client";
import { openPolicy } from "../../lib/federation/peering_policy.ts";
import { clusterId, nodeUrl } from "../../lib/protocol/names.ts";
import { type TableNode, tableViolations } from "../../lib/testing/table_checker.ts";
import type { Violation } from "../../lib/testing/violation.ts";
import { TcpFaultProxy } from "../faults/tcp_fault_proxy.ts";
import { type ChurnEdge, churnEdges, nameOf, NODE_COUNT } from "./churn_plan.ts";
import { ChurnNode, type ChurnProgram } from "./churn_process.ts";
import type { ChurnFault, LinkFault, NodeFault } from "./churn_story.ts";
import { readTable, type ReportedTable } from "./reported_table.ts";

/** How long a node may take to answer, in ms. */
const ANSWER_MS_MAX = 5_000;

/** A configured link: a proxy between who dials and who is dialled. */
interface ChurnLink extends ChurnEdge {
  readonly proxy: TcpFaultProxy;
  isOpen: boolean;
}

/** The federation. */
export class ChurnFederation implements AsyncDisposable {
  /** How long each process stood still so far, by its name, in ms; as of the last look at the tables. */
  readonly stillMs = new Map<string, number>();
  readonly #nodes: readonly ChurnNode[];
  readonly #links: readonly ChurnLink[];
  readonly #clients = new Map<string, FarcallClient>();

  private constructor(nodes: readonly ChurnNode[], links: readonly ChurnLink[]) {
    this.#nodes = nodes;
    this.#links = links;
  }

  /**
   * Starts all processes and waits until each listens.
   *
   * @param program What they run. Default: nodes that offer, and tell what they know.
   */
  static async start(program?: ChurnProgram): Promise<ChurnFederation> {
    const nodes = await Promise.all(
      Array.from({ length: NODE_COUNT }, (_, index) => ChurnNode.at(index, program)),
    );
    const links: ChurnLink[] = [];
    for (const edge of churnEdges()) {
      const proxy = await TcpFaultProxy.start();
      // Whoever dials a node that is not there yet waits a moment, in place of a back-off.
      proxy.cut("silent");
      nodes[edge.from]?.peers.push(`ws://127.0.0.1:${proxy.port}`);
      nodes[edge.to]?.links.push(proxy);
      links.push({ ...edge, proxy, isOpen: true });
    }
    const federation = new ChurnFederation(nodes, links);
    for (const node of nodes) node.start();
    try {
      await Promise.all(nodes.map((node) => node.started()));
    } catch (error) {
      await federation[Symbol.asyncDispose]();
      throw error;
    }
    for (const { proxy } of links) proxy.heal();
    return federation;
  }

  /** Its nodes. */
  get nodes(): readonly ChurnNode[] {
    return this.#nodes;
  }

  /** What the processes said last. */
  get tails(): string {
    return this.#nodes.map(({ tail }) => tail).join("\n");
  }

  /** A text with names in place of the URLs of nodes, and of the proxies of links, which nobody can tell apart. */
  named(text: string): string {
    const names = new Map(this.#nodes.map(({ front, name }) => [front.port, name]));
    for (const { from, to, proxy } of this.#links) {
      names.set(proxy.port, `the proxy ${nameOf(from)}>${nameOf(to)}`);
    }
    return text.replace(
      /ws:\/\/127\.0\.0\.1:(\d+)/g,
      (url, port) => names.get(Number(port)) ?? url,
    );
  }

  /** Does something to a process or a link. */
  async apply(fault: ChurnFault): Promise<void> {
    if ("node" in fault) await this.#applyToNode(fault);
    else this.#applyToLink(fault);
  }

  /** Waits until every process that was started listens. */
  async started(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.started()));
  }

  /** What is wrong now: empty = each node lists exactly what is in its reach over the links that are up. */
  async violations(): Promise<Violation[]> {
    const live = this.#nodes.filter((node) => node.askUrl !== undefined);
    const answers = await Promise.all(live.map((node) => this.#ask(node)));
    const failures = answers.filter((answer) => typeof answer === "string");
    if (failures.length > 0) return failures.map((text) => ({ invariant: "I10", text }));
    const reported = new Map<ChurnNode, ReportedTable>();
    for (const [index, answer] of answers.entries()) {
      const node = live[index];
      if (node === undefined || typeof answer === "string") continue;
      reported.set(node, answer);
      this.stillMs.set(node.name, answer.stillMs);
    }
    return tableViolations(live.map((node) => this.#tableNode(node, reported)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
    await Promise.all(this.#nodes.map((node) => node[Symbol.asyncDispose]()));
    await Promise.all(this.#links.map(({ proxy }) => proxy[Symbol.asyncDispose]()));
  }

  async #applyToNode({ kind, node: index }: NodeFault): Promise<void> {
    const node = this.#nodes[index];
    if (node === undefined) throw new RangeError(`No node ${index}`);
    // A signal for a process that does not run yet would be one of no consequence.
    await node.started();
    if (kind === "kill") await node.kill();
    else if (kind === "restart") node.start();
    else if (kind === "stop") node.stop();
    else node.goOn();
  }

  #applyToLink(fault: LinkFault): void {
    const link = this.#links[fault.link];
    if (link === undefined) throw new RangeError(`No link ${fault.link}`);
    const { proxy } = link;
    switch (fault.kind) {
      case "cut":
        link.isOpen = false;
        return proxy.cut(fault.how, fault.side);
      case "heal":
        link.isOpen = true;
        return proxy.heal();
      case "reset":
        return proxy.reset();
      case "resetAfter":
        return proxy.connections.forEach(({ forth }) => forth.resetAfter(fault.bytes));
      case "set":
        return proxy.set(fault.side, fault.faults);
    }
  }

  /** What a node answers to the outside, or why it doesn't. */
  async #ask(node: ChurnNode): Promise<ReportedTable | string> {
    const { name, askUrl = "" } = node;
    try {
      const known = this.#clients.get(askUrl);
      const client = known ?? await connect(askUrl, { connectTimeout: ANSWER_MS_MAX });
      this.#clients.set(askUrl, client);
      return readTable(await client.call("table", [], { timeout: ANSWER_MS_MAX }));
    } catch (error) {
      return `${name} does not answer: ${error}`;
    }
  }

  /**
   * What the checker is told of a node. Between clusters there are the configured links and no others. Nodes of one
   * cluster have the configured links at least; they may have more among them, as long as both ends say so.
   */
  #tableNode(node: ChurnNode, reported: ReadonlyMap<ChurnNode, ReportedTable>): TableNode {
    const table = reported.get(node);
    const isNeighbour = ([other, its]: [ChurnNode, ReportedTable]): boolean =>
      other !== node && (this.#isConfigured(node, other) ||
        (other.cluster === node.cluster &&
          (its.links.includes(node.url) || table?.links.includes(other.url) === true)));
    return {
      name: node.name,
      url: nodeUrl(node.url),
      cluster: clusterId(node.cluster),
      incarnation: table?.incarnation ?? "",
      policy: openPolicy(),
      offers: node.offers,
      neighbours: [...reported].filter(isNeighbour).map(([{ name }]) => name),
      links: table?.links ?? [],
      listings: table?.listings ?? [],
    };
  }

  /** Whether a configured link between two nodes can work. */
  #isConfigured(one: ChurnNode, other: ChurnNode): boolean {
    return this.#links.some(({ from, to, isOpen }) => {
      const ends = [this.#nodes[from], this.#nodes[to]];
      return isOpen && ends.includes(one) && ends.includes(other);
    });
  }
}
