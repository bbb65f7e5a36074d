import type { ContractDifference } from "../protocol/contract_facts.ts";
import type { Contract } from "../contract/contract.ts";
import type { ReturningTerms, YieldingTerms } from "../contract/terms.ts";
import { CLIENT_FUNCTIONS, CONTRACTS_REGISTRATION } from "../core/client_functions.ts";
import type { ClientOwnerEffects } from "../core/effects.ts";
import type { ClientCommand } from "../core/events.ts";
import type { Driver } from "../edges/driver.ts";
import type { Entropy } from "../edges/entropy.ts";
import type { Clock } from "../edges/system_clock.ts";
import { Broadcaster, type ListenOptions, type Missable } from "./broadcaster.ts";
import type { CallEvent } from "./call_event.ts";
import { Calls } from "./calls.ts";
import { ContractWarnings } from "./contract_warnings.ts";
import { callError } from "../protocol/errors.ts";
import { MAX_HOPS_DEFAULT } from "../protocol/limits.ts";
import { functionName, maxHops } from "../protocol/names.ts";
import { ClientOwner, type ConnectionEvent, type ConnectionState } from "./client_owner.ts";
import type { ContractFunction, RegisteredFunction, YieldingFunction } from "./function_context.ts";
import { FunctionHost } from "./function_host.ts";
import type { FunctionOptions, Offer } from "./offer.ts";
import { type ClientOfferEvent, OfferWatch } from "./offer_watch.ts";
import { contractsShown, digestsAsked, OwnContracts } from "./own_contracts.ts";
import { Registrations } from "./registrations.ts";
import { tellConsole } from "./tell_console.ts";
import { TypedCalls } from "./typed_calls.ts";

/** The client's end of its machine. */
export type ClientDriver = Driver<ClientCommand, ClientOwnerEffects>;

/**
 * Calls functions of a federation through one of its nodes. Made by `connect`.
 *
 * When the connection is lost, the next URL is dialled; calls made meanwhile wait for it within their timeout, and calls that
 * had been sent fail with `UNAVAILABLE`, since nobody knows whether they ran.
 */
export class FarcallClient extends TypedCalls implements AsyncDisposable {
  readonly #driver: ClientDriver;
  readonly #calls: Calls;
  readonly #host: FunctionHost;
  readonly #registrations: Registrations;
  readonly #events: Broadcaster<ConnectionEvent>;
  readonly #state: ConnectionState;
  readonly #runs: Broadcaster<CallEvent>;
  readonly #clock: Clock;
  readonly #closing = new AbortController();

