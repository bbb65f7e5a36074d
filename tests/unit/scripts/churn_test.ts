import { assertEquals, assertThrows } from "@std/assert";
import { readChurnFlags } from "../../../scripts/churn.ts";

Deno.test("readChurnFlags has a default for every flag", () => {
  assertEquals(readChurnFlags([]), { seed: 1, repeats: 10, churnMs: 30_000 });
});

Deno.test("readChurnFlags takes what it is given, and refuses what makes no sense", () => {
  const flags = readChurnFlags(["--seed", "7", "--repeats", "2", "--churn-ms", "5000"]);
  assertEquals(flags, { seed: 7, repeats: 2, churnMs: 5_000 });
  assertThrows(() => readChurnFlags(["--repeats", "0"]), RangeError, "--repeats");
  assertThrows(() => readChurnFlags(["--churn-ms", "1.5"]), RangeError, "--churn-ms");
  assertThrows(() => readChurnFlags(["--sed", "1"]), TypeError, "--sed");
});
