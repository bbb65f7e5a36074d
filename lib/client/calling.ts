/**
 * What everybody who calls has in hand, a client, a node and a function that calls on: `call` for one function, `request`
 * for several that feed each other, `stream` for many values of one.
 *
 * @module
 */

import type { Contract, ReturningContract, YieldingContract } from "../contract/contract.ts";
import type { ReturningTerms, YieldingTerms } from "../contract/terms.ts";
import type { ResultOut, YieldOut } from "../contract/inference.ts";
import type { Explanation } from "../core/explain.ts";
import type {
  CallOptions,
  CommandOptions,
  ContractCallRest,
  ContractStreamRest,
  ExplainOptions,
  RepeatOptions,
  StreamOptions,
} from "./call_options.ts";
import type { JsonObject } from "../protocol/json_value.ts";
import type { FunctionDescription } from "./description.ts";
import type { RequestBuilder, Resolved } from "./request_builder.ts";
import type { ItemStream } from "./item_stream.ts";
import type { RequestProgress } from "./request_progress.ts";

/** One calling interface for clients, nodes and functions. */
export interface Calling {
  /**
   * Calls a function wherever it lives.
   *
   * @param name The function's name.
   * @param args Positional arguments, anything JSON can say. An async iterable or a `ReadableStream` among them is sent as a
   * stream, item by item, as fast as the function reads it, and ended when the call ends. Default: none.
   * @param options Resources, keyword arguments, timeout and signal.
   * @returns What the function returned, read from JSON.
   * @throws {FarcallError} If the call failed; `code` says why, `ran` whether the function ran.
   * @throws {TypeError | RangeError} If the name, the arguments or an option are not what they must be.
   */
  call(
    name: string,
    args?: readonly unknown[],
    options?: CallOptions & CommandOptions & RepeatOptions,
  ): Promise<unknown>;

  /**
   * Calls a function by its contract: arguments and result are typed, and checked before they are sent and after they came.
   *
   * @param contract What caller and provider agreed on.
   * @param rest Arguments, then options. Resources are asked for besides those of the contract.
   * @returns What the contract's schema makes of the result.
   * @throws {FarcallError} If the call failed. `INVALID_ARGUMENT`, with `details.issues`, if an argument is not what the
   * contract asks for, `INVALID_RESULT` if the result is not. `DeclaredError` if the function failed as the contract says.
   * @throws {TypeError | RangeError} If an option is not what it must be.
   */
  call<Terms extends ReturningTerms>(
    contract: Contract<Terms>,
    ...rest: ContractCallRest<Terms>
  ): Promise<ResultOut<Terms>>;

  /**
   * Calls several functions in one round trip; what one returns may be an argument of others. Calls that don't use each
   * other run at the same time; the first failure ends the request.
   *
   * @param build Says which calls and what shall come back: a future, or an object or array with futures in it.
   * @param options Timeout and signal of the whole request.
   * @returns The shape that `build` returned, with results in place of futures.
   * @throws {FarcallError} If any of the calls failed.
   * @throws {TypeError | RangeError} If a name, an argument or an option is not what it must be.
   */
  request<Shape>(
    build: (request: RequestBuilder) => Shape,
    options?: CallOptions,
  ): Promise<Resolved<Shape>>;

  /**
   * As `request`, and tells how it goes meanwhile: which call has begun and what each came to. For people who wait, and to
   * see where the time goes. What other nodes have then comes to the node that runs the request, too, since it is told.
   *
   * @param build Says which calls and what shall come back.
   * @param options Timeout and signal of the whole request.
   * @returns Events to iterate over, and the `result`, which rejects where `request` would.
   */
  follow<Shape>(
    build: (request: RequestBuilder) => Shape,
    options?: CallOptions,
  ): RequestProgress<Shape>;

