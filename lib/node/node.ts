import type { ListenOptions, Missable } from "../client/broadcaster.ts";
import type { Contract } from "../contract/contract.ts";
import type { ReturningTerms, YieldingTerms } from "../contract/terms.ts";
import type { CoreSizes } from "../core/core_sizes.ts";
import type { LinkView } from "../core/link_view.ts";
import { acceptPieces } from "../edges/piece_frames.ts";
import { plainText, upgradeRequest } from "../edges/websocket_upgrade.ts";
import { checkClusterPolicy, type ClusterPolicy } from "../federation/cluster_policy.ts";
import type { Listing } from "../federation/function_registry.ts";
import { callError, FarcallError } from "../protocol/errors.ts";
import { type ClusterId, type Incarnation, type NodeUrl, nodeUrl } from "../protocol/names.ts";
import type { CallEvent } from "../client/call_event.ts";
import type { OfferEvent } from "../client/offer_event.ts";
import type { LinkEvent } from "./events.ts";
import type {
  ContractFunction,
  RegisteredFunction,
  YieldingFunction,
} from "../client/function_context.ts";
import { NODE_SUBPROTOCOLS } from "./listening.ts";
import type { FunctionOptions, Offer } from "../client/offer.ts";
import type { NodeParts } from "./node_parts.ts";
import { Registrations } from "../client/registrations.ts";
import { TypedCalls } from "../client/typed_calls.ts";
import { nearestFirst, watchOffers } from "./offers_in_reach.ts";

/** How long calls may take to end when a node leaves, where nobody says, in ms. */
const DRAIN_TIMEOUT_MS_DEFAULT = 5_000;
/** How much longer than it was told the machine may take before it is left behind, in ms. */
const DRAIN_GRACE_MS = 1_000;

/**
 * A node of a federation: offers functions, knows what others offer, calls and passes calls on. Made by `startNode`.
 *
 * Ends with `drain`, or by leaving the scope of `await using`.
 */
export class FarcallNode extends TypedCalls implements AsyncDisposable {
  readonly #parts: NodeParts;
  readonly #registrations: Registrations;
  #end: Promise<void> | undefined;

  /** Made by `startNode`. */
  constructor(parts: NodeParts) {
    super(parts.calls);
    this.#parts = parts;
    this.#registrations = new Registrations(parts);
  }

  /** The URL under which others know this node. */
  get url(): NodeUrl {
    return this.#parts.identity.url;
  }

  /** The cluster it belongs to. */
  get cluster(): ClusterId {
    return this.#parts.identity.cluster;
  }

  /** This life of the node: a restarted one has another that sorts after it. */
  get incarnation(): Incarnation {
    return this.#parts.identity.incarnation;
  }

  /**
   * Offers a function to everybody in reach. One name may be offered several times, with other resources or without.
   *
   * @param name The name under which it is called, at most 256 bytes.
   * @param run The function.
   * @param options Resources, reach and concurrency.
   * @returns The offer, which withdraws it.
   * @throws {TypeError} If a name is not what it must be.
   * @throws {RangeError} If `maxHops` or `concurrency` is not, or the node has 4,096 offers already.
   * @throws {FarcallError} `UNAVAILABLE` if the node has ended.
   *
   * @example Unknown in, unknown out
   * ```ts
   * import { startNode } from "@farcall/farcall";
   * import { assertEquals } from "@std/assert";
   *
   * await using node = await startNode({ listen: "ws://127.0.0.1:0" });
   * using _offer = node.register("shout", ([text]) => String(text).toUpperCase(), {
   *   resources: ["loud"],
   * });
   * assertEquals(await node.call("shout", ["hello"], { resources: ["loud"] }), "HELLO");
   * ```
   */
  register(name: string, run: RegisteredFunction, options?: FunctionOptions): Offer;
  /**
   * Offers a function under a contract: it gets what the contract's schemas make of the arguments, and what it returns is
   * checked before it travels. The offer has the contract's resources.
   *
   * @param contract What caller and provider agreed on.
   * @param run The function.
   * @param options More resources, reach and concurrency.
   * @returns The offer, which withdraws it.
   * @throws {TypeError} If a name is not what it must be, or the contract is one of a function that yields.
   * @throws {RangeError} If `maxHops` or `concurrency` is not, or the node has 4,096 offers already.
   * @throws {FarcallError} `UNAVAILABLE` if the node has ended.
   *
   * @example Typed and checked on both sides
   * ```ts
   * import { contract, startNode } from "@farcall/farcall";
   * import { assertEquals } from "@std/assert";
   * import * as v from "valibot";
   *
   * const add = contract("add", { args: [v.number(), v.number()], returns: v.number() });
   *
   * await using node = await startNode({ listen: "ws://127.0.0.1:0" });
   * using _offer = node.register(add, ([a, b]) => a + b);
   * assertEquals(await node.call(add, [1, 2]) + 1, 4);
   * ```
   */
  register<Terms extends ReturningTerms>(
    contract: Contract<Terms>,
    run: ContractFunction<Terms>,
    options?: FunctionOptions,
  ): Offer;
  /**
   * Offers a function under a contract that yields: each value is checked before it travels, and the function is asked for the
   * next one when its reader has room for it.
   *
   * @param contract What caller and provider agreed on.
   * @param run The function: an async generator, or what returns an iterable or a `ReadableStream`.
   * @param options More resources, reach and concurrency.
   * @returns The offer, which withdraws it.
   *
   * @example Values as long as somebody reads them
   * ```ts
   * import { contract, startNode } from "@farcall/farcall";
   * import { assertEquals } from "@std/assert";
   * import * as v from "valibot";
   *
   * const count = contract("count", { args: [v.number()], yields: v.number() });
   *
   * await using node = await startNode({ listen: "ws://127.0.0.1:0" });
   * node.register(count, async function* ([last]) {
   *   for (let number = 1; number <= last; number += 1) yield number;
   * });
   * let sum = 0;
   * for await (const number of node.stream(count, [4])) sum += number;
   * assertEquals(sum, 10);
   * ```
   */
  register<Terms extends YieldingTerms>(
    contract: Contract<Terms>,
    run: YieldingFunction<Terms>,
    options?: FunctionOptions,
  ): Offer;
  register(
    target: string | Contract<ReturningTerms> | Contract<YieldingTerms>,
    run: RegisteredFunction | ContractFunction<ReturningTerms> | YieldingFunction<YieldingTerms>,
    options: FunctionOptions = {},
  ): Offer {
    this.#throwIfEnded();
    return this.#registrations.register(target, run, options);
  }

