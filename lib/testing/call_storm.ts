/**
 * Many calls among few nodes while links and nodes fall and rise, and what must hold of every one of them (I8): callers and
 * functions keep their own books, which are joined at the end; no machine is asked whether it did well.
 *
 * @module
 */

import type { BookedCall } from "./call_book.ts";
import type { FaultOptions } from "./fault_options.ts";
import { calmPlans, drawPlan } from "./drawn_plan.ts";
import { Chance } from "./seeded_chance.ts";
import type { SimulatedClient } from "./simulated_client.ts";
import type { SimulatedCallOptions } from "./simulated_offer.ts";
import type { SimulatedNode } from "./simulated_node.ts";
import { type StormRequest, stormRequest, wrongRuns } from "./storm_requests.ts";
import { answer, FUNCTIONS, register } from "./storm_functions.ts";
import { itemsOf, type StreamPlan } from "./stream_plan.ts";
import { SimulatedWorld } from "./simulated_world.ts";
import type { Violation } from "./violation.ts";
import type { Tamper } from "./wire_text.ts";

/** How a storm is made. */
export interface CallStormOptions {
  /** All chances follow from it: a whole number from 0. */
  readonly seed: number;
  /** How many calls. Default 2,000. */
  readonly calls?: number;
  /** How many nodes. Default 5. */
  readonly nodes?: number;
  /** Messages are handed over without being written and read. Default `false`. */
  readonly elideCodec?: boolean;
  /** Delays, windows and clocks. Default: paths of up to 50 ms. */
  readonly faults?: FaultOptions;
  /** Changes or drops messages on their way: a storm that is meant to go wrong. Default: none. */
  readonly tamper?: Tamper;
}

/** What came of a storm. */
export interface CallStormResult {
  /** What was broken; empty = nothing. */
  readonly violations: readonly Violation[];
  /** Calls that were made. */
  readonly calls: number;
  /** Calls by how they ended: `ok`, or code and `ran`. */
  readonly ends: ReadonlyMap<string, number>;
  /** Runs beyond the first of calls that may run again. */
  readonly repeats: number;
}

interface Made {
  /** Of a request of several commands: what it asks for. */
  readonly request?: StormRequest;
  readonly booked: BookedCall;
  readonly caller: SimulatedNode | SimulatedClient;
  /** The caller's life; `undefined` = a client, which has only one. */
  readonly life: string | undefined;
  readonly expected: string;
  readonly options: SimulatedCallOptions & { readonly timeoutMs: number };
  /** Its streams, if it has any. */
  readonly stream?: { readonly plan: StreamPlan; readonly arrived: () => number };
}

/** A call may end so much later than its deadline, in ms. */
const LATE_MS = 250;
/** Longest time that a call of a storm has, in ms. */
const TIMEOUT_MS_MAX = 8_000;
const TIMEOUTS_MS: readonly number[] = [50, 500, 3_000, TIMEOUT_MS_MAX];
const BURST_MAX = 24;
/** So many of the calls have streams: each of those is some dozens of messages. */
const STREAM_PART = 0.06;
/** Time enough for any stream when nothing is wrong, in ms. */
const CALM_MS = 60_000;
/** Silence is noticed, connections idle, and flapping links are held, in less. */
const REST_MS = 90_000;
const VIOLATIONS_MAX = 20;

/** A storm of calls. */
class CallStorm {
  readonly #chance: Chance;
  readonly #world: SimulatedWorld;
  readonly #nodes: SimulatedNode[] = [];
  readonly #clients: SimulatedClient[];
  readonly #made: Made[] = [];
  /** Who stood still for a while can't end anything in time. */
  readonly #stoodStill = new Set<SimulatedNode | SimulatedClient>();
  readonly #wanted: number;

