import { callError } from "../protocol/errors.ts";
import { STREAM_ITEM_MAX } from "../protocol/limits.ts";
import type { FunctionName } from "../protocol/names.ts";
import { Payload } from "../protocol/payload.ts";
import { isItemTooLong, itemUnits, StreamGate } from "../rpc/stream_credit.ts";
import { ContractFailure } from "./contract_function.ts";
import { endIterator, type ItemIterator } from "./item_iterator.ts";

/** Sends the values of one run as far as their reader's credit goes: the function is asked for the next one only then. */
export class OutgoingItems {
  readonly #gate: StreamGate;
  readonly #put: (value: Payload) => void;

  /**
   * Begins.
   *
   * @param credit What may be sent at first.
   * @param put Sends one value.
   */
  constructor(credit: number, put: (value: Payload) => void) {
    this.#gate = new StreamGate(credit);
    this.#put = put;
  }

  /** The reader allows so much more. */
  credit(units: number): void {
    this.#gate.add(units);
  }

  /**
   * Sends all values.
   *
   * @param signal Aborts when nobody reads any more.
   * @throws Whatever the function throws, or why a value can't travel.
   */
  async send(name: FunctionName, iterator: ItemIterator, signal: AbortSignal): Promise<void> {
    const stop = (): void => {
      this.#gate.close();
      void endIterator(iterator);
    };
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    let isOver = false;
    try {
      while (await this.#isWanted(signal)) {
        const step = await iterator.next();
        isOver = step.done === true;
        if (isOver) return;
        this.#send(name, step.value);
      }
    } finally {
      signal.removeEventListener("abort", stop);
      if (!isOver) await endIterator(iterator);
    }
  }

  async #isWanted(signal: AbortSignal): Promise<boolean> {
    if (!this.#gate.isOpen) await new Promise<void>((resolve) => this.#gate.whenOpen(resolve));
    return !signal.aborted;
  }

  #send(name: FunctionName, value: unknown): void {
    const payload = value instanceof Payload ? value : Payload.tryFromUnknown(value);
    if (payload === undefined) {
      const message = `${name} yielded what JSON can't say: a cycle, a bigint or a throwing toJSON`;
      throw new ContractFailure(callError("RESULT_NOT_SERIALIZABLE", message, "yes"), true);
    }
    if (isItemTooLong(payload)) {
      const message = `${name} yielded an item of more than ${STREAM_ITEM_MAX} characters of ` +
        "JSON: yield several shorter ones";
      throw new ContractFailure(callError("RESULT_TOO_LARGE", message, "yes"), true);
    }
    this.#gate.spend(itemUnits(payload));
    this.#put(payload);
  }
}