  /**
   * Keeps a link to another node from now on.
   *
   * @throws {TypeError} If it is not a node's URL.
   * @throws {FarcallError} `UNAVAILABLE` if the node has ended.
   */
  join(url: string): void {
    const peer = nodeUrl(url);
    this.#throwIfEnded();
    this.#parts.driver.post((now) => ({ type: "join", url: peer, now }));
  }

  /**
   * Other rules for other clusters from now on: what they hide is gone from lists here and there, what they allow comes. Calls
   * that were sent go on.
   *
   * @param policy Takes the place of the whole policy that was given before.
   * @throws {TypeError | RangeError} If a rule is not what it must be.
   * @throws {FarcallError} `UNAVAILABLE` if the node has ended.
   */
  setPolicy(policy: ClusterPolicy): void {
    const checked = checkClusterPolicy(policy);
    this.#throwIfEnded();
    this.#parts.driver.post((now) => ({ type: "rules", rules: checked, now }));
  }

  /** All offers in reach at this moment, this node's own included, those of nearer nodes first. */
  listOffers(): Listing[] {
    return nearestFirst(this.#parts.core.listings());
  }

  /**
   * Counts of everything that can grow: calls on their way, functions that run, and among them those that are `stuck`, whose
   * callers are gone and that have not ended all the same: each keeps its slot until it does.
   */
  counts(): CoreSizes {
    return this.#parts.core.sizes();
  }

  /** All links that are up at this moment. */
  listLinks(): LinkView[] {
    return this.#parts.core.links();
  }

  /**
   * Offers in reach: first those of this moment, as `added`, then each change. Ends with the node.
   *
   * @param options `function`: only offers of this name. `signal`: ends it.
   */
  offers(
    options: ListenOptions & { readonly function?: string } = {},
  ): AsyncIterableIterator<OfferEvent & Missable> {
    const { function: name } = options;
    const { core, owner } = this.#parts;
    return watchOffers(core.listings(), owner.offers, name, options).events;
  }

  /** What happens to links from now on. Ends with the node. */
  links(options: ListenOptions = {}): AsyncIterableIterator<LinkEvent & Missable> {
    return this.#parts.owner.links.listen(options);
  }

  /** Functions that begin and end to run on this node, from now on. Ends with the node. */
  calls(options: ListenOptions = {}): AsyncIterableIterator<CallEvent & Missable> {
    return this.#parts.owner.runs.listen(options);
  }

  /**
   * Takes a connection inside another server: give it requests for a WebSocket. Others are answered with 426.
   *
   * @example Beside an application on the same port
   * ```ts
   * import { startNode } from "@farcall/farcall";
   *
   * await using node = await startNode({ url: "wss://api.example/farcall", cluster: "lab-a" });
   * await using _server = Deno.serve(
   *   { port: 0, onListen: () => {} },
   *   (request) =>
   *     new URL(request.url).pathname === "/farcall" ? node.fetch(request) : new Response("hello"),
   * );
   * ```
   */
  fetch(request: Request): Response {
    if (this.#end !== undefined) return plainText(503, "This node is leaving.\n");
    return upgradeRequest(request, NODE_SUBPROTOCOLS, acceptPieces(this.#parts.driver.accept));
  }

  /**
   * Leaves: withdraws all offers, lets calls end, says goodbye, closes everything. Idempotent; a second call can only
   * shorten the time.
   *
   * @param options `timeout`: how long calls may take to end, in ms. Default 5,000.
   * @throws {RangeError} If the timeout is negative.
   */
  drain(options: { readonly timeout?: number } = {}): Promise<void> {
    const timeoutMs = options.timeout ?? DRAIN_TIMEOUT_MS_DEFAULT;
    if (!(timeoutMs >= 0)) {
      throw new RangeError(`Not a timeout, expected 0 ms or more: ${timeoutMs}`);
    }
    // Who watches would do so as long as it may.
    this.#parts.leaving.abort();
    this.#parts.driver.post((now) => ({ type: "drain", timeoutMs, now }));
    this.#end ??= this.#leave(timeoutMs);
    return this.#end;
  }

  /** Drains with the default time. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }

  async #leave(timeoutMs: number): Promise<void> {
    const { owner, driver, calls, clock, refresh } = this.#parts;
    refresh.close();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const cancelTimer = clock.wake(clock.now() + timeoutMs + DRAIN_GRACE_MS, resolve);
    await Promise.race([owner.whenStopped, late]);
    cancelTimer();
    await driver[Symbol.asyncDispose]();
    owner.host.abortAll(callError("UNAVAILABLE", "The node has ended", "unknown"));
    calls.close("The node has ended");
    owner.close();
  }

  #throwIfEnded(): void {
    if (this.#end !== undefined) {
      throw new FarcallError(callError("UNAVAILABLE", "The node has ended"));
    }
  }
}
