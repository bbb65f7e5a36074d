import { RUNNING_FUNCTIONS_MAX } from "../protocol/limits.ts";
import {
  type AskedContract,
  type ContractDigest,
  ofContract,
  type OfferContract,
} from "../protocol/contract_facts.ts";
import { type FunctionName, type MaxHops, maxHops, type ResourceName } from "../protocol/names.ts";
import type { ConnectionId, InvocationId, RegistrationId } from "./events.ts";

/** A function that a client runs for this node. */
export interface Via {
  /** The client's connection. */
  readonly connection: ConnectionId;
  /** The client's number for its offer. */
  readonly offer: number;
}

/** One registered function of this node. */
export interface Registration {
  readonly id: RegistrationId;
  readonly fun: FunctionName;
  readonly resources: readonly ResourceName[];
  readonly maxHops: MaxHops;
  /** Export class, as in the group's name. */
  scope: string;
  /** Export class that the registration asks for, before the node's policy. */
  readonly askedScope: string;
  /** Runs at once, at most. */
  readonly concurrency: number;
  /** Calls that may wait for a free slot, at most. */
  readonly queue: number;
  /** The router's number for the offer. */
  offer: number;
  /** The contract that it goes by: what the function's own node knows of idempotence is in here. */
  readonly contract?: OfferContract;
  /** Who runs it. Default: this process. */
  readonly via?: Via;
  /** Whether it is announced; it may run on for a moment when it is no longer. */
  isOffered: boolean;
  running: number;
}

/**
 * The functions of this node and what runs of them. A slot is freed when the function ends, not when its caller gave up:
 * a function that ignores its signal keeps its slot.
 */
export class FunctionTable {
  readonly #registrations = new Map<RegistrationId, Registration>();
  readonly #byName = new Map<FunctionName, Registration[]>();
  readonly #running = new Map<InvocationId, Registration>();
  readonly #served = new Map<FunctionName, Registration>();
  /** Runs that nobody waits for any more. */
  readonly #stuck = new Set<InvocationId>();

  /** Takes in a function of the node itself: it is found by its name, and is in no list. */
  serve(id: RegistrationId, fun: FunctionName): void {
    this.#served.set(fun, {
      ...{ id, fun, resources: [], maxHops: maxHops(0), scope: "", askedScope: "" },
      ...{ offer: 0, running: 0 },
      ...{ concurrency: RUNNING_FUNCTIONS_MAX, queue: 0, isOffered: false },
    });
  }

  /** Whether this is a function of the node itself, which runs here and nowhere else. */
  serves(fun: FunctionName): boolean {
    return this.#served.has(fun);
  }
  /** Takes a function in. */
  add(registration: Registration): void {
    this.#registrations.set(registration.id, registration);
    const same = this.#byName.get(registration.fun);
    if (same === undefined) this.#byName.set(registration.fun, [registration]);
    else same.push(registration);
  }

  /** Takes a function out; what runs of it runs on. */
  remove(id: RegistrationId): Registration | undefined {
    const registration = this.#registrations.get(id);
    if (registration === undefined) return undefined;
    this.#registrations.delete(id);
    const rest = (this.#byName.get(registration.fun) ?? []).filter((other) => other.id !== id);
    if (rest.length === 0) this.#byName.delete(registration.fun);
    else this.#byName.set(registration.fun, rest);
    return registration;
  }

  /**
   * The registration that has the function and all resources and goes by the contract that was asked for, the one with most
   * room first; one of another contract only where there is none of this, and only where the caller bears it.
   */
  find(
    fun: FunctionName,
    resources: readonly ResourceName[],
    asked?: AskedContract,
  ): Registration | undefined {
    const served = this.#served.get(fun);
    if (served !== undefined) return served;
    const able = (this.#byName.get(fun) ?? []).filter((one) =>
      resources.every((wanted) => one.resources.includes(wanted))
    );
    let best: Registration | undefined;
    for (const one of ofContract(able, asked)) {
      if (best === undefined || one.running / one.concurrency < best.running / best.concurrency) {
        best = one;
      }
    }
    return best;
  }

  /** A function that a client offers under this contract: whoever runs it can show the contract. */
  heldByClient(digest: ContractDigest): Registration | undefined {
    for (const one of this.#registrations.values()) {
      if (one.via !== undefined && one.contract?.digest === digest) return one;
    }
    return undefined;
  }

  /** Whether any registration has this name. */
  has(fun: FunctionName): boolean {
    return this.#byName.has(fun);
  }

  /** Whether one more run is within the limits of the function and of the node. */
  hasRoom(registration: Registration): boolean {
    return registration.running < registration.concurrency &&
      this.#running.size < RUNNING_FUNCTIONS_MAX;
  }

  /** A run begins. */
  started(invocation: InvocationId, registration: Registration): void {
    registration.running += 1;
    this.#running.set(invocation, registration);
  }

  /** A run ended. Returns whether it was one of ours that had not ended before. */
  ended(invocation: InvocationId): boolean {
    const registration = this.#running.get(invocation);
    if (registration === undefined) return false;
    registration.running -= 1;
    this.#running.delete(invocation);
    this.#stuck.delete(invocation);
    return true;
  }

  /** Nobody waits for a run any more; it keeps its slot until it ends. */
  abandoned(invocation: InvocationId): void {
    if (this.#running.has(invocation)) this.#stuck.add(invocation);
  }

  /** Runs whose callers are gone and that have not ended all the same. */
  get stuckCount(): number {
    return this.#stuck.size;
  }

  /** How many are registered. */
  get size(): number {
    return this.#registrations.size;
  }

  /** Runs that have not ended. */
  get runningCount(): number {
    return this.#running.size;
  }

  /** All registrations. */
  all(): IterableIterator<Registration> {
    return this.#registrations.values();
  }
}
