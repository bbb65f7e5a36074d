import { sha256Hex } from "../client/contract_digest.ts";
import { OwnContracts } from "../client/own_contracts.ts";
import { canonicalJson } from "../contract/canonical_json.ts";
import type { ContractDigest } from "../protocol/contract_facts.ts";
import type { JsonObject } from "../protocol/json_value.ts";
import { CONTRACT_BYTES_MAX, CONTRACT_CACHE_BYTES_MAX } from "../protocol/limits.ts";

/**
 * Contracts that a node can show, as canonical JSON by digest: those of its own functions, and some of others, which are
 * believed because the digest is of the very text. Of others it keeps 4 MiB; what was taken in first goes first.
 */
export class ContractShelf {
  readonly #own = new OwnContracts();
  readonly #others = new Map<ContractDigest, string>();
  #othersLength = 0;

  /** A function of this node goes by the contract from now on. */
  keep(digest: ContractDigest, text: string): void {
    this.#own.keep(digest, text);
  }

  /** A function that went by the contract is withdrawn. */
  release(digest: ContractDigest): void {
    this.#own.release(digest);
  }

  /** Takes in another node's contract. Returns whether it is the one of this digest. */
  take(digest: ContractDigest, document: JsonObject): boolean {
    const text = canonicalJson(document);
    if (text.length > CONTRACT_BYTES_MAX || sha256Hex(text) !== digest) return false;
    if (this.#others.has(digest)) return true;
    for (const [oldest, { length }] of this.#others) {
      if (this.#othersLength + text.length <= CONTRACT_CACHE_BYTES_MAX) break;
      this.#others.delete(oldest);
      this.#othersLength -= length;
    }
    this.#others.set(digest, text);
    this.#othersLength += text.length;
    return true;
  }

  /** The contract's canonical JSON; `undefined` = it is not here. */
  find(digest: ContractDigest): string | undefined {
    return this.#own.find(digest) ?? this.#others.get(digest);
  }

  /** How many contracts are here, those of others second. */
  get sizes(): { readonly own: number; readonly others: number } {
    return { own: this.#own.size, others: this.#others.size };
  }
}