  /**
   * Reads the values that a function gives, one after the other and as fast as they are read: a function that nobody reads from
   * waits. The call begins at once; leaving the loop ends it.
   *
   * @param name The function's name.
   * @param args Positional arguments, anything JSON can say, and streams as in `call`. Default: none.
   * @param options Resources, keyword arguments, timeout, signal, and where to begin.
   * @returns The values, read from JSON. Everything that goes wrong is thrown where they are read: a `FarcallError` if the call
   * failed, a `TypeError` or `RangeError` if the name, the arguments or an option are not what they must be.
   */
  stream(
    name: string,
    args?: readonly unknown[],
    options?: StreamOptions & CommandOptions,
  ): ItemStream<unknown>;

  /**
   * Reads the values that a function gives by its contract: arguments and values are typed and checked.
   *
   * @param contract What caller and provider agreed on.
   * @param rest Arguments, then options. Resources are asked for besides those of the contract.
   * @returns What the contract's schema makes of each value.
   */
  stream<Terms extends YieldingTerms>(
    contract: Contract<Terms>,
    ...rest: ContractStreamRest<Terms>
  ): ItemStream<YieldOut<Terms>>;

  /**
   * Says where a call would go, and why nowhere else: every known offer of the function with the reason why it is taken or
   * passed over. Nothing is run.
   *
   * @param name The function's name.
   * @param options Resources that would be asked for, timeout and signal.
   * @returns What the node that calls are made through knows at this moment.
   * @throws {FarcallError} If the node does not answer, or speaks a dialect that has no word for it.
   */
  explain(name: string, options?: ExplainOptions): Promise<Explanation>;

  /**
   * What is known of a function: who offers it, and under which contracts.
   *
   * @param target Its name, or a contract of it.
   * @param options Timeout and signal.
   * @throws {TypeError | RangeError} If the name or an option is not what it must be.
   * @throws {FarcallError} If the node that calls are made through could not be asked.
   *
   * @example The schema of a function that somebody else wrote
   * ```ts
   * import { contract, startNode } from "@farcall/farcall";
   * import { assertEquals } from "@std/assert";
   * import { z } from "zod";
   *
   * await using node = await startNode({ listen: "ws://127.0.0.1:0" });
   * node.register(contract("count", { args: [z.string()], returns: z.number() }), ([text]) => text.length);
   * const { offers, contracts } = await node.describe("count");
   * assertEquals(offers[0]?.origin, node.url);
   * assertEquals(contracts[0]?.document?.returns, {
   *   $schema: "https://json-schema.org/draft/2020-12/schema",
   *   type: "number",
   * });
   * ```
   */
  describe(target: string | Contract, options?: CallOptions): Promise<FunctionDescription>;

  /**
   * All functions in reach as an OpenRPC document, with what is known of their contracts. The longest ones are left
   * out above 1 MiB together.
   *
   * @param options Timeout and signal.
   * @throws {RangeError} If the timeout is not above 0.
   * @throws {FarcallError} If the node that calls are made through could not be asked.
   */
  discover(options?: CallOptions): Promise<JsonObject>;
}

/** Calling without the types that a contract gives: the one thing behind all typed faces. */
export interface UntypedCalling {
  /** See {@linkcode Calling.call}. */
  call(
    target: string | ReturningContract,
    args: readonly unknown[],
    options: CallOptions & CommandOptions & RepeatOptions,
  ): Promise<unknown>;

  /** See {@linkcode Calling.stream}. */
  stream(
    target: string | YieldingContract,
    args: readonly unknown[],
    options: StreamOptions & CommandOptions,
  ): ItemStream<unknown>;

  /** See {@linkcode Calling.explain}. */
  explain(name: string, options: ExplainOptions): Promise<Explanation>;

  /** See {@linkcode Calling.request}. */
  request<Shape>(
    build: (request: RequestBuilder) => Shape,
    options: CallOptions,
  ): Promise<Resolved<Shape>>;

  /** See {@linkcode Calling.follow}. */
  follow<Shape>(
    build: (request: RequestBuilder) => Shape,
    options: CallOptions,
  ): RequestProgress<Shape>;

  /** See {@linkcode Calling.describe}. */
  describe(target: string | Contract, options: CallOptions): Promise<FunctionDescription>;

  /** See {@linkcode Calling.discover}. */
  discover(options: CallOptions): Promise<JsonObject>;
}
