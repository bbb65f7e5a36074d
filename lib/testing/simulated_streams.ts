import type { Invocation } from "../core/effects.ts";
import type { CallCommand, ProviderCommand } from "../core/events.ts";
import type { ItemBatch } from "../protocol/item_batch.ts";
import type { BookedCall, CallBook, RunEnd } from "./call_book.ts";
import { StreamCall } from "./stream_call.ts";
import type { StreamPlan } from "./stream_plan.ts";
import { type StreamEdges, StreamRun } from "./stream_run.ts";

/** A call with streams, from whoever made it. */
export interface BookedStream {
  /** The call. */
  readonly booked: BookedCall;
  /** Items that came so far. */
  readonly arrived: () => number;
}

/** The streams of one process: of the calls that it makes, and of the functions that it runs. */
export class SimulatedStreams {
  readonly #edges: StreamEdges<CallCommand | ProviderCommand>;
  readonly #book: CallBook;
  readonly #calls = new Map<number, StreamCall>();
  readonly #runs = new Map<number, StreamRun>();
  readonly #aborted = new Set<number>();

  /** @param book Hears what is wrong with a call. */
  constructor(edges: StreamEdges<CallCommand | ProviderCommand>, book: CallBook) {
    this.#edges = edges;
    this.#book = book;
  }

  /** Streams that have not ended. */
  get size(): number {
    return this.#calls.size + this.#runs.size;
  }

  /** A call with streams begins. */
  begin(booked: BookedCall, plan: StreamPlan): BookedStream {
    const { number } = booked;
    const accuse = (wrong: string): void => this.#book.accuse(number, wrong);
    const made = new StreamCall(this.#edges, number, plan, accuse);
    this.#calls.set(number, made);
    return { booked, arrived: () => made.inlet.next };
  }

  /** Items of a call. */
  items(call: number, batch: ItemBatch): void {
    const reading = this.#calls.get(call);
    if (reading === undefined) this.#book.accuse(call, "got an item after its end");
    else reading.items(batch);
  }

  /** The function of a call wants more of its argument. */
  wanted(call: number, arg: number, units: number | undefined): void {
    const giving = this.#calls.get(call);
    if (giving === undefined) this.#book.accuse(call, "was asked for items after its end");
    else giving.wanted(arg, units);
  }

  /** A call ended, with streams or without. */
  ended(call: number): void {
    this.#calls.get(call)?.end();
    this.#calls.delete(call);
  }

  /** A function of streams is to run. */
  run(invocation: Invocation, book: RunEnd): void {
    const id = invocation.invocation;
    this.#runs.set(id, new StreamRun(this.#edges, invocation, book, () => this.#runs.delete(id)));
  }

  /** Items of the argument of a run. */
  given(invocation: number, batch: ItemBatch | undefined): void {
    this.#mustNotBeAborted(invocation);
    this.#runs.get(invocation)?.given(batch);
  }

  /** The reader of a run allows more. */
  credit(invocation: number, units: number): void {
    this.#mustNotBeAborted(invocation);
    this.#runs.get(invocation)?.credit(units);
  }

  /** Nobody waits for a run any more. */
  abort(invocation: number): void {
    if (this.#runs.has(invocation)) this.#aborted.add(invocation);
    this.#runs.get(invocation)?.abort();
  }

  /** The process is gone. */
  die(): void {
    for (const call of this.#calls.values()) call.end();
    for (const run of this.#runs.values()) run.die();
  }

  #mustNotBeAborted(invocation: number): void {
    if (this.#aborted.has(invocation)) {
      this.#book.accuse(0, `run ${invocation} was told of its streams after it was given up`);
    }
  }
}
