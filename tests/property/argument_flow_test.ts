/**
 * A streamed argument from its caller through relays to its function, each place with its own account, the messages between
 * them delivered in any order that keeps each direction's own.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ArgumentFlow } from "../../lib/rpc/argument_flow.ts";
import { STREAM_CREDIT, STREAM_ITEM_MAX } from "../../lib/protocol/limits.ts";
import { StreamBudget, StreamGate } from "../../lib/rpc/stream_credit.ts";

/** An item, or the end. */
type Sent = { readonly number: number; readonly units: number } | "end";

interface Place {
  readonly flow: ArgumentFlow;
  readonly coming: Sent[];
  /** Credit on its way to whoever sends to this place; `stop` = no more is wanted. */
  readonly granted: (number | "stop")[];
}

/** One argument; the places stand in the order in which items pass them, the function is at the last one. */
class Way {
  readonly places: readonly Place[];
  readonly read: number[] = [];
  readonly #sizes: readonly number[];
  readonly #stopsAfter: number;
  #gate: StreamGate | undefined;
  #kept: Sent[] = [];
  #written = 0;
  #hasStopped = false;
  callerEnds = 0;
  isReadToEnd = false;

  constructor(sizes: readonly number[], stopsAfter: number, budgets: readonly StreamBudget[]) {
    this.#sizes = sizes;
    this.#stopsAfter = stopsAfter;
    this.places = budgets.map((budget, index) => ({
      flow: new ArgumentFlow(index === budgets.length - 1, () => budget),
      coming: [],
      granted: [],
    }));
  }

  get isOver(): boolean {
    return this.#hasStopped ? this.callerEnds > 0 : this.isReadToEnd;
  }

  /** Does one thing, chosen by `choice`; returns whether there was anything to do. */
  move(choice: number): boolean {
    const moves: (() => void)[] = [];
    const last = this.places.at(-1);
    if (last !== undefined && !last.flow.hasBegun) moves.push(() => this.#ask(0));
    if (this.#gate?.isOpen && this.callerEnds === 0) moves.push(() => this.#write());
    this.places.forEach(({ coming, granted }, index) => {
      if (coming.length > 0) moves.push(() => this.#arrive(index));
      if (granted.length > 0) moves.push(() => this.#granted(index));
    });
    if (this.#kept.length > 0 && !this.#hasStopped) moves.push(() => this.#readOne());
    const move = moves[choice % Math.max(1, moves.length)];
    move?.();
    return move !== undefined;
  }

  #write(): void {
    const units = this.#sizes[this.#written];
    if (units === undefined) {
      this.callerEnds += 1;
      this.places[0]?.coming.push("end");
      return;
    }
    this.#gate?.spend(units);
    this.places[0]?.coming.push({ number: this.#written, units });
    this.#written += 1;
  }

  #arrive(index: number): void {
    const place = this.places[index];
    const sent = place?.coming.shift();
    if (place === undefined || sent === undefined) return;
    const arrival = sent === "end" ? place.flow.sent() : place.flow.arrived(sent.units);
    assert(arrival !== "wrong", `more than its credit at place ${index}`);
    if (arrival === "late") return;
    const next = this.places[index + 1];
    if (next === undefined) this.#kept.push(sent);
    else next.coming.push(sent);
    this.#grant(index);
  }

  #readOne(): void {
    const sent = this.#kept.shift();
    if (sent === undefined) return;
    if (sent === "end") {
      this.isReadToEnd = true;
      return;
    }
    this.read.push(sent.number);
    if (this.read.length < this.#stopsAfter) return this.#ask(sent.units);
    this.#hasStopped = true;
    this.#stop(this.places.length - 1);
  }

  #ask(units: number): void {
    this.places.at(-1)?.flow.ask(units);
    this.#grant(this.places.length - 1);
  }

  #stop(index: number): void {
    if (this.places[index]?.flow.stop()) this.places[index]?.granted.push("stop");
    else this.callerEnds = Math.max(1, this.callerEnds);
  }

  #grant(index: number): void {
    const units = this.places[index]?.flow.grant() ?? 0;
    if (units > 0) this.places[index]?.granted.push(units);
  }

  /** What a place granted reaches whoever sends to it. */
  #granted(index: number): void {
    const units = this.places[index]?.granted.shift() ?? 0;
    if (index > 0) {
      if (units === "stop") return this.#stop(index - 1);
      this.places[index - 1]?.flow.ask(units);
      return this.#grant(index - 1);
    }
    if (units === "stop") this.callerEnds = Math.max(1, this.callerEnds);
    else if (this.#gate === undefined) this.#gate = new StreamGate(units);
    else this.#gate.add(units);
  }
}

const units = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 65, max: 2_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 65, max: STREAM_ITEM_MAX }) },
);
const way = fc.record({
  sizes: fc.array(units, { maxLength: 40 }),
  stopsAfter: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 20 })),
});

Deno.test("I8: a streamed argument arrives once, in order and within credit, until its end or until it is wanted no more", () => {
  fc.assert(
    fc.property(
      fc.array(way, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 4 }),
      fc.infiniteStream(fc.nat()),
      (ways, hops, choices) => {
        const budgets = Array.from({ length: hops }, () => new StreamBudget());
        const all = ways.map(({ sizes, stopsAfter }) => new Way(sizes, stopsAfter, budgets));
        let moving = [...all];
        for (const choice of choices) {
          const one = moving[choice % moving.length];
          if (one === undefined) break;
          if (one.move(Math.floor(choice / moving.length))) continue;
          assert(one.isOver, "nothing is under way and it is not over");
          moving = moving.filter((other) => other !== one);
        }
        all.forEach(({ read, places, callerEnds }, index) => {
          const { sizes = [], stopsAfter = Infinity } = ways[index] ?? {};
          const wanted = sizes.map((_, number) => number).slice(0, stopsAfter);
          assertEquals([read, callerEnds], [wanted, 1]);
          for (const { flow } of places) flow.end();
        });
        for (const budget of budgets) assertEquals([budget.streams, budget.exposed], [0, 0]);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("A streamed argument that is read to its end leaves its part to others while its function goes on", () => {
  const budget = new StreamBudget();
  const flow = new ArgumentFlow(true, () => budget);
  flow.ask(0);
  assertEquals([flow.grant(), budget.streams], [STREAM_CREDIT, 1]);
  assertEquals([flow.arrived(1_000), flow.sent(), flow.held], ["taken", "taken", 1_000]);
  assertEquals([budget.streams, budget.exposed > 0], [1, true]);
  flow.ask(1_000);
  assertEquals([budget.streams, budget.exposed], [0, 0]);
});
