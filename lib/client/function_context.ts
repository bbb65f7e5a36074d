import type { OutputOf, StandardSchema } from "../contract/standard_schema.ts";
import type { StreamedSchema } from "../contract/streamed.ts";
import type { ContractTerms, ReturningTerms, YieldingTerms } from "../contract/terms.ts";
import type { KwargsOut, ResultIn, YieldIn } from "../contract/inference.ts";
import type { Calling } from "./calling.ts";
import type { Caller } from "../core/effects.ts";
import type { FunctionName } from "../protocol/names.ts";
import type { Items } from "./item_iterator.ts";
import type { ItemStream } from "./item_stream.ts";

/** What a function gets besides its arguments. Every member may be taken out by destructuring. */
export interface FunctionContext<Kwargs = Readonly<Record<string, unknown>>> {
  /** The name under which the function was called. */
  readonly name: FunctionName;
  /** Keyword arguments; empty when there are none. */
  readonly kwargs: Kwargs;
  /** Aborts when the caller gives up, is gone, or its time is over; the reason is a `FarcallError`. */
  readonly signal: AbortSignal;
  /** Milliseconds left until the caller's deadline, at least 0. */
  readonly remaining: () => number;
  /** Who asked, as far as this node knows. */
  readonly caller: Caller;
  /**
   * Of a stream whose reader numbers its items from 0: the first one that it wants, since it has those before. Default 0.
   */
  readonly resumeFrom: number;
  /** Calls on: within what is left of the caller's time, and cancelled together with this call. */
  readonly client: Calling;
}

/** Positional arguments as a function gets them: what the schemas make of them, and streams of what those of items make. */
export type FunctionArgs<Terms extends ContractTerms> = ArgumentTuple<Terms["args"]>;

/** What a function gets for the schemas of a list. */
export type ArgumentTuple<Schemas extends readonly StandardSchema[]> = {
  -readonly [Place in keyof Schemas]: ArgumentOf<Schemas[Place]>;
};

/** One argument as a function gets it. */
export type ArgumentOf<Schema extends StandardSchema> = Schema extends
  StreamedSchema<infer _Input, infer Output> ? ItemStream<Output> : OutputOf<Schema>;

/**
 * A function that can be called from anywhere.
 *
 * @param args Positional arguments, read from JSON; their types are the caller's promise and nothing more. One that its caller
 * gives as a stream is an {@linkcode ItemStream}.
 * @returns Anything JSON can say, or a promise of it; `undefined` travels as null.
 */
export type RegisteredFunction = (args: unknown[], context: FunctionContext) => unknown;

/**
 * A function under a contract: it gets arguments that were checked, and what it returns is checked before it travels.
 *
 * @param args Positional arguments, as the contract's schemas make them.
 * @returns What the contract's schema of the result takes, or a promise of it.
 */
export type ContractFunction<Terms extends ReturningTerms> = (
  args: FunctionArgs<Terms>,
  context: FunctionContext<KwargsOut<Terms>>,
) => ResultIn<Terms> | Promise<ResultIn<Terms>>;

/**
 * A function under a contract that yields: it gets arguments that were checked, and each value that it gives is checked before
 * it travels. It is asked for the next one when its reader has room for it.
 *
 * @param args Positional arguments, as the contract's schemas make them.
 * @returns Values of the kind that the contract's schema takes: an async generator, any iterable or a `ReadableStream`.
 */
export type YieldingFunction<Terms extends YieldingTerms> = (
  args: FunctionArgs<Terms>,
  context: FunctionContext<KwargsOut<Terms>>,
) => Items<YieldIn<Terms>> | Promise<Items<YieldIn<Terms>>>;
