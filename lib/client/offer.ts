import type { OfferContract } from "../protocol/contract_facts.ts";
import type { FunctionName, MaxHops, ResourceName } from "../protocol/names.ts";

/** How a function is offered. */
export interface FunctionOptions {
  /** What this provider has, besides the node's own resources. Default: nothing. */
  readonly resources?: readonly string[];
  /** How many links away the offer is heard; 0 keeps it on this node. Default: the node's. */
  readonly maxHops?: number;
  /** Runs at once, at most; calls beyond that go elsewhere, or wait here as `queue` says. Default 4,096. */
  readonly concurrency?: number;
  /**
   * Calls that may wait for a free slot when nobody else offers the function, each for 1 s at most; beyond that they fail
   * with `RESOURCE_EXHAUSTED`. At most 1,024. Default: as many as `concurrency`, up to that.
   */
  readonly queue?: number;
  /** Ids of the clusters that may learn of it. Default: every cluster. */
  readonly scope?: readonly string[];
}

/** A function on offer. Ending its scope (`using`) withdraws it. */
export class Offer implements Disposable {
  /** The function's name. */
  readonly name: FunctionName;
  /** All that the provider has. */
  readonly resources: readonly ResourceName[];
  /** How many links away the offer is heard. */
  readonly maxHops: MaxHops;
  /** The contract that the function goes by; `undefined` = none. */
  readonly contract: OfferContract | undefined;
  readonly #withdraw: () => void;
  #isWithdrawn = false;

  /** Made by `FarcallNode.register`. */
  constructor(
    offer: {
      readonly name: FunctionName;
      readonly resources: readonly ResourceName[];
      readonly maxHops: MaxHops;
      readonly contract: OfferContract | undefined;
    },
    withdraw: () => void,
  ) {
    this.name = offer.name;
    this.resources = offer.resources;
    this.maxHops = offer.maxHops;
    this.contract = offer.contract;
    this.#withdraw = withdraw;
  }

  /** Takes the offer back everywhere; what runs of it runs on. Idempotent. */
  withdraw(): void {
    if (this.#isWithdrawn) return;
    this.#isWithdrawn = true;
    this.#withdraw();
  }

  /** Withdraws. */
  [Symbol.dispose](): void {
    this.withdraw();
  }
}
