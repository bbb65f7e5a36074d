import { checkValue, type Soon } from "../contract/checking.ts";
import type { Contract } from "../contract/contract.ts";
import { streamedItem } from "../contract/streamed.ts";
import { callError, FarcallError } from "../protocol/errors.ts";
import type { ItemBatch } from "../protocol/item_batch.ts";
import { ARGUMENT_STREAMS_MAX, STREAM_ITEM_MAX } from "../protocol/limits.ts";
import { Payload } from "../protocol/payload.ts";
import { argumentError } from "./contract_checks.ts";
import { endIterator, isOnlyStream, type ItemIterator, iteratorOf } from "./item_iterator.ts";
import { type ItemTrouble, OutgoingItems } from "./outgoing_items.ts";

/** Where the streamed arguments of one call go. */
export interface GivenEdges {
  /** Sends items of an argument; `undefined` = all have been given. */
  readonly give: (arg: number, batch: ItemBatch | undefined) => void;
  /** The call can't go on, since one of its arguments failed. */
  readonly cancel: () => void;
}

interface Source {
  readonly iterator: ItemIterator;
  readonly stop: AbortController;
  items: OutgoingItems | undefined;
}

/** The streamed arguments of one call, each of which is ended whatever happens: read to its end, or its `return` called. */
export class GivenArguments {
  /** The arguments as they are sent: null stands for a stream. */
  readonly args: readonly unknown[];
  readonly #name: string;
  readonly #sources = new Map<number, Source>();
  #edges: GivenEdges | undefined;
  #failure: { readonly error: unknown } | undefined;

  /**
   * Takes the streams out of some arguments.
   *
   * @param target By its contract, which says which are streams; by name, those that can be read in no other way.
   * @throws {RangeError} If there are more than 8.
   * @throws {FarcallError} `INVALID_ARGUMENT` if the contract says that one is a stream, and it is none.
   */
  constructor(target: string | Contract, args: readonly unknown[]) {
    this.#name = typeof target === "string" ? target : target.name;
    const places = Array.isArray(args) ? placesOf(target, args) : [];
    if (places.length > ARGUMENT_STREAMS_MAX) {
      const message = `${places.length} arguments of ${this.#name} are streams, at most ` +
        `${ARGUMENT_STREAMS_MAX} may be`;
      throw new RangeError(message);
    }
    for (const place of places) this.#add(place, args[place], target);
    this.args = places.length === 0
      ? args
      : args.map((arg, place) => this.#sources.has(place) ? null : arg);
  }

  /** Places of the streams; `undefined` = there are none. */
  get streamed(): readonly number[] | undefined {
    return this.#sources.size === 0 ? undefined : [...this.#sources.keys()];
  }

  /** The call has begun. */
  begin(edges: GivenEdges): void {
    this.#edges = edges;
  }

  /** The function asks for so much more of an argument, in units of items; `undefined` = it wants no more. */
  wanted(arg: number, units: number | undefined): void {
    const source = this.#sources.get(arg);
    if (source === undefined) return;
    if (units === undefined) this.#end(source);
    else if (source.items !== undefined) source.items.credit(units);
    else void this.#send(arg, source, units);
  }

  /** The call has ended. Idempotent. */
  end(): void {
    for (const source of this.#sources.values()) this.#end(source);
  }

  /** The error of the call, which says so where it ended since one of its arguments failed. */
  errorOf(error: unknown): unknown {
    const failure = this.#failure?.error;
    if (this.#failure === undefined || !(error instanceof FarcallError)) return error;
    const code = failure instanceof FarcallError ? failure.code : "CANCELLED";
    const why = failure instanceof Error ? failure.message : String(failure);
    const details = failure instanceof FarcallError && failure.details !== undefined
      ? { details: failure.details }
      : {};
    const made = callError(code, `A streamed argument failed: ${why}`, error.ran, details);
    return new FarcallError(made, { cause: failure });
  }

  #add(place: number, given: unknown, target: string | Contract): void {
    const iterator = iteratorOf(given);
    if (iterator === undefined) {
      this.end();
      throw new FarcallError(callError(
        "INVALID_ARGUMENT",
        `${this.#name} can't take args[${place}]: Expected a stream, or anything to iterate over`,
      ));
    }
    this.#sources.set(place, {
      iterator: typeof target === "string" ? iterator : this.#checked(place, iterator, target),
      stop: new AbortController(),
      items: undefined,
    });
  }

  async #send(arg: number, source: Source, credit: number): Promise<void> {
    const { signal } = source.stop;
    const edges = this.#edges;
    const put = (batch: ItemBatch): void => edges?.give(arg, batch);
    const trouble = (which: ItemTrouble): Error => this.#trouble(arg, which);
    source.items = new OutgoingItems(credit, { put, trouble });
    try {
      await source.items.send(source.iterator, signal);
      if (!signal.aborted) edges?.give(arg, undefined);
    } catch (error) {
      if (signal.aborted) return;
      this.#failure ??= { error };
      edges?.cancel();
    }
  }

  #end({ stop, items, iterator }: Source): void {
    if (stop.signal.aborted) return;
    stop.abort();
    // One that has begun ends it by itself.
    if (items === undefined) void endIterator(iterator);
  }

  #trouble(arg: number, which: ItemTrouble): Error {
    const what = `an item of args[${arg}] of ${this.#name}`;
    return new FarcallError(
      which === "no_json"
        ? callError("INVALID_ARGUMENT", `JSON can't say ${what}: no cycle, no bigint`)
        : callError(
          "PAYLOAD_TOO_LARGE",
          `${what} is longer than ${STREAM_ITEM_MAX} characters of JSON: give several shorter ones`,
        ),
    );
  }

  /** Not a generator: its `return` reaches the iterator also while that is being asked for a value. */
  #checked(place: number, iterator: ItemIterator, contract: Contract): ItemIterator {
    let number = 0;
    const next = async (): Promise<IteratorResult<unknown>> => {
      const step = await iterator.next();
      if (step.done === true) return step;
      const payload = Payload.tryFromUnknown(step.value);
      if (payload === undefined) throw this.#trouble(place, "no_json");
      const where = `args[${place}][${number}]`;
      number += 1;
      const check = checkGiven(contract, place, payload, where);
      if (check instanceof Promise) await check;
      return { done: false, value: payload };
    };
    return {
      next,
      return: async (): Promise<IteratorResult<unknown>> => {
        await endIterator(iterator);
        return { done: true, value: undefined };
      },
    };
  }
}

function placesOf(target: string | Contract, args: readonly unknown[]): readonly number[] {
  return args.flatMap((arg, place) => {
    const isStream = typeof target === "string"
      ? isOnlyStream(arg)
      : streamedItem(target.terms, place) !== undefined && arg !== undefined;
    return isStream ? [place] : [];
  });
}

function checkGiven(
  { name, terms }: Contract,
  place: number,
  payload: Payload,
  where: string,
): Soon<void> {
  const schema = streamedItem(terms, place);
  if (schema === undefined) return;
  // Read anew: a schema may change what it is given, and what is sent must stay what it is.
  const checked = checkValue(schema, JSON.parse(payload.text), where);
  const judge = (made: Awaited<typeof checked>): void => {
    if (!made.ok) throw argumentError(name, made.issues);
  };
  return checked instanceof Promise ? checked.then(judge) : judge(checked);
}
