import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  callError,
  ERROR_CODES,
  type ErrorCode,
  FarcallError,
  isErrorCode,
} from "../../../lib/protocol/errors.ts";

Deno.test("ERROR_CODES has each code once", () => {
  assertEquals(new Set<ErrorCode>(ERROR_CODES).size, ERROR_CODES.length);
});

Deno.test("isErrorCode takes our codes and nothing else", () => {
  assert(ERROR_CODES.every(isErrorCode));
  for (const wrong of ["", "no_provider", "constructor", 1003, null, undefined]) {
    assert(!isErrorCode(wrong));
  }
});

Deno.test("callError says that nothing ran unless told otherwise", () => {
  assertEquals(callError("NO_PROVIDER", "m"), {
    code: "NO_PROVIDER",
    message: "m",
    ran: "no",
    retryable: true,
  });
});

Deno.test("callError makes UNAVAILABLE retryable only where nothing ran", () => {
  assert(callError("UNAVAILABLE", "m", "no").retryable);
  assert(!callError("UNAVAILABLE", "m", "unknown").retryable);
  assert(!callError("HANDLER_ERROR", "m", "yes").retryable);
});

Deno.test("callError cuts the message and drops details that are too large", () => {
  const error = callError("INTERNAL", "x".repeat(600), "no", { details: "y".repeat(9_000) });
  assertEquals([error.message.length, error.message.endsWith("…")], [512, true]);
  assert(!("details" in error));
  assertEquals(callError("INTERNAL", "m", "no", { details: { a: 1 } }).details, { a: 1 });
});

Deno.test("FarcallError carries the error there and back without its stack and cause", () => {
  const error = callError("RESOURCE_EXHAUSTED", "m", "no", { retryAfterMs: 5, details: [1] });
  const thrown = new FarcallError(error, { cause: new Error("secret") });
  assertEquals(JSON.parse(JSON.stringify(thrown)), { ...error });
  assert(thrown instanceof Error && thrown.name === "FarcallError");
  assert(!("retryAfterMs" in new FarcallError(callError("INTERNAL", "m"))));
});

Deno.test("FarcallError.from keeps one of its own and hides anything else", () => {
  const own = new FarcallError(callError("LOOP", "m"));
  assertStrictEquals(FarcallError.from(own), own);
  const cause = new TypeError("/secret/path");
  const error = FarcallError.from(cause);
  assertEquals([error.code, error.ran, error.cause], ["INTERNAL", "unknown", cause]);
  assert(!error.message.includes("secret"));
});

Deno.test("callError leaves out details that nest too deep to travel", () => {
  const deep = (depth: number) => JSON.parse("[".repeat(depth) + "]".repeat(depth));
  assertEquals(callError("INTERNAL", "x", "no", { details: deep(60) }).details, deep(60));
  assertEquals(callError("INTERNAL", "x", "no", { details: deep(61) }).details, undefined);
});
