/**
 * What a request may do, as whoever writes one sees it: `call` and `map` return futures and note commands.
 *
 * @module
 */

import type { Soon } from "../contract/checking.ts";
import type { Contract } from "../contract/contract.ts";
import type { ResultIn, ResultOut } from "../contract/inference.ts";
import type { ReturningTerms } from "../contract/terms.ts";
import type { FarcallError } from "../protocol/errors.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import type { RequestCommand } from "../protocol/request_command.ts";
import type {
  CommandOptions,
  ContractCommandRest,
  ContractMapRest,
  MapOptionsOf,
  RepeatOptions,
} from "./call_options.ts";
import type { Future, FutureOf } from "./future.ts";

/** What a returned shape is when its futures have become results. */
export type Resolved<Shape> = Shape extends FutureOf<infer Result, unknown> ? Result
  : Shape extends readonly unknown[] ? { [Index in keyof Shape]: Resolved<Shape[Index]> }
  : Shape extends object ? { [Field in keyof Shape]: Resolved<Shape[Field]> }
  : Shape;

/** In the hands of whoever writes a request. */
export interface RequestBuilder {
  /**
   * Notes a call.
   *
   * @param name The function's name.
   * @param args Positional arguments; may hold futures of this request, at any depth. Default: none.
   * @param options Resources and keyword arguments, which may hold futures too, and how the call may be repeated.
   * @returns Its result, which is not there yet.
   * @throws {TypeError} If the name, an argument or an option is not what it must be.
   */
  call(
    name: string,
    args?: readonly unknown[],
    options?: CommandOptions & RepeatOptions,
  ): Future;

  /**
   * Notes a call by contract. Arguments without futures in them are checked before the request is sent.
   *
   * @param contract What caller and provider agreed on.
   * @param rest Arguments, then options; both may hold futures of this request, at any depth.
   * @returns Its result, which is not there yet, and whose fields are typed.
   * @throws {FarcallError} `INVALID_ARGUMENT` if an argument is not what the contract asks for.
   * @throws {TypeError} If a resource is not what it must be.
   */
  call<Terms extends ReturningTerms>(
    contract: Contract<Terms>,
    ...rest: ContractCommandRest<Terms>
  ): Future<ResultOut<Terms>, ResultIn<Terms>>;

  /**
   * Notes a call for each item of a list that is not there yet, so many at once. The first that fails ends the request, and
   * `details.part` of its error says which item it was.
   *
   * @param list A future of this request that will be a list, of at most 4,096 items. What is none is refused when the request
   * is written down; the type allows `undefined` since fields of results that nothing is known of have it.
   * @param name The function's name.
   * @param args Makes the arguments of an item's future; may hold other futures too. Called once.
   * @param options As for a call, and `concurrency`; or a function that makes them of the item's future.
   * @returns The results, in the order of the items.
   * @throws {TypeError | RangeError} If something is not what it must be.
   *
   * @example Each page of a list, four at a time
   * ```ts
   * import { startNode } from "@farcall/farcall";
   * import { assertEquals } from "@std/assert";
   *
   * await using node = await startNode({ listen: "ws://127.0.0.1:0" });
   * node.register("links", () => [{ to: "/a" }, { to: "/bcd" }]);
   * node.register("length", ([text]) => String(text).length);
   *
   * const lengths = await node.request((r) =>
   *   r.map(r.call("links"), "length", (link) => [link.to], { concurrency: 4 })
   * );
   * assertEquals(lengths, [2, 4]);
   * ```
   */
  map(
    list: FutureOf<unknown, unknown> | undefined,
    name: string,
    args: (item: Future) => readonly unknown[],
    options?: MapOptionsOf<unknown, CommandOptions & RepeatOptions>,
  ): FutureOf<unknown[], unknown[]>;

  /**
   * Notes a call by contract for each item of a list that is not there yet. Items, arguments and results are typed.
   *
   * @param list A future of this request whose contract says that it is a list.
   * @param contract What caller and provider agreed on.
   * @param rest How arguments follow from an item, then options.
   * @returns The results, in the order of the items.
   */
  map<Terms extends ReturningTerms, Item>(
    list: FutureOf<unknown, readonly Item[]>,
    contract: Contract<Terms>,
    ...rest: ContractMapRest<Terms, Item>
  ): Future<ResultOut<Terms>[], ResultIn<Terms>[]>;
}

/** A request that is written down. */
export interface WrittenRequest<Shape> {
  /** The commands, in the order in which they were noted. */
  readonly commands: readonly RequestCommand[];
  /** Names of the commands whose results must come back; `undefined` = exactly those that no other uses. */
  readonly wanted: readonly string[] | undefined;
  /** Fulfilled when all arguments were checked; `undefined` = they were. Rejects with `INVALID_ARGUMENT`. */
  readonly ready: Promise<unknown> | undefined;
  /** What the contracts' schemas make of the results, by name. Throws or rejects with `INVALID_RESULT`. */
  readonly checked: (results: JsonValue) => Soon<Results>;
  /** The request's error, as the contract of its function declares it where it does. */
  readonly declared: (error: FarcallError) => Soon<FarcallError>;
  /** Puts the results where the shape has futures. */
  readonly resolve: (results: Results) => Resolved<Shape>;
}

/** Results by the names of their commands. */
export type Results = Readonly<Record<string, unknown>>;
