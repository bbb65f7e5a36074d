import type { CallCommand, CallId } from "../core/events.ts";
import { CALL_TIMEOUT_MS_MAX } from "../protocol/limits.ts";
import type { ItemBatch } from "../protocol/item_batch.ts";
import type { CallOptions, StreamOptions } from "./call_options.ts";
import type { BegunCall } from "./call_settlers.ts";
import { timeoutOf } from "./call_manner.ts";
import { IncomingItems } from "./incoming_items.ts";

/** What streams need from the calls they are. */
export interface StreamEdges {
  /** Tells the machine something, at the time it is given. */
  readonly post: (stamp: (now: number) => CallCommand) => void;
  /** Begins a call; throws when it can't. */
  readonly begin: (command: (call: CallId, now: number) => CallCommand) => BegunCall;
  /** The stream has ended, with this error if it ended badly. Returns the error that its reader gets. */
  readonly ended: (error?: unknown) => unknown;
}

/** The streams that are read: which items belong to which. */
export class StreamCalls {
  readonly #reading = new Map<CallId, IncomingItems>();

  /** Streams that have not ended. */
  get size(): number {
    return this.#reading.size;
  }

  /** Items of a stream. One that has ended, or never began, takes none. */
  items(call: CallId, batch: ItemBatch): void {
    this.#reading.get(call)?.push(batch);
  }

  /** Items of a call go here until it has ended. */
  hear({ call, result }: BegunCall, items: IncomingItems): void {
    this.#reading.set(call, items);
    const forget = (): void => void this.#reading.delete(call);
    result.then(forget, forget);
  }

  /**
   * Reads a stream.
   *
   * @param prepare Makes the call's command, which may take its time; what it throws ends the stream.
   * @param signal The reader's: items that wait when it aborts are not read any more.
   */
  read(
    { post, begin, ended }: StreamEdges,
    prepare: () => Promise<(call: CallId, now: number) => CallCommand>,
    signal: AbortSignal | undefined,
  ): IncomingItems {
    let call: CallId | undefined;
    let isWanted = true;
    const items = new IncomingItems({
      read: (units) => {
        const begun = call;
        if (begun !== undefined) post((now) => ({ type: "read", call: begun, units, now }));
      },
      cancel: () => {
        isWanted = false;
        const begun = call;
        if (begun !== undefined) post((now) => ({ type: "cancel", call: begun, now }));
      },
    });
    const run = async (): Promise<void> => {
      const command = await prepare();
      if (!isWanted) return;
      const begun = begin(command);
      call = begun.call;
      this.#reading.set(begun.call, items);
      try {
        await begun.result;
      } finally {
        this.#reading.delete(begun.call);
        call = undefined;
      }
    };
    run().then(() => {
      ended();
      items.finish();
    }, (error) => items.fail(ended(error), signal?.aborted));
    return items;
  }
}

/**
 * How long a stream may take in all, in ms.
 *
 * @throws {RangeError} If it is not above 0.
 */
export function streamTimeoutOf({ timeout = CALL_TIMEOUT_MS_MAX }: CallOptions): number {
  return timeoutOf({ timeout });
}

/**
 * Which item is the first that is wanted; `undefined` = they have no numbers.
 *
 * @throws {RangeError} If it is no whole number from 0.
 */
export function resumeFromOf({ resumeFrom }: StreamOptions): number | undefined {
  if (resumeFrom === undefined || (Number.isSafeInteger(resumeFrom) && resumeFrom >= 0)) {
    return resumeFrom;
  }
  throw new RangeError(`Not an item's number, expected a whole number from 0: ${resumeFrom}`);
}
