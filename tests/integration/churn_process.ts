import { TcpFaultProxy } from "../faults/tcp_fault_proxy.ts";
import { type ChurnOffer, clusterOf, nameOf, offersOf } from "./churn_plan.ts";
import { ExampleProcess } from "./example_process.ts";

/** Until a process listens, on a machine that has twelve of them to start at once, in ms. */
const START_MS_MAX = 180_000;
const TAIL_LINES = 25;
/** How long a process may take to leave when it is asked to, in ms: calls end first. */
const LEAVE_MS_MAX = 30_000;

/** What a node's processes run, and what they are told beside their plan. */
export interface ChurnProgram {
  /** Its file, from the root of the project. */
  readonly file: string;
  /** What one process is told more; the same for each life but for its number. */
  readonly more?: (node: number, life: number) => Readonly<Record<string, unknown>>;
}

/** Nodes that offer, and tell what they know. */
const CHURN_PROGRAM: ChurnProgram = { file: "tests/integration/churn_node.ts" };

/**
 * A node of the churn test: a place in the federation, with one process after the other.
 *
 * Each process listens on any free port; a proxy before it keeps the node's address, so that no one else can take it
 * while the node is dead.
 */
export class ChurnNode implements AsyncDisposable {
  /** For people. */
  readonly name: string;
  /** The cluster it belongs to. */
  readonly cluster: string;
  /** Others reach it here; its URL is this proxy's. */
  readonly front: TcpFaultProxy;
  /** Proxies of configured links to it. */
  readonly links: TcpFaultProxy[] = [];
  /** URLs that it dials. */
  readonly peers: string[] = [];
  readonly #index: number;
  readonly #program: ChurnProgram;
  #process: ExampleProcess | undefined;
  #starting: Promise<void> = Promise.resolve();
  #lives = 0;
  #tails: string[] = [];
  #isStill = false;
  #port: number | undefined;

  private constructor(index: number, front: TcpFaultProxy, program: ChurnProgram) {
    this.#index = index;
    this.#program = program;
    this.name = nameOf(index);
    this.cluster = clusterOf(index);
    this.front = front;
  }

  /** A node that has an address and no process yet. */
  static async at(index: number, program: ChurnProgram = CHURN_PROGRAM): Promise<ChurnNode> {
    return new ChurnNode(index, await TcpFaultProxy.start(), program);
  }

  /** Whether it has a process that runs. */
  get isUp(): boolean {
    return this.#port !== undefined;
  }

  /** What its present process has printed. */
  get lines(): readonly string[] {
    return this.#process?.lines ?? [];
  }

  /** Its URL. */
  get url(): string {
    return `ws://127.0.0.1:${this.front.port}`;
  }

  /** Where its process can be asked, past all proxies; `undefined` = it is dead, or stands still. */
  get askUrl(): string | undefined {
    return this.#port === undefined || this.#isStill ? undefined : `ws://127.0.0.1:${this.#port}`;
  }

  /** What its present process offers. */
  get offers(): readonly ChurnOffer[] {
    return offersOf(this.#index, this.#lives);
  }

  /** What its last two processes said last. */
  get tail(): string {
    return [...this.#tails.slice(-1), this.#tailOf(this.#process)].join("\n");
  }

  /** Begins to start a process; {@linkcode ChurnNode.started} waits for it. */
  start(): void {
    this.#lives += 1;
    const plan = {
      url: this.url,
      cluster: this.cluster,
      peers: this.peers,
      offers: offersOf(this.#index, this.#lives),
      ...this.#program.more?.(this.#index, this.#lives),
    };
    const process = new ExampleProcess(this.#program.file, JSON.stringify(plan));
    this.#process = process;
    this.#starting = process.until("where it listens", listeningPort, START_MS_MAX).then((port) => {
      this.#port = port;
      for (const proxy of [this.front, ...this.links]) proxy.target = port;
    });
    // Whoever waits for it is told; until then it is nobody's unhandled rejection.
    this.#starting.catch(() => {});
  }

  /** Resolves when the process that was started last listens. */
  async started(): Promise<void> {
    await this.#starting;
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#end((process) => process[Symbol.asyncDispose]());
  }

  /** SIGTERM, and the end that follows; a process that does not end is killed. */
  async leave(): Promise<void> {
    await this.#end(async (process) => {
      process.kill("SIGTERM");
      await process.ending(LEAVE_MS_MAX).finally(() => process[Symbol.asyncDispose]());
    });
  }

  /** SIGSTOP. */
  stop(): void {
    this.#isStill = true;
    this.#process?.kill("SIGSTOP");
  }

  /** SIGCONT. */
  goOn(): void {
    this.#isStill = false;
    this.#process?.kill("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.front[Symbol.asyncDispose]();
  }

  async #end(how: (process: ExampleProcess) => Promise<void>): Promise<void> {
    const process = this.#process;
    if (process === undefined) return;
    for (const proxy of [this.front, ...this.links]) proxy.target = undefined;
    this.#port = undefined;
    this.#process = undefined;
    await how(process);
    this.#tails.push(this.#tailOf(process));
  }

  #tailOf(process: ExampleProcess | undefined): string {
    if (process === undefined) return `${this.name}: no process`;
    const said = [...process.lines.slice(-TAIL_LINES), process.stderr.trim()].join("\n  ");
    return `${this.name} at ${this.url}:\n  ${said}`;
  }
}

function listeningPort(lines: readonly string[]): number | undefined {
  const line = lines.find((line) => line.includes('"event":"listening"'));
  return line === undefined ? undefined : Number(JSON.parse(line).port);
}
