import { digestOf } from "./contract_digest.ts";
import type { Contract } from "../contract/contract.ts";
import type { ReturningTerms, YieldingTerms } from "../contract/terms.ts";
import type { ProviderCommand } from "../core/events.ts";
import type { ContractDigest, OfferContract } from "../protocol/contract_facts.ts";
import {
  OFFERS_PER_ORIGIN_MAX,
  QUEUED_CALLS_MAX,
  RUNNING_FUNCTIONS_MAX,
} from "../protocol/limits.ts";
import {
  clusterId,
  type FunctionName,
  functionName,
  type MaxHops,
  maxHops,
  type ResourceName,
  resourceSet,
} from "../protocol/names.ts";
import { contractFunction, yieldingFunction } from "./contract_function.ts";
import type { ContractFunction, RegisteredFunction, YieldingFunction } from "./function_context.ts";
import type { FunctionHost } from "./function_host.ts";
import { type FunctionOptions, Offer } from "./offer.ts";

/** How the names of functions begin that every node has for itself. */
const NODE_PREFIX = "rpc.";

/** Keeps the schemas of functions that are offered, for whoever asks. */
export interface SchemaShelf {
  /** Keeps one until it is released as often as it was kept. */
  keep(digest: ContractDigest, text: string): void;
  /** One offer less needs it. */
  release(digest: ContractDigest): void;
}

/** What registrations need of their node or client. */
export interface RegistrationRooms {
  readonly owner: { readonly host: FunctionHost };
  readonly driver: { post(stamp: (now: number) => ProviderCommand): void };
  /** Default: schemas are kept nowhere. */
  readonly shelf?: SchemaShelf;
  readonly resources: readonly ResourceName[];
  readonly maxHops: MaxHops;
}

/** Functions that a node or a client offers: tells its machine, its host and its shelf of contracts of each. */
export class Registrations {
  readonly #rooms: RegistrationRooms;
  readonly #offers = new Map<number, Offer>();
  #last = 0;

  /** @param rooms What registrations need of their node. */
  constructor(rooms: RegistrationRooms) {
    this.#rooms = rooms;
  }

  /** See `FarcallNode.register`. */
  register(
    target: string | Contract<ReturningTerms> | Contract<YieldingTerms>,
    run: RegisteredFunction | ContractFunction<ReturningTerms> | YieldingFunction<YieldingTerms>,
    options: FunctionOptions,
  ): Offer {
    if (typeof run !== "function") {
      const name = typeof target === "string" ? target : target.name;
      throw new TypeError(`"${name}" needs a function, not ${typeof run}`);
    }
    return typeof target === "string"
      ? this.#offer(functionName(target), run as RegisteredFunction, options)
      : this.#offer(target.name, held(target, run), options, target);
  }

  #offer(
    fun: FunctionName,
    run: RegisteredFunction,
    options: FunctionOptions,
    agreed?: Contract,
  ): Offer {
    if (fun.startsWith(NODE_PREFIX)) {
      throw new TypeError(`Names that begin with ${NODE_PREFIX} are the node's own: ${fun}`);
    }
    const resources = resourceSet([
      ...this.#rooms.resources,
      ...(agreed?.resources ?? []),
      ...(options.resources ?? []),
    ]);
    const contract = agreed === undefined ? undefined : offerContract(agreed);
    const hops = options.maxHops === undefined ? this.#rooms.maxHops : maxHops(options.maxHops);
    const concurrency = concurrencyOf(options);
    const queue = queueOf(options, concurrency);
    const scope = scopeText(options.scope ?? []);
    if (this.#offers.size >= OFFERS_PER_ORIGIN_MAX) {
      throw new RangeError(`A node can't offer more than ${OFFERS_PER_ORIGIN_MAX} functions`);
    }
    const { driver, owner, shelf } = this.#rooms;
    this.#last += 1;
    const registration = this.#last;
    owner.host.add(registration, { name: fun, run });
    if (agreed !== undefined && contract !== undefined) shelf?.keep(contract.digest, agreed.text);
    const offered = { registration, fun, resources, scope, ...(contract && { contract }) };
    const command = { type: "register", ...offered } as const;
    driver.post((now) => ({ ...command, maxHops: hops, concurrency, queue, now }));
    const offer = new Offer({ name: fun, resources, maxHops: hops, contract }, () => {
      this.#offers.delete(registration);
      if (contract !== undefined) shelf?.release(contract.digest);
      driver.post((now) => ({ type: "withdraw", registration, now }));
      // After the turn in which the machine hears of it: what it asks for until then still runs.
      queueMicrotask(() => owner.host.remove(registration));
    });
    this.#offers.set(registration, offer);
    return offer;
  }
}

function offerContract(agreed: Contract): OfferContract {
  const { version, idempotent } = agreed;
  return { digest: digestOf(agreed), ...(version === undefined ? {} : { version }), idempotent };
}

/** The overloads say which function belongs to which contract. */
function held(
  contract: Contract<ReturningTerms> | Contract<YieldingTerms>,
  run: unknown,
): RegisteredFunction {
  return isYielding(contract)
    ? yieldingFunction(contract, run as YieldingFunction<YieldingTerms>)
    : contractFunction(contract, run as ContractFunction<ReturningTerms>);
}

function isYielding(
  contract: Contract<ReturningTerms> | Contract<YieldingTerms>,
): contract is Contract<YieldingTerms> {
  return contract.terms.yields !== undefined;
}

function concurrencyOf({ concurrency = RUNNING_FUNCTIONS_MAX }: FunctionOptions): number {
  if (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= RUNNING_FUNCTIONS_MAX) {
    return concurrency;
  }
  throw new RangeError(
    `Not a concurrency, expected a whole number from 1 to ${RUNNING_FUNCTIONS_MAX}: ${concurrency}`,
  );
}

function queueOf({ queue }: FunctionOptions, concurrency: number): number {
  const length = queue ?? Math.min(concurrency, QUEUED_CALLS_MAX);
  if (Number.isInteger(length) && length >= 0 && length <= QUEUED_CALLS_MAX) return length;
  throw new RangeError(
    `Not a queue, expected a whole number from 0 to ${QUEUED_CALLS_MAX}: ${queue}`,
  );
}

function scopeText(clusters: readonly string[]): string {
  for (const cluster of clusters) {
    if (clusterId(cluster).includes(" ")) {
      throw new TypeError(`A scope can't name a cluster with a space in its id: "${cluster}"`);
    }
  }
  return [...new Set(clusters)].sort().join(" ");
}
