import type { ContractTerms } from "../contract/terms.ts";
import type { ArgsIn, KwargsIn } from "../contract/inference.ts";
import type { Reach } from "../protocol/reach.ts";
import type { FuturableFields, Future } from "./future.ts";

/**
 * What to do about a provider that goes by another contract than the caller; one of the same contract is always preferred.
 * `"warn"`: it runs, and `onMismatch` of the client or node hears of it. `"refuse"`: the call ends with `CONTRACT_MISMATCH`.
 * `"ignore"`: it runs. Providers of which no contract is known are taken by all three.
 */
export type MismatchPolicy = "warn" | "refuse" | "ignore";

/** How a call or a request goes. */
export interface CallOptions {
  /** How long it may take in all, in ms. Default 30,000; more than 3,600,000 counts as that. */
  readonly timeout?: number;
  /** Aborting it cancels the call, also where it runs. */
  readonly signal?: AbortSignal;
  /** What to do about providers of other contracts. Default `"warn"`. */
  readonly mismatch?: MismatchPolicy;
  /**
   * What happens where nobody in reach offers the function: `"fail"` at once, or `"wait"` for an offer until the timeout, and
   * fail then with the same error. Default `"fail"`.
   */
  readonly whenMissing?: "fail" | "wait";
  /**
   * How providers are reached: `"direct"` over a link or a connection that is dialled for it, `"relay"` along links from node
   * to node, `"auto"` directly where the provider answers within 250 ms, and along links where it does not. Default: as the node
   * that calls are made through was started to do it.
   */
  readonly reach?: Reach;
}

/** What one call needs besides its arguments. */
export interface CommandOptions {
  /** Resources the provider must have, all of them. Default: none. */
  readonly resources?: readonly string[];
  /** Keyword arguments, for functions that take them. Default: none. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
}

/** What one call by contract needs besides its positional arguments. */
export type ContractCommandOptions<Kwargs> =
  & {
    /** Resources the provider must have besides those of the contract. Default: none. */
    readonly resources?: readonly string[];
  }
  & ([Kwargs] extends [never] ? { readonly kwargs?: never }
    : Record<never, never> extends Kwargs ? { readonly kwargs?: Kwargs }
    : { readonly kwargs: Kwargs });

/** What follows the contract in a call: nothing that is needed can be left out. */
export type ContractCallRest<Terms extends ContractTerms> = CallRest<
  ArgsIn<Terms>,
  CallOptions & Pick<RepeatOptions, "hedge"> & ContractCommandOptions<KwargsIn<Terms>>
>;

/** The same within a request, where futures may stand for values. */
export type ContractCommandRest<Terms extends ContractTerms> = CallRest<
  FuturableFields<ArgsIn<Terms>>,
  FuturableOptions<Terms>
>;

/** What one call of a request by contract needs besides its positional arguments. */
export type FuturableOptions<Terms extends ContractTerms> =
  & Pick<RepeatOptions, "hedge">
  & ContractCommandOptions<FuturableFields<KwargsIn<Terms>>>;

/** How a function is called for each item of a list. */
export interface MapOptions {
  /** Calls at once, at most: 1 to 64. Default 16. */
  readonly concurrency?: number;
}

/** Options of a map, or how they follow from the item. */
export type MapOptionsOf<Item, Options> =
  | (Options & MapOptions)
  | ((item: Future<Item>) => Options & MapOptions);

/** What follows the contract in a map: arguments by item, then options; only what may be missing can be left out. */
export type ContractMapRest<Terms extends ContractTerms, Item> = Record<never, never> extends
  FuturableOptions<Terms> ? [
    args: (item: Future<Item>) => FuturableFields<ArgsIn<Terms>>,
    options?: MapOptionsOf<Item, FuturableOptions<Terms>>,
  ]
  : [
    args: (item: Future<Item>) => FuturableFields<ArgsIn<Terms>>,
    options: MapOptionsOf<Item, FuturableOptions<Terms>>,
  ];

/** Arguments and options, where only what may be missing can be left out. */
export type CallRest<Args, Options> = Record<never, never> extends Options
  ? [] extends Args ? [args?: Args, options?: Options] : [args: Args, options?: Options]
  : [args: Args, options: Options];
/** How one call may be tried again. */
export interface RepeatOptions {
  /**
   * Running it twice does no more than once: when a node or connection is lost and nobody knows whether the function ran, the
   * call is tried elsewhere, at most twice. Default `false`: it fails with `ran: "unknown"`.
   */
  readonly idempotent?: boolean;
  /**
   * After so many ms without an end another provider is asked as well; the first answer counts, the other is cancelled.
   * Needs `idempotent`. Default: never.
   */
  readonly hedge?: number;
}

/** How a stream is read. */
export interface StreamOptions extends Omit<CallOptions, "timeout"> {
  /** How long the whole stream may take, in ms. Default, and at most, 3,600,000. */
  readonly timeout?: number;
  /**
   * The first item that is wanted, counted from 0, of a function that numbers its items: it begins there. When its node is lost,
   * another one goes on after the last item that came. Default: items have no numbers, and a lost node ends the stream.
   */
  readonly resumeFrom?: number;
}

/** What follows the contract when its stream is read: nothing that is needed can be left out. */
export type ContractStreamRest<Terms extends ContractTerms> = CallRest<
  ArgsIn<Terms>,
  StreamOptions & ContractCommandOptions<KwargsIn<Terms>>
>;

/** What one question about a call needs besides the function's name. */
export interface ExplainOptions {
  /** Resources the provider must have, all of them. Default: none. */
  readonly resources?: readonly string[];
  /** How long the answer may take, in ms. Default 30,000. */
  readonly timeout?: number;
  /** Aborting it gives the question up. */
  readonly signal?: AbortSignal;
  /** How its provider would be reached, as in a call. Default: as the node does it. */
  readonly reach?: Reach;
}
