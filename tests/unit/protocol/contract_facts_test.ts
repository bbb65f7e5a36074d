import { assertEquals } from "@std/assert";
import { tryContractDigest } from "../../../lib/protocol/contract_facts.ts";

Deno.test("tryContractDigest takes digests of other kinds, of at most 128 characters", () => {
  for (const good of ["a".repeat(64), "sha3:Zm9v+/=", "x".repeat(128)]) {
    assertEquals<string | undefined>(tryContractDigest(good), good);
  }
  for (const bad of ["", "x".repeat(129), "a b", "a\n", "\u00e4", 7, null, undefined]) {
    assertEquals(tryContractDigest(bad), undefined);
  }
});
