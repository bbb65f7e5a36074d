import { assertEquals } from "@std/assert";
import { callError, FarcallError } from "../../../lib/protocol/errors.ts";
import { combinedRan, withRan } from "../../../lib/rpc/ran.ts";

Deno.test("combinedRan holds one part that ran against all that did not", () => {
  const words = ["no", "unknown", "yes"] as const;
  const table = words.map((one) => words.map((other) => combinedRan(one, other)));
  assertEquals(table, [
    ["no", "unknown", "yes"],
    ["unknown", "unknown", "yes"],
    ["yes", "yes", "yes"],
  ]);
});

Deno.test("withRan keeps everything else of an error, also of one that was thrown", () => {
  const error = new FarcallError(
    callError("RESOURCE_EXHAUSTED", "full", "no", { retryAfterMs: 5, details: { a: 1 } }),
  );
  const expected = { code: "RESOURCE_EXHAUSTED", message: "full", ran: "yes", retryable: false };
  assertEquals(withRan(error, "yes"), { ...expected, retryAfterMs: 5, details: { a: 1 } } as never);
  assertEquals(withRan(error, "no"), error);
});

Deno.test("withRan lets what certainly did not run be tried again, where trying helps", () => {
  const lost = callError("UNAVAILABLE", "lost", "unknown");
  assertEquals([lost.retryable, withRan(lost, "no").retryable], [false, true]);
  const late = callError("DEADLINE_EXCEEDED", "late", "unknown");
  assertEquals(withRan(late, "no").retryable, false);
});
