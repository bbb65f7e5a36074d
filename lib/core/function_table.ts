import { RUNNING_FUNCTIONS_MAX } from "../protocol/limits.ts";
import type { FunctionName, MaxHops, ResourceName } from "../protocol/names.ts";
import type { InvocationId, RegistrationId } from "./events.ts";

/** One registered function of this node. */
export interface Registration {
  readonly id: RegistrationId;
  readonly fun: FunctionName;
  readonly resources: readonly ResourceName[];
  readonly maxHops: MaxHops;
  /** Export class, as in the group's name. */
  readonly scope: string;
  readonly concurrency: number;
  /** The router's number for the offer. */
  readonly offer: number;
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

  /** The registration that has the function and all resources, the one with most room first. */
  find(fun: FunctionName, resources: readonly ResourceName[]): Registration | undefined {
    let best: Registration | undefined;
    for (const one of this.#byName.get(fun) ?? []) {
      if (!resources.every((wanted) => one.resources.includes(wanted))) continue;
      if (best === undefined || one.running / one.concurrency < best.running / best.concurrency) {
        best = one;
      }
    }
    return best;
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
    return true;
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
