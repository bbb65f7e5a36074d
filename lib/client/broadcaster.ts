/** Events that a slow reader may be behind, at most; then it loses the oldest. */
const BEHIND_MAX = 4_096;

/** How to listen. */
export interface ListenOptions {
  /** Aborting it ends the iteration. */
  readonly signal?: AbortSignal;
}

/** What every event says of those before it. */
export interface Missable {
  /** How many events just before this one were lost, since they were read too slowly; absent = none. */
  readonly missed?: number;
}

/**
 * Hands each event to everybody who iterates at that moment. Nobody holds anybody up: who is behind by more than 4,096
 * events loses the oldest of them, and the next one says how many.
 */
export class Broadcaster<Event extends object> {
  readonly #readers = new Set<Reader<Event>>();
  #isClosed = false;

  /** Whether anybody listens. */
  get hasListeners(): boolean {
    return this.#readers.size > 0;
  }

  /** Hands an event to all who listen. */
  emit(event: Event): void {
    for (const reader of this.#readers) reader.push(event);
  }

  /**
   * Listens from now on; leaving the loop, aborting the signal and closing the source all end it without an error.
   *
   * @param first Events that come before all others.
   * @param accepts Which of the events to take. Default: all.
   */
  listen(
    options: ListenOptions = {},
    first: Iterable<Event> = [],
    accepts: (event: Event) => boolean = () => true,
  ): AsyncIterableIterator<Event & Missable> {
    const { signal } = options;
    const end = (): void => reader.finish();
    const reader: Reader<Event> = new Reader([...first], accepts, () => {
      this.#readers.delete(reader);
      signal?.removeEventListener("abort", end);
    });
    if (this.#isClosed || signal?.aborted) {
      reader.finish();
      return reader;
    }
    this.#readers.add(reader);
    signal?.addEventListener("abort", end, { once: true });
    return reader;
  }

  /** Ends all iterations, after what they have not read yet. */
  close(): void {
    this.#isClosed = true;
    for (const reader of [...this.#readers]) reader.finish();
  }
}

class Reader<Event extends object> implements AsyncIterableIterator<Event & Missable> {
  readonly #events: Event[];
  readonly #accepts: (event: Event) => boolean;
  readonly #left: () => void;
  #wanting: ((result: IteratorResult<Event & Missable, undefined>) => void)[] = [];
  #isDone = false;
  #missed = 0;

  constructor(events: Event[], accepts: (event: Event) => boolean, left: () => void) {
    this.#events = events;
    this.#accepts = accepts;
    this.#left = left;
  }

  push(event: Event): void {
    if (this.#isDone || !this.#accepts(event)) return;
    const wanting = this.#wanting.shift();
    if (wanting !== undefined) return wanting({ done: false, value: event });
    if (this.#events.length >= BEHIND_MAX) {
      this.#events.shift();
      this.#missed += 1;
    }
    this.#events.push(event);
  }

  finish(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#left();
    for (const wanting of this.#wanting) wanting({ done: true, value: undefined });
    this.#wanting = [];
  }

  next(): Promise<IteratorResult<Event & Missable, undefined>> {
    const event = this.#events.shift();
    if (event !== undefined) {
      const value = this.#missed === 0 ? event : { ...event, missed: this.#missed };
      this.#missed = 0;
      return Promise.resolve({ done: false, value });
    }
    if (this.#isDone) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#wanting.push(resolve));
  }

  return(): Promise<IteratorResult<Event & Missable, undefined>> {
    this.#events.length = 0;
    this.finish();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