  /** Made by `connect`. */
  private constructor(
    driver: ClientDriver,
    calls: Calls,
    owner: ClientOwner,
    runs: Broadcaster<CallEvent>,
    clock: Clock,
  ) {
    super(calls);
    this.#driver = driver;
    this.#calls = calls;
    this.#host = owner.host;
    const shelf = new OwnContracts();
    owner.host.add(CONTRACTS_REGISTRATION, {
      name: functionName(CLIENT_FUNCTIONS.contracts),
      run: ([digests]) => contractsShown(shelf, digestsAsked(digests)),
    });
    this.#registrations = new Registrations({
      ...{ driver, owner, shelf, resources: [], maxHops: maxHops(MAX_HOPS_DEFAULT) },
    });
    this.#events = owner.events;
    this.#state = owner.state;
    this.#runs = runs;
    this.#clock = clock;
  }

  /**
   * A client that has begun to connect.
   *
   * @param drive Makes the driver for an owner.
   * @param entropy Makes names of requests unguessable, and seeds the machine.
   * @param clock Bounds schemas that take their time.
   * @param onMismatch Hears of functions that ran under other contracts. Default: the console.
   * @param failed Hears what functions of this client throw. Default: the console.
   */
  static start(
    drive: (owner: ClientOwnerEffects) => ClientDriver,
    entropy: Entropy,
    clock: Clock,
    onMismatch?: (difference: ContractDifference) => void,
    failed: (error: unknown) => void = tellConsole,
  ): FarcallClient {
    const warnings = new ContractWarnings(onMismatch);
    const differs = warnings.note.bind(warnings);
    const post = (stamp: (now: number) => ClientCommand): void => driver.post(stamp);
    const calls = new Calls({ post, entropy, clock, differs });
    const now = (): number => clock.now();
    const runs = new Broadcaster<CallEvent>();
    const observe = runs.emit.bind(runs);
    const host = new FunctionHost({ post, now, calls, failed, observe });
    const owner = new ClientOwner(calls, host);
    const driver = drive(owner);
    const seed = new Uint32Array(entropy.seed());
    driver.post((now) => ({ type: "boot", seed, now }));
    return new FarcallClient(driver, calls, owner, runs, clock);
  }

  /** The node it is connected to now; `undefined` while there is no connection. */
  get url(): string | undefined {
    return this.#state.url;
  }

  /**
   * Offers a function through the node that this client is connected to: others call it there, and it runs here. For programs
   * that nobody can dial: browsers, machines behind NAT. Every node that the client is connected to later hears of it too; it
   * is gone when the client or the offer ends.
   *
   * @param name The name under which it is called, at most 256 bytes.
   * @param run The function.
   * @param options Resources, reach from the node, and concurrency.
   * @returns The offer, which withdraws it.
   * @throws {TypeError} If a name is not what it must be.
   * @throws {RangeError} If an option is not, or the client has too many offers already.
   *
   * @example A function that runs where nobody can dial
   * ```ts
   * import { connect, startNode } from "@farcall/farcall";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await startNode({ listen: "ws://127.0.0.1:0" });
   * await using page = await connect(hub.url);
   * page.register("ask_user", ([question]) => `${question}: yes`);
   * assertEquals(await hub.call("ask_user", ["Sure"], { whenMissing: "wait" }), "Sure: yes");
   * ```
   */
  register(name: string, run: RegisteredFunction, options?: FunctionOptions): Offer;
  /** Offers a function under a contract: what comes and what goes is typed and checked, as at a node. */
  register<Terms extends ReturningTerms>(
    contract: Contract<Terms>,
    run: ContractFunction<Terms>,
    options?: FunctionOptions,
  ): Offer;
  /** Offers a function under a contract that yields. */
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
    return this.#registrations.register(target, run, options);
  }

  /**
   * Offers in reach of the node that this client is connected to: first those of this moment, as `added`, then each change.
   * When the client has to go to another node, what is different there follows, as changes like others; while it has none,
   * nothing is told. Who reads slowly makes the node wait, which drops the oldest of more than 4,096 events; `missed` of the next one says how many.
   *
   * On `json` connections, which have no streams, the client looks every second, and sees at most the 2,048 nearest offers.
   *
   * @param options `function`: only offers of this name. `signal`: ends it.
   * @returns Events, until the loop is left, the signal aborts or the client is closed.
   * @throws {TypeError} If the function's name is not what it must be.
   *
   * @example Wait for a machine with a GPU
   * ```ts
   * import { connect, startNode } from "@farcall/farcall";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await startNode({ listen: "ws://127.0.0.1:0" });
   * await using worker = await startNode({ listen: "ws://127.0.0.1:0", peers: [hub.url] });
   * worker.register("embed", ([text]) => [String(text).length], { resources: ["gpu"] });
   *
   * await using client = await connect(hub.url);
   * for await (const { type, offer, via } of client.offers({ function: "embed" })) {
   *   if (type === "lost" || !offer.resources.some((has) => has === "gpu")) continue;
   *   assertEquals([offer.origin, offer.distance, via], [worker.url, 1, hub.url]);
   *   break;
   * }
   * ```
   */
  offers(
    options: ListenOptions & { readonly function?: string } = {},
  ): AsyncIterableIterator<ClientOfferEvent & Missable> {
    const fun = options.function === undefined ? undefined : functionName(options.function);
    const edges = {
      ...{ calls: this.#calls, clock: this.#clock, closing: this.#closing.signal },
      url: () => this.#state.url,
    };
    return new OfferWatch(edges, fun, options.signal);
  }

  /** Functions of this client that begin and end to run, from now on. Ends with the client. */
  calls(options: ListenOptions = {}): AsyncIterableIterator<CallEvent & Missable> {
    return this.#runs.listen(options);
  }

  /** What happens to the connection, the one link of a client, from now on. Ends with the client. */
  events(options: ListenOptions = {}): AsyncIterableIterator<ConnectionEvent & Missable> {
    return this.#events.listen(options);
  }

  /**
   * Ends the client: what is pending fails with `CANCELLED`, and the connection is closed. Idempotent; the same as
   * leaving the scope of `await using`.
   */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#driver.post((now) => ({ type: "close", now }));
    await this.#driver[Symbol.asyncDispose]();
    this.#host.abortAll(callError("CANCELLED", "The client is closed", "unknown"));
    this.#calls.close("The client is closed");
    this.#events.close();
    this.#runs.close();
    this.#state.url = undefined;
  }

  /** Closes the client. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
