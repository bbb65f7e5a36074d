/**
 * Node cores joined by queues: no socket, no clock, no promise. Time moves only when the test says so.
 *
 * @module
 */

import type {
  DialOrder,
  EdgeEffects,
  Invocation,
  NodeOwnerEffects,
  Outcome,
} from "../../../lib/core/effects.ts";
import type { NodeCommand, NodeEvent, WireMessage } from "../../../lib/core/events.ts";
import { NodeCore, type NodeCoreOptions } from "../../../lib/core/node_core.ts";
import type { Report } from "../../../lib/core/reports.ts";
import {
  clusterId,
  functionName,
  incarnation,
  maxHops,
  nodeUrl,
  resourceName,
} from "../../../lib/protocol/names.ts";
import { batchOf } from "../../../lib/protocol/item_batch.ts";
import type { Command } from "../../../lib/protocol/json_messages.ts";
import { Payload } from "../../../lib/protocol/payload.ts";
import type { Reach } from "../../../lib/protocol/reach.ts";
import type { RequestCommand } from "../../../lib/protocol/request_command.ts";
import { withReferences } from "../../../lib/rpc/text_references.ts";
import { itemUnits } from "../../../lib/rpc/stream_credit.ts";

type Request = Extract<NodeCommand, { type: "request" }>;
type Untimed<Event> = Event extends unknown ? Omit<Event, "now"> : never;

/** What is on its way from one node to another. */
interface Flight {
  readonly to: CoreNode;
  readonly event: Untimed<NodeEvent>;
}

/** A function of a test node: gets its arguments, gives its result, or throws; `pending` never ends. */
export type TestFunction = (args: readonly unknown[], node: CoreNode) => unknown;

function note<Value>(book: Map<string, Value[]>, key: string, values: readonly Value[]): void {
  book.set(key, [...book.get(key) ?? [], ...values]);
}

/** One node of the world. */
export class CoreNode {
  readonly core: NodeCore;
  readonly reports: Report[] = [];
  readonly outcomes = new Map<number, Outcome>();
  /** Items of streams that this node reads, by call. */
  readonly items = new Map<number, Payload[]>();
  /** What may be sent of each run's stream. */
  readonly credits = new Map<number, number>();
  readonly aborted: number[] = [];
  readonly invocations: Invocation[] = [];
  /** Ends of open connections: our number → who is at the other end. */
  readonly ends = new Map<number, { readonly node: CoreNode; readonly number: number }>();
  readonly closeReasons: string[] = [];
  isStopped = false;
  wakeAt = Infinity;
  readonly #functions = new Map<number, TestFunction>();
  readonly #asked = new Map<string, (number | "stop")[]>();
  readonly #came = new Map<string, unknown[]>();
  #registrations = 0;
  #calls = 0;

  readonly world: CoreWorld;
  readonly url: string;

  constructor(world: CoreWorld, url: string, options: Partial<NodeCoreOptions>) {
    this.world = world;
    this.url = url;
    this.core = new NodeCore({
      url: nodeUrl(url),
      cluster: clusterId("test"),
      incarnation: incarnation("1"),
      peers: [],
      ...options,
    });
    this.step({ type: "boot", seed: new Uint32Array([1, 2, 3, url.length]) });
  }

