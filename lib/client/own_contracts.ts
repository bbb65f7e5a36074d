import { type ContractDigest, tryContractDigest } from "../protocol/contract_facts.ts";
import type { JsonObject } from "../protocol/json_value.ts";
import type { SchemaShelf } from "./registrations.ts";

/** Longest answer about contracts, in UTF-16 units of JSON: half of what a message may have, whatever its letters. */
export const CONTRACTS_LENGTH_MAX = 1024 * 1024;

interface Own {
  readonly text: string;
  /** Registrations that go by it. */
  uses: number;
}

/** Contracts of functions that are offered here, as canonical JSON by digest: as many as there are offers, at most. */
export class OwnContracts implements SchemaShelf {
  readonly #own = new Map<ContractDigest, Own>();

  /** How many there are. */
  get size(): number {
    return this.#own.size;
  }

  /** A function goes by the contract from now on. */
  keep(digest: ContractDigest, text: string): void {
    const own = this.#own.get(digest);
    if (own === undefined) this.#own.set(digest, { text, uses: 1 });
    else own.uses += 1;
  }

  /** A function that went by the contract is withdrawn. */
  release(digest: ContractDigest): void {
    const own = this.#own.get(digest);
    if (own === undefined) return;
    own.uses -= 1;
    if (own.uses === 0) this.#own.delete(digest);
  }

  /** The contract's canonical JSON; `undefined` = it is not here. */
  find(digest: ContractDigest): string | undefined {
    return this.#own.get(digest)?.text;
  }
}

/** The answer to who asks for contracts: those that are here, as far as they fit. */
export function contractsShown(
  shelf: Pick<OwnContracts, "find">,
  digests: readonly ContractDigest[],
): JsonObject {
  const shown: Record<string, JsonObject> = {};
  let length = 0;
  for (const digest of digests) {
    const text = shelf.find(digest);
    if (text === undefined) continue;
    length += text.length;
    // The first always fits; who wants the others asks again.
    if (length > CONTRACTS_LENGTH_MAX && Object.keys(shown).length > 0) break;
    shown[digest] = JSON.parse(text);
  }
  return shown;
}

/** The digests that somebody asks for; what is none is passed over. */
export function digestsAsked(value: unknown): readonly ContractDigest[] {
  return (Array.isArray(value) ? value : []).flatMap((one) => tryContractDigest(one) ?? []);
}
