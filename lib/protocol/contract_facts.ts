/**
 * What travels of contracts: never a schema, only what tells one contract from another. Relays pass it on as it is.
 *
 * @module
 */

import { CONTRACT_DIGEST_LENGTH_MAX, CONTRACT_VERSION_LENGTH_MAX } from "./limits.ts";
import type { Branded, FunctionName } from "./names.ts";

/**
 * Tells one contract from another: 64 hexadecimal digits of SHA-256 over its canonical JSON. Peers of a later version may
 * have other ones, so nobody but the two ends looks into it.
 */
export type ContractDigest = Branded<string, "ContractDigest">;

/** What an offer says of its contract. */
export interface OfferContract {
  /** Which contract. */
  readonly digest: ContractDigest;
  /** What its author calls this edition. */
  readonly version?: string;
  /** Whether running the function twice does no harm. */
  readonly idempotent: boolean;
}

/** What a call says of the contract by which it was made. */
export interface AskedContract {
  /** Which contract. */
  readonly digest: ContractDigest;
  /** Whether a provider that goes by another one must refuse; else it runs the function and says so. */
  readonly exact: boolean;
}

/** A function ran under another contract than its caller's. */
export interface ContractDifference {
  /** The function. */
  readonly fun: FunctionName;
  /** The caller's contract. */
  readonly asked: ContractDigest;
  /** The provider's. */
  readonly found: ContractDigest;
}

/** `contractDigest` for values that may be wrong. */
export function tryContractDigest(value: unknown): ContractDigest | undefined {
  return typeof value === "string" && value.length <= CONTRACT_DIGEST_LENGTH_MAX &&
      /^[\w:+/=.-]+$/.test(value)
    ? value as ContractDigest
    : undefined;
}

/**
 * A contract's digest from a plain string.
 *
 * @throws {TypeError} If it is empty, longer than 128 characters, or holds anything that no digest is written with.
 */
export function contractDigest(value: string): ContractDigest {
  const made = tryContractDigest(value);
  if (made !== undefined) return made;
  throw new TypeError(`Not a contract's digest: ${JSON.stringify(value).slice(0, 80)}`);
}

/** Whether two offers say the same of their contracts. */
export function isSameContract(
  one: OfferContract | undefined,
  other: OfferContract | undefined,
): boolean {
  return one?.digest === other?.digest && one?.version === other?.version &&
    one?.idempotent === other?.idempotent;
}

/**
 * Those of several offers that a call may go to, in the same order: the ones of its own contract. Where there is none, and
 * the caller does not insist, all; else those of which no contract is known, since nothing is known against them.
 */
export function ofContract<One extends { readonly contract?: OfferContract }>(
  offers: readonly One[],
  asked: AskedContract | undefined,
): readonly One[] {
  if (asked === undefined || offers.length === 0) return offers;
  const same = offers.filter((one) => one.contract?.digest === asked.digest);
  if (same.length > 0) return same;
  return asked.exact ? offers.filter((one) => one.contract === undefined) : offers;
}

/** Whether a version can travel. */
export function isContractVersion(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 &&
    value.length <= CONTRACT_VERSION_LENGTH_MAX && !/\p{Cc}/u.test(value) && value.isWellFormed();
}
