/**
 * What everybody who calls has in hand, a client, a node and a function that calls on: `call` for one function, `request`
 * for several that feed each other.
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
import type { RequestBuilder, Resolved } from "./request_builder.ts";
import type { ItemStream } from "./item_stream.ts";

/** One calling interface for clients, nodes and functions. */
export interface Calling {
  /**
   * Calls a function wherever it lives.
   *
   * @param name The function's name.
   * @param args Positional arguments, anything JSON can say. Default: none.
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
   * Reads the values that a function gives, one after the other and as fast as they are read: a function that nobody reads from
   * waits. The call begins at once; leaving the loop ends it.
   *
   * @param name The function's name.
   * @param args Positional arguments, anything JSON can say. Default: none.
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
}
