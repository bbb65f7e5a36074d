import type { Contract, ReturningContract, YieldingContract } from "../contract/contract.ts";
import type { ResultOut, YieldOut } from "../contract/inference.ts";
import type { ReturningTerms, YieldingTerms } from "../contract/terms.ts";
import type { Explanation } from "../core/explain.ts";
import type { JsonObject } from "../protocol/json_value.ts";
import type {
  CallOptions,
  CommandOptions,
  ContractCallRest,
  ContractStreamRest,
  ExplainOptions,
  RepeatOptions,
  StreamOptions,
} from "./call_options.ts";
import type { Calling, UntypedCalling } from "./calling.ts";
import type { FunctionDescription } from "./description.ts";
import type { ItemStream } from "./item_stream.ts";
import type { RequestBuilder, Resolved } from "./request_builder.ts";
import type { RequestProgress } from "./request_progress.ts";

/** The types of calling, over calls that know none: what a client, a node and a function that calls on have in common. */
export class TypedCalls implements Calling {
  readonly #calls: UntypedCalling;

  /**
   * Types over untyped calls.
   *
   * @param calls Where all calls go.
   */
  constructor(calls: UntypedCalling) {
    this.#calls = calls;
  }

  /** See {@linkcode Calling.call}. */
  call(
    name: string,
    args?: readonly unknown[],
    options?: CallOptions & CommandOptions & RepeatOptions,
  ): Promise<unknown>;
  /** See {@linkcode Calling.call}. */
  call<Terms extends ReturningTerms>(
    contract: Contract<Terms>,
    ...rest: ContractCallRest<Terms>
  ): Promise<ResultOut<Terms>>;
  call(
    target: string | ReturningContract,
    args: readonly unknown[] = [],
    options: CallOptions & CommandOptions & RepeatOptions = {},
  ): Promise<unknown> {
    return this.#calls.call(target, args, options);
  }

  /** See {@linkcode Calling.request}. */
  request<Shape>(
    build: (request: RequestBuilder) => Shape,
    options: CallOptions = {},
  ): Promise<Resolved<Shape>> {
    return this.#calls.request(build, options);
  }

  /** See {@linkcode Calling.follow}. */
  follow<Shape>(
    build: (request: RequestBuilder) => Shape,
    options: CallOptions = {},
  ): RequestProgress<Shape> {
    return this.#calls.follow(build, options);
  }

  /** See {@linkcode Calling.stream}. */
  stream(
    name: string,
    args?: readonly unknown[],
    options?: StreamOptions & CommandOptions,
  ): ItemStream<unknown>;
  /** See {@linkcode Calling.stream}. */
  stream<Terms extends YieldingTerms>(
    contract: Contract<Terms>,
    ...rest: ContractStreamRest<Terms>
  ): ItemStream<YieldOut<Terms>>;
  stream(
    target: string | YieldingContract,
    args: readonly unknown[] = [],
    options: StreamOptions & CommandOptions = {},
  ): ItemStream<unknown> {
    return this.#calls.stream(target, args, options);
  }

  /** See {@linkcode Calling.explain}. */
  explain(name: string, options: ExplainOptions = {}): Promise<Explanation> {
    return this.#calls.explain(name, options);
  }

  /** See {@linkcode Calling.describe}. */
  describe(target: string | Contract, options: CallOptions = {}): Promise<FunctionDescription> {
    return this.#calls.describe(target, options);
  }

  /** See {@linkcode Calling.discover}. */
  discover(options: CallOptions = {}): Promise<JsonObject> {
    return this.#calls.discover(options);
  }
}
