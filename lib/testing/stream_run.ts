import type { Invocation } from "../core/effects.ts";
import type { ProviderCommand } from "../core/events.ts";
import { callError } from "../protocol/errors.ts";
import type { ItemBatch } from "../protocol/item_batch.ts";
import { Payload } from "../protocol/payload.ts";
import type { RunEnd } from "./call_book.ts";
import type { EventQueue } from "./event_queue.ts";
import { exactMs } from "./seeded_chance.ts";
import type { Chance } from "./seeded_chance.ts";
import { Inlet, Outlet } from "./simulated_flow.ts";
import { readPlan, type ToldPlan } from "./stream_plan.ts";

/** What the ends of streams need of their world and process. */
export interface StreamEdges<Command> {
  readonly queue: EventQueue;
  readonly chance: Chance;
  /** Tells the machine something. */
  readonly post: (stamp: (now: number) => Command) => void;
}

/** Longest pause between two doings at one end of a stream, in ms; every other time there is none. */
const PAUSE_MS_MAX = 20;
/** Items that leave together, at most. */
const BATCH_MAX = 6;

/** Does one thing after the other, with pauses that the world draws, as long as there is anything to do. */
export class Pace {
  readonly #edges: Pick<StreamEdges<never>, "queue" | "chance">;
  readonly #step: () => boolean;
  #isDue = false;

  /** @param step Does one thing; `false` = there is nothing to do. */
  constructor(edges: Pick<StreamEdges<never>, "queue" | "chance">, step: () => boolean) {
    this.#edges = edges;
    this.#step = step;
  }

  /** There may be something to do. */
  wake(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    const { queue, chance } = this.#edges;
    const pause = chance.isHit(0.5) ? 0 : exactMs(PAUSE_MS_MAX * chance.next());
    queue.add(queue.now + pause, () => {
      this.#isDue = false;
      if (this.#step()) this.wake();
    });
  }
}

/** One run of a function of streams: reads what it is given, gives numbered items, or one for each that it read. */
export class StreamRun {
  readonly #edges: StreamEdges<ProviderCommand>;
  readonly #invocation: number;
  readonly #book: RunEnd;
  readonly #plan: ToldPlan;
  readonly #inlet: Inlet | undefined;
  readonly #outlet: Outlet | undefined;
  readonly #pace: Pace;
  readonly #over: () => void;
  /** Items that were read or given. */
  #count: number;
  #hasAsked = false;
  #isOver = false;

  /** @param over Is told when it has ended. */
  constructor(
    edges: StreamEdges<ProviderCommand>,
    { invocation, args, stream, streamed }: Invocation,
    book: RunEnd,
    over: () => void,
  ) {
    this.#edges = edges;
    this.#invocation = invocation;
    this.#book = book;
    this.#over = over;
    this.#plan = readPlan(args.value);
    this.#count = stream?.resumeFrom ?? 0;
    this.#inlet = streamed === undefined ? undefined : new Inlet(0);
    this.#outlet = stream && new Outlet(this.#count, this.#plan.weight);
    this.#outlet?.allow(stream?.credit ?? 0);
    this.#pace = new Pace(edges, () => this.#step());
    this.#pace.wake();
  }

  /** Items of its argument came; `undefined` = all have come. */
  given(batch: ItemBatch | undefined): void {
    this.#inlet?.push(batch);
    if (this.#inlet?.wrong !== undefined) this.#book.wrong(this.#inlet.wrong);
    this.#pace.wake();
  }

  /** Its reader allows so much more. */
  credit(units: number): void {
    this.#outlet?.allow(units);
    this.#pace.wake();
  }

  /** Nobody waits for it any more. */
  abort(): void {
    this.#threw("CANCELLED", "Given up");
  }

  /** Its process is gone. */
  die(): void {
    this.#isOver = true;
  }

  #step(): boolean {
    if (this.#isOver) return false;
    const { failsAt, stopsAfter, total } = this.#plan;
    if (this.#count >= failsAt) return this.#fail();
    const isDone = this.#inlet === undefined ? this.#count >= total : this.#inlet.isOver;
    if (isDone || this.#count >= stopsAfter) return this.#finish();
    if (this.#inlet !== undefined && !this.#hasAsked) {
      this.#hasAsked = true;
      this.#want(0);
      return true;
    }
    if (this.#outlet?.isOpen === false) return false;
    if (this.#inlet === undefined) return this.#give();
    if (!this.#inlet.hasItem) return false;
    this.#want(this.#inlet.read());
    this.#count += 1;
    if (this.#outlet !== undefined) this.#put(1);
    return true;
  }

  #give(): boolean {
    const { total, stopsAfter, failsAt } = this.#plan;
    const left = Math.min(total, stopsAfter, failsAt) - this.#count;
    this.#count += this.#put(Math.min(left, this.#edges.chance.between(1, BATCH_MAX)));
    return true;
  }

  #put(most: number): number {
    const batch = this.#outlet?.write(most);
    if (batch === undefined) return 0;
    this.#edges.post((now) => ({ type: "yielded", invocation: this.#invocation, batch, now }));
    return batch.count;
  }

  #want(units: number | undefined): void {
    this.#edges.post((now) => ({
      ...{ type: "want", invocation: this.#invocation, arg: 0, units, now },
    }));
  }

  #finish(): false {
    this.#end();
    const text = this.#outlet === undefined ? `${this.#count}` : "null";
    this.#book.returned(text);
    const value = Payload.fromText(text);
    // Some say first that they want no more, as a loop does that is left.
    if (this.#inlet?.isOver === false && this.#edges.chance.isHit(0.5)) this.#want(undefined);
    this.#edges.post((now) => ({ type: "returned", invocation: this.#invocation, value, now }));
    return false;
  }

  #fail(): false {
    this.#book.threw("it fails");
    this.#threw("HANDLER_ERROR", "it fails");
    return false;
  }

  #threw(code: "HANDLER_ERROR" | "CANCELLED", message: string): void {
    if (this.#isOver) return;
    this.#end();
    const error = callError(code, message, "yes");
    this.#edges.post((now) => ({ type: "threw", invocation: this.#invocation, error, now }));
  }

  #end(): void {
    this.#isOver = true;
    this.#over();
  }
}
