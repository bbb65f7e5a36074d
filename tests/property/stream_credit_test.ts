/**
 * A stream from a writer through relays to its reader, each with its own account, the messages between them delivered in any
 * order that keeps each direction's own.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  STREAM_CREDIT,
  STREAM_CREDIT_MIN,
  STREAM_CREDIT_PER_LINK,
  STREAM_ITEM_MAX,
} from "../../lib/protocol/limits.ts";
import { StreamBudget, StreamGate, StreamWindow } from "../../lib/rpc/stream_credit.ts";

interface Item {
  readonly number: number;
  readonly units: number;
}

/** One account on the way, and what is under way towards it. */
interface Place {
  readonly window: StreamWindow;
  readonly items: Item[];
  readonly credits: number[];
}

/** One stream; the places stand in the order in which items pass them, the last one reads. */
class Chain {
  readonly gate: StreamGate;
  readonly places: readonly Place[];
  readonly read: number[] = [];
  #kept: Item[] = [];
  readonly #sizes: readonly number[];
  #written = 0;

  constructor(sizes: readonly number[], budgets: readonly (StreamBudget | undefined)[]) {
    this.#sizes = sizes;
    const places: Place[] = [];
    let credit = STREAM_CREDIT;
    [...budgets].reverse().forEach((budget, index) => {
      const window = new StreamWindow(index === 0, credit);
      credit = window.begin(budget);
      places.unshift({ window, items: [], credits: [] });
    });
    this.places = places;
    this.gate = new StreamGate(credit);
  }

  get isRead(): boolean {
    return this.read.length === this.#sizes.length;
  }

  /** Does one thing, chosen by `choice`; returns whether there was anything to do. */
  move(choice: number): boolean {
    const moves: (() => void)[] = [];
    const size = this.#sizes[this.#written];
    if (size !== undefined && this.gate.isOpen) moves.push(() => this.#write(size));
    this.places.forEach((place, index) => {
      if (place.items.length > 0) moves.push(() => this.#arrive(index));
      if (place.credits.length > 0) moves.push(() => this.#credit(index));
    });
    if (this.#kept.length > 0) moves.push(() => this.#readOne());
    const move = moves[choice % Math.max(1, moves.length)];
    move?.();
    return move !== undefined;
  }

  #write(units: number): void {
    this.gate.spend(units);
    this.places[0]?.items.push({ number: this.#written, units });
    this.#written += 1;
  }

  #arrive(index: number): void {
    const place = this.places[index];
    const item = place?.items.shift();
    if (place === undefined || item === undefined) return;
    assert(place.window.take(item.units), `more than its credit at place ${index}`);
    const next = this.places[index + 1];
    if (next === undefined) this.#kept.push(item);
    else next.items.push(item);
    this.#grant(index);
  }

  #readOne(): void {
    const item = this.#kept.shift();
    if (item === undefined) return;
    this.read.push(item.number);
    this.places.at(-1)?.window.release(item.units);
    this.#grant(this.places.length - 1);
  }

  #grant(index: number): void {
    const units = this.places[index]?.window.grant() ?? 0;
    if (units > 0) this.places[index]?.credits.push(units);
  }

  /** What a place granted reaches whoever sends to it. */
  #credit(index: number): void {
    const units = this.places[index]?.credits.shift() ?? 0;
    if (index === 0) return this.gate.add(units);
    this.places[index - 1]?.window.add(units);
    this.#grant(index - 1);
  }
}

const units = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 65, max: 2_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 65, max: STREAM_ITEM_MAX }) },
);
const sizes = fc.array(units, { maxLength: 60 });

Deno.test("I8: a stream's items all arrive once, in order and within credit, whatever the schedule", () => {
  fc.assert(
    fc.property(
      fc.array(sizes, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 4 }),
      fc.infiniteStream(fc.nat()),
      (streams, hops, choices) => {
        const budgets = Array.from({ length: hops }, () => new StreamBudget());
        const chains = streams.map((one) => new Chain(one, budgets));
        let moving = [...chains];
        for (const choice of choices) {
          const chain = moving[choice % moving.length];
          if (chain === undefined) break;
          if (!chain.move(Math.floor(choice / moving.length))) {
            assert(chain.isRead, "nothing is under way and not all was read");
            moving = moving.filter((one) => one !== chain);
          }
          for (const budget of budgets) {
            const bound = STREAM_CREDIT_PER_LINK +
              chains.length * (STREAM_CREDIT_MIN + STREAM_ITEM_MAX);
            assert(budget.exposed <= bound, `${budget.exposed} are exposed`);
          }
        }
        chains.forEach(({ read, places }, index) => {
          assertEquals(read, streams[index]?.map((_, number) => number));
          for (const { window } of places) window.end();
        });
        for (const budget of budgets) assertEquals([budget.streams, budget.exposed], [0, 0]);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("A reader that does not read lets no more than its window and one item come", () => {
  fc.assert(fc.property(fc.array(units, { minLength: 1 }), (sent) => {
    const window = new StreamWindow(true, STREAM_CREDIT);
    const gate = new StreamGate(window.begin(new StreamBudget()));
    for (const size of sent) {
      if (!gate.isOpen) break;
      gate.spend(size);
      assert(window.take(size));
      gate.add(window.grant());
    }
    assert(window.held < STREAM_CREDIT + STREAM_ITEM_MAX);
  }));
});

Deno.test("A window refuses what comes without credit, and items that are too long", () => {
  const window = new StreamWindow(true, STREAM_CREDIT);
  assert(!window.take(100), "nothing was granted yet");
  assertEquals(window.begin(), STREAM_CREDIT);
  assert(!window.take(STREAM_ITEM_MAX + 1));
  assert(window.take(STREAM_CREDIT - 1));
  assert(window.take(1_000), "one item may be longer than what is left");
  assert(!window.take(65));
});

Deno.test("A relay passes on what it got and no more", () => {
  const window = new StreamWindow(false, 1_000);
  assertEquals(window.begin(new StreamBudget()), 1_000);
  assertEquals(window.grant(), 0);
  assert(window.take(1_500));
  assertEquals(window.grant(), 0);
  window.add(800);
  assertEquals(window.grant(), 800);
  assertEquals(window.open, 300);
});

Deno.test("A new writer is not held to what the lost one overdrew", () => {
  const window = new StreamWindow(true, STREAM_CREDIT);
  window.begin();
  assert(window.take(STREAM_CREDIT - 1));
  assert(window.take(5_000));
  window.release(10_000);
  assertEquals(window.begin(), 10_000 - 4_999);
  assert(window.take(65));
});

Deno.test("A gate opens for credit and for the end", () => {
  const gate = new StreamGate(10);
  gate.spend(20);
  let opened = 0;
  gate.whenOpen(() => opened += 1);
  gate.add(10);
  assertEquals(opened, 0);
  gate.add(1);
  assertEquals([opened, gate.isOpen], [1, true]);
  gate.spend(1);
  gate.whenOpen(() => opened += 1);
  gate.close();
  assertEquals([opened, gate.isOpen], [2, false]);
});
