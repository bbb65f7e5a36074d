import type { Contract, ReturningContract, ReturningTerms } from "../contract/contract.ts";
import type { ResultOut } from "../contract/inference.ts";
import type { CallerEffects, Outcome } from "../core/effects.ts";
import type { CallId, ClientCommand } from "../core/events.ts";
import type { Report } from "../core/reports.ts";
import type { Driver } from "../edges/driver.ts";
import type { Entropy } from "../edges/entropy.ts";
import type { Clock } from "../edges/system_clock.ts";
import { Broadcaster, type ListenOptions } from "./broadcaster.ts";
import type { CallOptions, CommandOptions, ContractCallRest } from "./call_options.ts";
import type { Calling } from "./calling.ts";
import { Calls } from "./calls.ts";
import type { RequestBuilder, Resolved } from "./request_builder.ts";

/** What happens to a client's connection. */
export type ConnectionEvent = Extract<
  Report,
  { readonly type: "connected" | "disconnected" | "dial_failed" | "protocol_error" }
>;

/** The client's end of its machine. */
export type ClientDriver = Driver<ClientCommand, CallerEffects>;

/**
 * Calls functions of a federation through one of its nodes. Made by `connect`.
 *
 * When the connection is lost, the next URL is dialled; calls made meanwhile wait for it within their timeout, and calls that
 * had been sent fail with `UNAVAILABLE`, since nobody knows whether they ran.
 */
export class FarcallClient implements Calling, AsyncDisposable {
  readonly #driver: ClientDriver;
  readonly #calls: Calls;
  readonly #events: Broadcaster<ConnectionEvent>;
  readonly #state: ConnectionState;

  /** Made by `connect`. */
  private constructor(driver: ClientDriver, calls: Calls, owner: ClientOwner) {
    this.#driver = driver;
    this.#calls = calls;
    this.#events = owner.events;
    this.#state = owner.state;
  }

  /**
   * A client that has begun to connect.
   *
   * @param drive Makes the driver for an owner.
   * @param entropy Makes names of requests unguessable, and seeds the machine.
   * @param clock Bounds schemas that take their time.
   */
  static start(
    drive: (owner: CallerEffects) => ClientDriver,
    entropy: Entropy,
    clock: Clock,
  ): FarcallClient {
    const calls = new Calls({ post: (stamp) => driver.post(stamp), entropy, clock });
    const owner = new ClientOwner(calls);
    const driver = drive(owner);
    const seed = new Uint32Array(entropy.seed());
    driver.post((now) => ({ type: "boot", seed, now }));
    return new FarcallClient(driver, calls, owner);
  }

  /** The node it is connected to now; `undefined` while there is no connection. */
  get url(): string | undefined {
    return this.#state.url;
  }

  /** See {@linkcode Calling.call}. */
  call(
    name: string,
    args?: readonly unknown[],
    options?: CallOptions & CommandOptions,
  ): Promise<unknown>;
  /** See {@linkcode Calling.call}. */
  call<Terms extends ReturningTerms>(
    contract: Contract<Terms>,
    ...rest: ContractCallRest<Terms>
  ): Promise<ResultOut<Terms>>;
  call(
    target: string | ReturningContract,
    args: readonly unknown[] = [],
    options: CallOptions & CommandOptions = {},
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

  /** What happens to the connection from now on. Ends with the client. */
  events(options: ListenOptions = {}): AsyncIterableIterator<ConnectionEvent> {
    return this.#events.listen(options);
  }

  /**
   * Ends the client: what is pending fails with `CANCELLED`, and the connection is closed. Idempotent; the same as
   * leaving the scope of `await using`.
   */
  async close(): Promise<void> {
    this.#driver.post((now) => ({ type: "close", now }));
    await this.#driver[Symbol.asyncDispose]();
    this.#calls.close("The client is closed");
    this.#events.close();
    this.#state.url = undefined;
  }

  /** Closes the client. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

interface ConnectionState {
  url: string | undefined;
}

class ClientOwner implements CallerEffects {
  readonly events: Broadcaster<ConnectionEvent> = new Broadcaster();
  readonly state: ConnectionState = { url: undefined };
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  settle(call: CallId, outcome: Outcome): void {
    this.#calls.settle(call, outcome);
  }

  report(report: Report): void {
    switch (report.type) {
      case "connected":
        this.state.url = report.url;
        return this.events.emit(report);
      case "disconnected":
        this.state.url = undefined;
        return this.events.emit(report);
      case "dial_failed":
      case "protocol_error":
        return this.events.emit(report);
    }
  }
}
