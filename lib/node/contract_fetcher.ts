import type { Listing } from "../federation/function_registry.ts";
import { type ContractDigest, tryContractDigest } from "../protocol/contract_facts.ts";
import { isJsonObject, type JsonValue } from "../protocol/json_value.ts";
import type { NodeUrl } from "../protocol/names.ts";
import type { ContractShelf } from "./contract_shelf.ts";

/** Providers that are asked for one contract, at most: the nearest. */
const ASKED_MAX = 3;
/** Contracts in one question, at most. */
const BATCH_MAX = 64;
/** Providers that are asked at the same time, at most. */
const PARALLEL_MAX = 8;

/** Asks one node for contracts; `undefined` = it did not answer. */
export type AskForContracts = (
  node: NodeUrl,
  digests: readonly ContractDigest[],
) => Promise<JsonValue | undefined>;

/** Gets contracts that are not on the shelf from nodes that go by them, each once however many want it at that time. */
export class ContractFetcher {
  readonly #shelf: ContractShelf;
  readonly #ask: AskForContracts;
  readonly #underWay = new Map<ContractDigest, Promise<void>>();

  /** @param ask Asks a node; must settle in bounded time. */
  constructor(shelf: ContractShelf, ask: AskForContracts) {
    this.#shelf = shelf;
    this.#ask = ask;
  }

  /** Contracts that are being fetched. */
  get pendingCount(): number {
    return this.#underWay.size;
  }

  /** Fulfilled when all that could be had of the listings' contracts is on the shelf. */
  async fetch(listings: readonly Listing[]): Promise<void> {
    const holders = new Map<ContractDigest, NodeUrl[]>();
    for (const { contract, origin, dialect } of listings) {
      if (contract === undefined || dialect !== "farcall") continue;
      if (this.#shelf.find(contract.digest) !== undefined) continue;
      const nodes = holders.get(contract.digest) ?? [];
      if (nodes.length < ASKED_MAX && !nodes.includes(origin)) nodes.push(origin);
      holders.set(contract.digest, nodes);
    }
    const waiting = [...holders.keys()].flatMap((digest) => this.#underWay.get(digest) ?? []);
    const wanted = [...holders].filter(([digest]) => !this.#underWay.has(digest));
    const work = this.#fetchAll(new Map(wanted));
    for (const [digest] of wanted) this.#underWay.set(digest, work);
    try {
      await Promise.all([work, ...waiting]);
    } finally {
      for (const [digest] of wanted) this.#underWay.delete(digest);
    }
  }

  /** In rounds: each asks the nearest nodes that were not asked for what is still missing. */
  async #fetchAll(holders: ReadonlyMap<ContractDigest, readonly NodeUrl[]>): Promise<void> {
    for (let round = 0; round < ASKED_MAX; round += 1) {
      const questions = new Map<NodeUrl, ContractDigest[]>();
      for (const [digest, nodes] of holders) {
        const node = nodes[round];
        if (node === undefined || this.#shelf.find(digest) !== undefined) continue;
        questions.set(node, [...questions.get(node) ?? [], digest]);
      }
      if (questions.size === 0) return;
      const rest = [...questions];
      const askNext = async (): Promise<void> => {
        for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
          await this.#askAll(...next);
        }
      };
      await Promise.all(Array.from({ length: PARALLEL_MAX }, askNext));
    }
  }

  /** A node answers with as many as fit into its answer: what is left is asked for again, as long as something comes. */
  async #askAll(node: NodeUrl, digests: readonly ContractDigest[]): Promise<void> {
    const missing = new Set(digests);
    while (missing.size > 0) {
      const before = missing.size;
      const answer = await this.#ask(node, [...missing].slice(0, BATCH_MAX));
      if (!isJsonObject(answer)) return;
      for (const [key, document] of Object.entries<JsonValue>(answer)) {
        const digest = tryContractDigest(key);
        if (digest === undefined || !missing.has(digest) || !isJsonObject(document)) continue;
        if (this.#shelf.take(digest, document)) missing.delete(digest);
      }
      if (missing.size === before) return;
    }
  }
}
