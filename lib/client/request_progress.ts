import { callError, FarcallError } from "../protocol/errors.ts";
import { BOOLEAN, INTEGER, NUMBER, OBJECT, TEXT } from "../protocol/field_shapes.ts";
import { defaulted, listOf, own, required, ShapeDefect } from "../protocol/json_fields.ts";
import type { JsonObject, JsonValue } from "../protocol/json_value.ts";
import { GRAPH_DEPTH_MAX } from "../protocol/limits.ts";
import type { IncomingItems } from "./incoming_items.ts";
import type { Resolved } from "./request_builder.ts";

/** What every event about one call of a request says. */
export interface RequestCallEvent {
  /** Which call, counted from 0 in the order in which they were noted. */
  readonly call: number;
  /** Its function. */
  readonly fun: string;
  /** How many calls feed each other up to it: 0 for one that uses no other. */
  readonly level: number;
  /** Ms since the request began, by the clock of the node that runs it. */
  readonly elapsedMs: number;
}

/** How a request goes. */
export type RequestEvent =
  /** All that the call uses is there: it is on its way. */
  | ({ readonly type: "started" } & RequestCallEvent)
  /** Its result is there, as it travels; `isOmitted` = it was too long to be told (1 MiB for the whole request). */
  | (
    & { readonly type: "finished"; readonly value: unknown; readonly isOmitted: boolean }
    & RequestCallEvent
  )
  /** Of a map: it has ended for one more item, so many of so many. */
  | (
    & {
      readonly type: "part";
      /** Which item, counted from 0. */
      readonly part: number;
      readonly done: number;
      readonly of: number;
    }
    & RequestCallEvent
  )
  /** All went well; how long it took, by level. */
  | {
    readonly type: "summary";
    readonly totalMs: number;
    readonly levelMs: readonly number[];
    /** The level that took longest, counted from 0. */
    readonly slowestLevel: number;
    /** Calls that shared their level with others. */
    readonly parallelCalls: number;
  };

/**
 * A request that is followed: iterate over it for how it goes, await `result` for what comes of it. Leaving the loop does not
 * end the request. If it fails, both say so: the loop by throwing, once what came before is read.
 *
 * @example Each result when it is there
 * ```ts
 * import { startNode } from "@farcall/farcall";
 * import { assertEquals } from "@std/assert";
 *
 * await using node = await startNode({ listen: "ws://127.0.0.1:0" });
 * node.register("double", ([value]) => Number(value) * 2);
 *
 * const running = node.follow((r) => r.call("double", [r.call("double", [10])]));
 * const seen: unknown[] = [];
 * for await (const event of running) if (event.type === "finished") seen.push(event.value);
 * assertEquals(seen, [20, 40]);
 * assertEquals(await running.result, 40);
 * ```
 */
export class RequestProgress<Shape> implements AsyncIterableIterator<RequestEvent> {
  /** What comes of it, as of `request`. */
  readonly result: Promise<Resolved<Shape>>;
  readonly #items: IncomingItems;
  #tail: Promise<unknown> = Promise.resolve();

  /** Made by `follow` of a node or a client. */
  constructor(items: IncomingItems, result: Promise<Resolved<Shape>>) {
    this.#items = items;
    this.result = result;
    result.then(() => items.finish(), (error) => items.fail(error));
  }

  /**
   * The next event.
   *
   * @throws {FarcallError} If the request failed: after what came before, and once.
   */
  next(): Promise<IteratorResult<RequestEvent, undefined>> {
    const next = this.#tail.then(() => this.#next());
    this.#tail = next.catch(() => {});
    return next;
  }

  /** No more events are wanted; the request goes on. */
  return(): Promise<IteratorResult<RequestEvent, undefined>> {
    this.#items.cancel();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  async #next(): Promise<IteratorResult<RequestEvent, undefined>> {
    for (let item = await this.#items.next(); item !== undefined; item = await this.#items.next()) {
      const event = readEvent(item.value);
      if (event !== undefined) return { done: false, value: event };
    }
    return { done: true, value: undefined };
  }
}

const LEVELS = listOf(NUMBER, GRAPH_DEPTH_MAX);

/** One event as a node tells it; `undefined` = one of a kind that is not known here. */
function readEvent(value: JsonValue): RequestEvent | undefined {
  try {
    const told = OBJECT.parse(value);
    if (told === undefined) throw new ShapeDefect("Not an object");
    return read(told, required(told, "event", TEXT));
  } catch (caught) {
    if (!(caught instanceof ShapeDefect)) throw caught;
    const message = `What the node tells of the request is no event: ${caught.message}`;
    throw new FarcallError(callError("PROTOCOL", message, "unknown"), { cause: caught });
  }
}

function read(told: JsonObject, event: string): RequestEvent | undefined {
  switch (event) {
    case "started":
      return { type: event, ...about(told) };
    case "finished":
      return {
        ...{ type: event, ...about(told), value: own(told, "value") },
        isOmitted: defaulted(told, "omitted", BOOLEAN, false),
      };
    case "part": {
      const part = required(told, "part", INTEGER);
      const done = required(told, "done", INTEGER);
      return { type: event, ...about(told), part, done, of: required(told, "of", INTEGER) };
    }
    case "summary":
      return {
        type: event,
        totalMs: required(told, "total_execution_time_ms", NUMBER),
        levelMs: required(told, "level_execution_times", LEVELS),
        slowestLevel: required(told, "bottleneck_level_index", INTEGER),
        parallelCalls: required(told, "parallel_commands_executed", INTEGER),
      };
    default:
      return undefined;
  }
}

function about(told: JsonObject): RequestCallEvent {
  return {
    call: required(told, "command", INTEGER),
    fun: required(told, "fun", TEXT),
    level: required(told, "level", INTEGER),
    elapsedMs: required(told, "elapsed_ms", NUMBER),
  };
}
