import { assertEquals } from "@std/assert";
import { mayGoElsewhere, verdictOf } from "../../../lib/core/call_verdict.ts";
import { callError } from "../../../lib/protocol/errors.ts";

Deno.test("mayGoElsewhere never holds for a call that may have run and must not run twice (I8)", () => {
  for (const code of ["UNAVAILABLE", "RESOURCE_EXHAUSTED", "DRAINING", "NO_PROVIDER"] as const) {
    const may = (["no", "unknown", "yes"] as const).map((ran) =>
      mayGoElsewhere(callError(code, "…", ran), false)
    );
    assertEquals(may, [true, false, false], code);
  }
});

Deno.test("mayGoElsewhere holds for what may run twice when its node is lost, and for no other end", () => {
  const may = (["UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL", "HANDLER_ERROR"] as const).map(
    (code) => mayGoElsewhere(callError(code, "…", "unknown"), true),
  );
  assertEquals(may, [true, false, false, false]);
  assertEquals(mayGoElsewhere(callError("HANDLER_ERROR", "…", "no"), true), false);
});

Deno.test("verdictOf holds what a node did against it, not what was asked of it", () => {
  const verdicts = (["UNAVAILABLE", "HANDLER_ERROR", "CANCELLED"] as const).map((code) =>
    verdictOf({ ok: false, error: callError(code, "…", "unknown") })
  );
  assertEquals(verdicts, ["failed", "ok", "cancelled"]);
});