  constructor(options: CallStormOptions) {
    const { seed, calls = 2_000, nodes = 5, elideCodec = false, tamper } = options;
    this.#chance = new Chance(seed, 7);
    this.#wanted = calls;
    const faults = { latencyMsMax: 50, clockSkewMsMax: 1_000, ...options.faults };
    const more = tamper === undefined ? {} : { tamper };
    this.#world = new SimulatedWorld({ seed, elideCodec, faults, ...more });
    for (let number = 0; number < nodes; number += 1) {
      const peers = this.#nodes.filter((_, other) => other === number - 1 || this.#hits(0.4));
      this.#nodes.push(this.#world.addNode(`n${number}`, {
        peers,
        // On all nodes but one anything is long enough to be handed over.
        ...(number === 3 ? {} : { handOverUnitsMin: 1 }),
        setup: (node) => register(node, number),
      }));
    }
    this.#clients = [0, 1].map((number) =>
      this.#world.addClient(`client${number}`, rotated(this.#nodes, number * 2))
    );
    // A function that nobody can dial: its calls go through the node of its client, whichever that is.
    this.#clients[0]?.register("flow");
    this.#world.pass(5_000);
  }

  run(): CallStormResult {
    while (this.#made.length < this.#wanted) {
      this.#burst();
      if (this.#hits(0.12)) this.#fault();
      this.#world.pass(this.#hits(0.3) ? this.#below(400) : this.#below(20));
    }
    this.#heal();
    this.#world.pass(TIMEOUT_MS_MAX + LATE_MS);
    this.#world.pass(REST_MS);
    this.#calm();
    const violations = [...this.#wrongCalls(), ...this.#leftovers()];
    const last = this.#nodes[0];
    if (violations.length === 0 && last !== undefined) {
      violations.push(...this.#world.outlive(last));
    }
    return {
      violations: violations.slice(0, VIOLATIONS_MAX),
      calls: this.#made.length,
      ends: this.#ends(),
      repeats: this.#made.reduce((sum, { booked }) => sum + Math.max(0, booked.runs.length - 1), 0),
    };
  }

  /** Nothing is wrong any more: what flows now must reach its end. */
  #calm(): void {
    for (const caller of [...this.#nodes, ...this.#clients]) {
      for (const plan of calmPlans(this.#chance)) this.#stream(caller, plan, CALM_MS);
    }
    this.#world.pass(CALM_MS + LATE_MS);
  }

  #burst(): void {
    const caller = this.#hits(0.5) ? this.#pick(this.#clients) : this.#pick(this.#nodes);
    if (caller === undefined) return;
    const size = 1 + this.#below(BURST_MAX);
    for (let count = 0; count < size; count += 1) {
      if (this.#hits(REQUESTS)) this.#request(caller);
      else this.#call(caller);
    }
  }

  #request(caller: SimulatedNode | SimulatedClient): void {
    const number = this.#made.length;
    const request = stormRequest(this.#chance, number, answer);
    const idempotent = request.mayRepeat.every((one) => one);
    const timeoutMs = TIMEOUTS_MS[this.#below(TIMEOUTS_MS.length)] ?? TIMEOUT_MS_MAX;
    const options = { timeoutMs, waits: this.#hits(0.3), idempotent };
    const booked = caller.request(request.commands, options);
    if (booked === undefined) return;
    const { expected } = request;
    this.#made.push({ booked, caller, life: lifeOf(caller), expected, options, request });
  }

  #call(caller: SimulatedNode | SimulatedClient): void {
    const timeoutMs = TIMEOUTS_MS[this.#below(TIMEOUTS_MS.length)] ?? TIMEOUT_MS_MAX;
    if (this.#hits(STREAM_PART)) return this.#stream(caller, drawPlan(this.#chance), timeoutMs);
    const number = this.#made.length;
    const idempotent = this.#hits(0.5);
    const options = {
      timeoutMs,
      idempotent,
      waits: this.#hits(0.3),
      ...(idempotent && this.#hits(0.3) ? { hedgeMs: this.#below(300) } : {}),
      resources: this.#hits(0.2) ? ["even"] : [],
    };
    const fun = FUNCTIONS[this.#below(FUNCTIONS.length)] ?? "count";
    const booked = caller.call(fun, [number], options);
    if (booked === undefined) return;
    const life = lifeOf(caller);
    this.#made.push({ booked, caller, life, expected: `${answer(number)}`, options });
  }

  #stream(caller: SimulatedNode | SimulatedClient, plan: StreamPlan, timeoutMs: number): void {
    const options = {
      timeoutMs,
      // Whoever can go on with a stream where it was may begin it anew, too.
      idempotent: plan.resumes || this.#hits(0.3),
      waits: this.#hits(0.3),
    };
    const made = caller.stream("flow", plan, options);
    if (made === undefined) return;
    const { booked, arrived } = made;
    const expected = plan.asks ? "null" : `${itemsOf(plan)}`;
    const life = lifeOf(caller);
    this.#made.push({ booked, caller, life, expected, options, stream: { plan, arrived } });
  }

  #fault(): void {
    const node = this.#pick(this.#nodes);
    const other = this.#pick(this.#nodes);
    if (node === undefined || other === undefined) return;
    const deeds: readonly (() => void)[] = [
      () => node !== other && this.#world.cut(node, other),
      () => node !== other && this.#world.cut(node, other, "silent"),
      () => node !== other && this.#world.silence(node, other),
      () => this.#healPaths(),
      () => this.#world.repair(node, other),
      () => node.kill(),
      () => {
        node.kill();
        node.start();
      },
      () => node.leave(2_000),
      () => this.#nodes.forEach((one) => one.start()),
      () => this.#nodes.forEach((one) => one.start()),
      () => {
        node.stop();
        this.#stoodStill.add(node);
      },
      () => this.#nodes.forEach((one) => one.goOn()),
      () => this.#world.setWindow(node, other, this.#hits(0.5) ? Infinity : 1 + this.#below(3)),
      () => this.#world.setLatency(node, other, 1 + this.#below(300)),
    ];
    deeds[this.#below(deeds.length)]?.();
  }

  #healPaths(): void {
    for (const one of this.#nodes) {
      for (const other of this.#nodes) if (one !== other) this.#world.repair(one, other);
    }
  }

  #heal(): void {
    this.#healPaths();
    for (const node of this.#nodes) {
      node.goOn();
      if (node.isLeaving) node.kill();
      node.start();
    }
  }

  #wrongCalls(): Violation[] {
    const strays = this.#world.strays.map((text): Violation => ({ invariant: "I8", text }));
    const wrongs = this.#made.flatMap((made): Violation[] => {
      const text = this.#defect(made);
      const { number, fun, caller } = made.booked;
      return text === undefined
        ? []
        : [{ invariant: "I8", text: `call ${number} of ${fun} by ${caller} ${text}` }];
    });
    return [...strays, ...wrongs];
  }

  #defect({ booked, caller, life, expected, options, stream, request }: Made): string | undefined {
    const { outcome, ends, startedAt, endedAt = Infinity, commands } = booked;
    const runs = request === undefined ? booked.runs : commands.flatMap((one) => one.runs);
    const isOrphan = lifeOf(caller) !== life;
    const wrong = request === undefined ? booked.wrong : wrongRuns(request, booked);
    if (wrong !== undefined) return wrong;
    if (!options.idempotent && request === undefined && runs.length > 1) {
      return `ran ${runs.length} times`;
    }
    if (ends > 1) return `ended ${ends} times`;
    if (outcome === undefined) return isOrphan ? undefined : "never ended";
    const lateMs = endedAt - startedAt - options.timeoutMs;
    if (lateMs > LATE_MS && !this.#stoodStill.has(caller)) return `ended ${lateMs} ms too late`;
    if (outcome.ok) {
      if (outcome.value.text !== expected) return `got ${outcome.value.text}, not ${expected}`;
      const items = stream?.plan.asks ? itemsOf(stream.plan) : undefined;
      if (items !== undefined && stream?.arrived() !== items) {
        return `got ${stream?.arrived()} items of ${items}`;
      }
      if (commands.some((one) => one.runs.length === 0)) return "has results without a run";
      if (request !== undefined || runs.includes(expected)) return undefined;
      return "has a result and no run that gave it";
    }
    const { code, ran } = outcome.error;
    if (code === "PROTOCOL") return `broke the rules: ${outcome.error.message}`;
    if (options.timeoutMs === CALM_MS) return `ended as ${code} though nothing was wrong`;
    if (ran === "no" && runs.length > 0) return `ended as ${code}/no, and ran`;
    if (ran === "yes" && runs.length === 0) return `ended as ${code}/yes, and did not run`;
    return undefined;
  }

  #leftovers(): Violation[] {
    const ofNodes = this.#nodes.flatMap((node) => {
      const sizes = node.sizes();
      if (sizes === undefined) return [];
      const { calls, requests, running, own, inbound, queued, parked, slotQueue, stuck } = sizes;
      const of = { calls, requests, running, own, inbound, queued, parked, slotQueue, stuck };
      return leftAt(node.name, { ...of, streams: sizes.streams, kept: sizes.kept });
    });
    const ofClients = this.#clients.flatMap((client) => leftAt(client.name, client.sizes()));
    return [...ofNodes, ...ofClients];
  }

  #ends(): ReadonlyMap<string, number> {
    const ends = new Map<string, number>();
    for (const { booked: { outcome } } of this.#made) {
      const how = outcome === undefined
        ? "its caller died"
        : outcome.ok
        ? "ok"
        : `${outcome.error.code}/${outcome.error.ran}`;
      ends.set(how, (ends.get(how) ?? 0) + 1);
    }
    return ends;
  }

  #hits(chance: number): boolean {
    return this.#chance.isHit(chance);
  }

  #below(max: number): number {
    return Math.floor(this.#chance.next() * max);
  }

  #pick<One>(list: readonly One[]): One | undefined {
    return list[this.#below(list.length)];
  }
}

/** What somebody still has of what must be over. */
function leftAt(name: string, sizes: object): Violation[] {
  const left = Object.entries(sizes).filter(([, count]) => count > 0);
  if (left.length === 0) return [];
  const text = `${name} still has ${left.map(([what, count]) => `${count} ${what}`)}`;
  return [{ invariant: "I8", text }];
}

function lifeOf(caller: SimulatedNode | SimulatedClient): string | undefined {
  return "incarnation" in caller ? caller.incarnation : undefined;
}

/** How many of a storm's calls are requests of several commands. */
const REQUESTS = 0.1;

function rotated<One>(list: readonly One[], by: number): One[] {
  return list.map((_, at) => list[(at + by) % list.length]).filter((one) => one !== undefined);
}

/** Lives through a storm and says what was broken. */
export function callStorm(options: CallStormOptions): CallStormResult {
  return new CallStorm(options).run();
}
