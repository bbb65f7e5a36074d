import { batchOf, type ItemBatch } from "../protocol/item_batch.ts";
import { STREAM_BATCH } from "../protocol/limits.ts";
import { Payload } from "../protocol/payload.ts";
import { isItemTooLong, itemUnits, StreamGate } from "../rpc/stream_credit.ts";
import { endIterator, type ItemIterator } from "./item_iterator.ts";

/**
 * Rounds of the microtask queue without another item after which those that are ready leave. An item that passes checks takes
 * about a dozen; all of them are over before anything else can happen in the process, so nobody waits for company.
 */
const QUIET_ROUNDS = 32;

/** Why a value can't travel: JSON can't say it, or it is longer than an item may be. */
export type ItemTrouble = "no_json" | "too_long";

/** What a writer needs. */
export interface OutgoingEdges {
  /** Sends some values. */
  readonly put: (batch: ItemBatch) => void;
  /** The error of a value that can't travel. */
  readonly trouble: (which: ItemTrouble) => Error;
}

/**
 * Sends values as far as their reader's credit goes: the next one is asked for only then. Those that are ready at the same time
 * leave together.
 */
export class OutgoingItems {
  readonly #gate: StreamGate;
  readonly #edges: OutgoingEdges;
  #ready: string[] = [];
  #units = 0;
  #quietRounds = 0;
  #isWatching = false;

  /**
   * Begins.
   *
   * @param credit What may be sent at first.
   */
  constructor(credit: number, edges: OutgoingEdges) {
    this.#gate = new StreamGate(credit);
    this.#edges = edges;
  }

  /** The reader allows so much more. */
  credit(units: number): void {
    this.#gate.add(units);
  }

  /**
   * Sends all values.
   *
   * @param signal Aborts when nobody reads any more.
   * @throws Whatever the iterator throws, or why a value can't travel; what came before has been sent.
   */
  async send(iterator: ItemIterator, signal: AbortSignal): Promise<void> {
    const stop = (): void => {
      this.#gate.close();
      void endIterator(iterator);
    };
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    let isOver = false;
    try {
      while (this.#gate.isOpen || await this.#isWanted(signal)) {
        const step = await iterator.next();
        isOver = step.done === true;
        if (isOver) return;
        this.#add(step.value);
      }
    } finally {
      if (!signal.aborted) this.#flush();
      signal.removeEventListener("abort", stop);
      if (!isOver) await endIterator(iterator);
    }
  }

  async #isWanted(signal: AbortSignal): Promise<boolean> {
    if (!this.#gate.isOpen) await new Promise<void>((resolve) => this.#gate.whenOpen(resolve));
    return !signal.aborted;
  }

  #add(value: unknown): void {
    const payload = value instanceof Payload ? value : Payload.tryFromUnknown(value);
    if (payload === undefined) throw this.#edges.trouble("no_json");
    if (isItemTooLong(payload)) throw this.#edges.trouble("too_long");
    const units = itemUnits(payload);
    // No batch is longer than the longest item.
    if (this.#units + units > STREAM_BATCH) this.#flush();
    this.#gate.spend(units);
    this.#ready.push(payload.text);
    this.#units += units;
    if (!this.#gate.isOpen || this.#units >= STREAM_BATCH) this.#flush();
    else this.#watch();
  }

  #watch(): void {
    this.#quietRounds = 0;
    if (this.#isWatching) return;
    this.#isWatching = true;
    queueMicrotask(this.#look);
  }

  readonly #look = (): void => {
    this.#quietRounds += 1;
    const isDue = this.#ready.length === 0 || this.#quietRounds > QUIET_ROUNDS;
    if (!isDue) return queueMicrotask(this.#look);
    this.#isWatching = false;
    this.#flush();
  };

  #flush(): void {
    if (this.#ready.length === 0) return;
    const batch = batchOf(this.#ready);
    this.#ready = [];
    this.#units = 0;
    this.#edges.put(batch);
  }
}
