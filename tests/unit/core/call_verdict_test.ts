import { assertEquals } from "@std/assert";
import { isRefusal, verdictOf } from "../../../lib/core/call_verdict.ts";
import { callError } from "../../../lib/protocol/errors.ts";
import { Payload } from "../../../lib/protocol/payload.ts";

Deno.test("isRefusal never holds for a call that may have run (I8)", () => {
  for (const code of ["UNAVAILABLE", "RESOURCE_EXHAUSTED", "DRAINING", "NO_PROVIDER"] as const) {
    const ran = (["no", "unknown", "yes"] as const).map((word) =>
      isRefusal({ ok: false, error: callError(code, "…", word) })
    );
    assertEquals(ran, [true, false, false], code);
  }
});

Deno.test("isRefusal holds for no error of the function, and for no result", () => {
  assertEquals(isRefusal({ ok: false, error: callError("HANDLER_ERROR", "…", "no") }), false);
  assertEquals(isRefusal({ ok: true, value: Payload.fromValue(1) }), false);
});

Deno.test("verdictOf holds what a node did against it, not what was asked of it", () => {
  const verdicts = (["UNAVAILABLE", "HANDLER_ERROR", "CANCELLED"] as const).map((code) =>
    verdictOf({ ok: false, error: callError(code, "…", "unknown") })
  );
  assertEquals(verdicts, ["failed", "ok", "cancelled"]);
});