  /** Steps one event at the world's time. */
  step(event: Untimed<NodeEvent>): void {
    const timed = { ...event, now: this.world.now } as NodeEvent;
    this.wakeAt = this.core.step(timed, this.#edges(), this.#owner());
  }

  register(
    name: string,
    run: TestFunction,
    options: { resources?: string[]; maxHops?: number; concurrency?: number; queue?: number } = {},
  ): number {
    this.#registrations += 1;
    this.#functions.set(this.#registrations, run);
    this.step({
      type: "register",
      registration: this.#registrations,
      fun: functionName(name),
      resources: (options.resources ?? []).map(resourceName),
      maxHops: maxHops(options.maxHops ?? 3),
      scope: "",
      concurrency: options.concurrency ?? 100,
      queue: options.queue ?? 0,
    });
    return this.#registrations;
  }

  /** Starts a call; its end is in `outcomes`. */
  call(
    name: string,
    args: readonly (string | number)[] = [],
    resources: string[] = [],
    timeoutMs = 30_000,
    manner: {
      idempotent?: boolean;
      waits?: boolean;
      hedgeMs?: number;
      reach?: Reach;
      stream?: { resumeFrom: number | undefined };
      streamed?: readonly number[];
    } = {},
  ): number {
    this.#calls += 1;
    this.step({
      type: "call",
      call: this.#calls,
      fun: functionName(name),
      resources: resources.map(resourceName),
      args: Payload.fromValue(args),
      kwargs: undefined,
      timeoutMs,
      ...manner,
    });
    return this.#calls;
  }

  /** Starts a request; its end is in `outcomes`. */
  request(
    { commands, ...more }: Omit<Request, "now" | "type" | "call" | "commands"> & {
      /** In either form: strings that are names of commands are references where nothing says so. */
      readonly commands: readonly (Command | RequestCommand)[];
    },
  ): number {
    this.#calls += 1;
    const read = withReferences(commands).map((one, at) => ({ ...one, ...commands[at] }));
    this.step({ type: "request", call: this.#calls, commands: read, ...more });
    return this.#calls;
  }

  /** How a call ended: its value, or `CODE/ran`; `undefined` while it runs. */
  ended(call: number): unknown {
    const outcome = this.outcomes.get(call);
    if (outcome === undefined) return undefined;
    return outcome.ok ? outcome.value.value : `${outcome.error.code}/${outcome.error.ran}`;
  }

  /** `function@distance` of all offers in reach, sorted. */
  offers(): string[] {
    return [...this.core.listings()].map((one) => `${one.fun}@${one.distance}`).sort();
  }

  /** Ends a function that did not end by itself. */
  finish(invocation: number, value: string): void {
    this.step({ type: "returned", invocation, value: Payload.fromValue(value) });
  }

  /** A function gives one value of its stream, if it may. Returns whether it might. */
  yield(invocation: number, value: string | number): boolean {
    const credit = this.credits.get(invocation) ?? 0;
    if (credit <= 0) return false;
    const payload = Payload.fromValue(value);
    this.credits.set(invocation, credit - itemUnits(payload));
    this.step({ type: "yielded", invocation, batch: batchOf([payload.text]) });
    return true;
  }

  /** What the functions of a call's streamed arguments ask for, as they asked: units, or `"stop"`. */
  asked(call: number, arg: number): readonly (number | "stop")[] {
    return this.#asked.get(`${call} ${arg}`) ?? [];
  }

  /** What came of a streamed argument of a run: values, and `"end"` for its end. */
  came(invocation: number, arg: number): readonly unknown[] {
    return this.#came.get(`${invocation} ${arg}`) ?? [];
  }

  /** Gives items of a streamed argument, or without any says that all were given; nobody counts its credit. */
  give(call: number, arg: number, ...values: (string | number)[]): void {
    const texts = values.map((value) => JSON.stringify(value));
    this.step({ type: "give", call, arg, batch: texts.length === 0 ? undefined : batchOf(texts) });
  }

  #edges(): EdgeEffects {
    return {
      send: (connection, message) => this.world.send(this, connection, message),
      dial: (dial, order) => this.world.dial(this, dial, order),
      close: (connection, _code, reason) => this.world.close(this, connection, reason),
    };
  }

  #owner(): NodeOwnerEffects {
    return {
      items: (call, { list, count }) => {
        const items = this.items.get(call) ?? [];
        const values = list.value;
        if (!Array.isArray(values) || values.length !== count) throw new Error("A wrong batch");
        this.items.set(call, [...items, ...values.map((value) => Payload.fromValue(value))]);
      },
      wanted: (call, arg, units) => note(this.#asked, `${call} ${arg}`, [units ?? "stop"]),
      given: (invocation, arg, batch) => {
        const values = batch === undefined ? ["end"] : batch.list.value;
        if (Array.isArray(values)) note(this.#came, `${invocation} ${arg}`, values);
      },
      settle: (call, outcome) => {
        if (this.outcomes.has(call)) throw new Error(`Call ${call} ended twice`);
        this.outcomes.set(call, outcome);
      },
      report: (report) => void this.reports.push(report),
      invoke: (invocation) => this.#invoke(invocation),
      credit: (invocation, units) => {
        this.credits.set(invocation, (this.credits.get(invocation) ?? 0) + units);
      },
      abort: (invocation) => void this.aborted.push(invocation),
      stopped: () => void (this.isStopped = true),
    };
  }

  #invoke(invocation: Invocation): void {
    this.invocations.push(invocation);
    const { stream, invocation: number } = invocation;
    if (stream !== undefined) this.credits.set(number, stream.credit);
    const run = this.#functions.get(invocation.registration);
    const args = invocation.args.value;
    const result = run?.(Array.isArray(args) ? args : [], this);
    if (result === PENDING) return;
    const value = Payload.tryFromUnknown(result) ?? Payload.fromValue(null);
    this.world.fly(this, { type: "returned", invocation: invocation.invocation, value });
  }
}

/** A function returns it to run until the test ends it. */
export const PENDING = Symbol("pending");

/** Nodes `ws://n1`, `ws://n2`, …: each dials the one before it. */
export function chain(world: CoreWorld, length: number): CoreNode[] {
  const nodes: CoreNode[] = [];
  for (let i = 0; i < length; i += 1) {
    const before = nodes.at(-1);
    const peers = before === undefined ? [] : [nodeUrl(before.url)];
    nodes.push(world.node(`ws://n${i + 1}`, { peers }));
  }
  world.settle();
  return nodes;
}

/** Several nodes and what is on its way between them. */
export class CoreWorld {
  now = 1_000_000;
  readonly nodes = new Map<string, CoreNode>();
  /** URLs at which nobody can be dialled, though who lives there may dial others. */
  readonly undialable = new Set<string>();
  /** URLs that never answer whoever dials them: a dial ends when its time is over. */
  readonly silent = new Set<string>();
  readonly #unanswered: { readonly from: CoreNode; readonly dial: number; readonly at: number }[] =
    [];
  /** Dials so far, by URL. */
  readonly dialled = new Map<string, number>();
  readonly #flights: Flight[] = [];
  readonly #held = new Map<string, Flight[]>();
  readonly #typists = new Map<number, WireMessage[]>();
  #connections = 0;
  /** Messages sent, by type. */
  readonly sent = new Map<string, number>();

  node(url: string, options: Partial<NodeCoreOptions> = {}): CoreNode {
    const node = new CoreNode(this, url, options);
    this.nodes.set(url, node);
    return node;
  }

  /** Takes a node away without a word, as a kill does. */
  kill(node: CoreNode): void {
    this.nodes.delete(node.url);
    for (const [, end] of node.ends) {
      end.node.ends.delete(end.number);
      this.fly(end.node, { type: "closed", connection: end.number, code: 0, reason: "killed" });
    }
  }

  /** What one node tells another waits until the link is released: a slow link. */
  hold(from: CoreNode, to: CoreNode): void {
    this.#held.set(`${from.url}>${to.url}`, []);
  }

  release(from: CoreNode, to: CoreNode): void {
    const key = `${from.url}>${to.url}`;
    this.#flights.push(...this.#held.get(key) ?? []);
    this.#held.delete(key);
  }

  fly(to: CoreNode, event: Untimed<NodeEvent>): void {
    this.#flights.push({ to, event });
  }

  send(from: CoreNode, connection: number, message: WireMessage): void {
    this.#typists.get(connection)?.push(message);
    const end = from.ends.get(connection);
    if (end === undefined) return;
    this.sent.set(message.type, (this.sent.get(message.type) ?? 0) + 1);
    const event = { type: "received", connection: end.number, messages: [message] } as const;
    const held = this.#held.get(`${from.url}>${end.node.url}`);
    if (held === undefined) this.fly(end.node, event);
    else held.push({ to: end.node, event });
  }

  dial(from: CoreNode, dial: number, order: DialOrder): void {
    this.dialled.set(order.url, (this.dialled.get(order.url) ?? 0) + 1);
    if (this.silent.has(order.url)) {
      return void this.#unanswered.push({ from, dial, at: this.now + order.timeoutMs });
    }
    const to = this.nodes.get(order.url);
    if (to === undefined || this.undialable.has(order.url)) {
      return this.fly(from, { type: "dial_failed", dial, message: "nobody listens" });
    }
    const [ours, theirs] = [this.#connections += 1, this.#connections += 1];
    from.ends.set(ours, { node: to, number: theirs });
    to.ends.set(theirs, { node: from, number: ours });
    const dialect = "farcall.v1";
    this.fly(to, {
      type: "opened",
      connection: theirs,
      dialect,
      dial: undefined,
      remote: from.url,
    });
    this.fly(from, { type: "opened", connection: ours, dialect, dial, remote: to.url });
  }

  /** One end of all links between two nodes is gone, and the other end does not know. */
  halfOpen(knows: CoreNode, other: CoreNode): void {
    for (const [number, end] of [...knows.ends]) {
      if (end.node !== other) continue;
      knows.ends.delete(number);
      other.ends.delete(end.number);
      this.fly(knows, { type: "closed", connection: number, code: 0, reason: "lost" });
    }
  }

  /** A client of the reference's dialect says one thing; gives what it is sent, as it comes. */
  wscat(to: CoreNode, message: WireMessage): readonly WireMessage[] {
    const connection = this.#connections += 1;
    const heard: WireMessage[] = [];
    this.#typists.set(connection, heard);
    const opened = { dialect: "json", dial: undefined, remote: "typist" } as const;
    this.fly(to, { type: "opened", connection, ...opened });
    this.fly(to, { type: "received", connection, messages: [message] });
    return heard;
  }

  close(from: CoreNode, connection: number, reason: string): void {
    const end = from.ends.get(connection);
    if (end === undefined) return;
    from.ends.delete(connection);
    end.node.ends.delete(end.number);
    from.closeReasons.push(reason);
    this.fly(end.node, { type: "closed", connection: end.number, code: 1000, reason });
  }

  /** Delivers one thing, or ticks one node that is due; `false` = there was nothing to do. */
  deliverOne(): boolean {
    const flight = this.#flights.shift();
    if (flight !== undefined) {
      if (this.nodes.has(flight.to.url)) flight.to.step(flight.event);
      return true;
    }
    const due = [...this.nodes.values()].find((node) => node.wakeAt <= this.now);
    due?.step({ type: "tick" });
    return due !== undefined;
  }

  /** Delivers everything, ticks whoever is due now, until nothing is left; time stands still. */
  settle(): void {
    for (let round = 0; round < 10_000; round += 1) {
      const flight = this.#flights.shift();
      if (flight !== undefined) {
        if (this.nodes.has(flight.to.url)) flight.to.step(flight.event);
        continue;
      }
      const due = [...this.nodes.values()].filter((node) => node.wakeAt <= this.now);
      if (due.length === 0) return;
      for (const node of due) node.step({ type: "tick" });
    }
    throw new Error("The world does not come to rest");
  }

  #giveUpDial(): void {
    const late = this.#unanswered.shift();
    if (late === undefined) return;
    this.fly(late.from, { type: "dial_failed", dial: late.dial, message: "no answer" });
  }

  /** Lets time pass in small steps. */
  pass(ms: number, stepMs = 100): void {
    const until = this.now + ms;
    while (this.now < until) {
      this.now = Math.min(until, this.now + stepMs);
      while ((this.#unanswered[0]?.at ?? Infinity) <= this.now) this.#giveUpDial();
      this.settle();
    }
  }
}
