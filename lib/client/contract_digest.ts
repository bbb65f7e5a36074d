import { sha256 } from "@noble/hashes/sha2";
import type { Contract } from "../contract/contract.ts";
import type { ContractDigest } from "../protocol/contract_facts.ts";

/**
 * What tells a contract from others: SHA-256 over its canonical JSON (RFC 8785). Equal contracts have equal digests,
 * whatever library their schemas are of, as far as the libraries say them alike as JSON Schema.
 *
 * @throws {RangeError} If the contract is longer than 64 KiB.
 *
 * @example A change of the terms is another contract
 * ```ts
 * import { contract, digestOf } from "@farcall/farcall";
 * import { assertEquals, assertNotEquals } from "@std/assert";
 * import { z } from "zod";
 *
 * const one = contract("count", { args: [z.string()], returns: z.number() });
 * const same = contract("count", { args: [z.string()], returns: z.number(), version: "1.0.1" });
 * const other = contract("count", { args: [z.number()], returns: z.number() });
 * assertEquals(digestOf(one), digestOf(same));
 * assertNotEquals(digestOf(one), digestOf(other));
 * ```
 */
export function digestOf(contract: Contract): ContractDigest {
  return contract.digest(sha256Hex);
}

/**
 * SHA-256 of a text in hexadecimal digits. From a library, because registering a function and beginning a call happen at
 * once, and the platform's own is a promise.
 */
export function sha256Hex(text: string): string {
  return Array.from(
    sha256(new TextEncoder().encode(text)),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
}
