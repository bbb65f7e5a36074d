import { assert, assertEquals } from "@std/assert";
import { callError, ERROR_CODES } from "../../../lib/protocol/errors.ts";
import type { JsonValue } from "../../../lib/protocol/json_value.ts";
import {
  callErrorOfProtocol,
  callErrorOfWire,
  wireErrorOf,
  wireErrorOfProtocol,
  wireErrorOfUnhandled,
} from "../../../lib/protocol/wire_error.ts";

const TRACEBACK = 'Traceback (most recent call last):\n  File "/srv/secret.py", line 1, in run\n';

function failed(lastLine: string, commands = 1) {
  const details: JsonValue = TRACEBACK + lastLine;
  return callErrorOfWire({ code: 1003, message: "RPC execution failed", details }, commands);
}

Deno.test("wireErrorOf gives the numbers by which clients of the newest reference decide", () => {
  const numbers = new Map(
    ERROR_CODES.map((code) => [code, wireErrorOf(callError(code, "m")).code]),
  );
  assertEquals([numbers.get("FUNCTION_NOT_FOUND"), numbers.get("NO_PROVIDER")], [1001, 1001]);
  assertEquals(numbers.get("DEADLINE_EXCEEDED"), 1004);
  assertEquals([...numbers.values()].filter((number) => number === 1003).length, 20);
});

Deno.test("wireErrorOf puts code and safe message into the details", () => {
  assertEquals(wireErrorOf(callError("HANDLER_ERROR", "it broke", "yes")), {
    code: 1003,
    message: "RPC execution failed",
    details: "HANDLER_ERROR: it broke",
  });
});

Deno.test("callErrorOfWire reads every error of our own peers back", () => {
  for (const code of ERROR_CODES) {
    const read = callErrorOfWire(wireErrorOf(callError(code, "what: it was")));
    assertEquals([read.code, read.message], [code, "what: it was"]);
  }
});

Deno.test("callErrorOfWire says no only where nothing can have run", () => {
  const ran = (code: (typeof ERROR_CODES)[number], commands: number) =>
    callErrorOfWire(wireErrorOf(callError(code, "m")), commands).ran;
  assertEquals([ran("DEPENDENCY_CYCLE", 3), ran("INVALID_ARGUMENT", 3)], ["no", "no"]);
  assertEquals([ran("NO_PROVIDER", 1), ran("NO_PROVIDER", 2)], ["no", "unknown"]);
  assertEquals([ran("DEADLINE_EXCEEDED", 1), ran("UNAVAILABLE", 1)], ["unknown", "unknown"]);
  assertEquals([ran("HANDLER_ERROR", 1), ran("RESULT_TOO_LARGE", 1)], ["yes", "yes"]);
});

Deno.test("callErrorOfWire tells the reference's failures apart by the last line", () => {
  const found = failed("mpreg.core.model.CommandNotFoundException");
  assertEquals([found.code, found.ran], ["FUNCTION_NOT_FOUND", "no"]);
  assertEquals(failed("mpreg.core.model.CommandNotFoundException", 2).ran, "unknown");
  const late = failed("mpreg.core.model.MPREGException\n");
  assertEquals([late.code, late.ran], ["DEADLINE_EXCEEDED", "unknown"]);
  const cycle = failed("graphlib.CycleError: ('nodes are in a cycle', ['a', 'b', 'a'])", 2);
  assertEquals([cycle.code, cycle.ran], ["DEPENDENCY_CYCLE", "no"]);
  const broke = failed("ValueError: it broke");
  assertEquals([broke.code, broke.message, broke.ran], [
    "HANDLER_ERROR",
    "ValueError: it broke",
    "yes",
  ]);
});

Deno.test("callErrorOfWire never passes a traceback on", () => {
  for (const line of ["ValueError: x", "mpreg.core.model.MPREGException", "x".repeat(10_000), ""]) {
    const error = failed(line);
    assert(!/Traceback|secret/.test(JSON.stringify(error)), line);
    assert(!("details" in error) && error.message.length <= 512);
  }
});

Deno.test("callErrorOfWire reads the newest reference's own codes", () => {
  const found = callErrorOfWire({
    code: 1001,
    message: "Command not found",
    details: "Command not found: f",
  });
  assertEquals([found.code, found.message, found.ran], [
    "FUNCTION_NOT_FOUND",
    "Command not found: f",
    "no",
  ]);
  const late = callErrorOfWire({ code: 1004, message: "RPC execution timeout", details: null });
  assertEquals([late.code, late.ran], ["DEADLINE_EXCEEDED", "unknown"]);
});

Deno.test("callErrorOfWire reads refusals and the unknown", () => {
  const codeOf = (code: number, message: string) => {
    const error = callErrorOfWire({ code, message, details: null });
    return [error.code, error.ran];
  };
  assertEquals(codeOf(1003, "Connection rejected: cluster"), ["PERMISSION_DENIED", "no"]);
  assertEquals(codeOf(1004, "Invalid RPC request role: x"), ["PROTOCOL", "no"]);
  assertEquals(codeOf(1000, "Unknown server message type: X"), ["PROTOCOL", "no"]);
  assertEquals(codeOf(1003, "RPC execution failed"), ["HANDLER_ERROR", "unknown"]);
  assertEquals(codeOf(1002, "Internal server error"), ["INTERNAL", "unknown"]);
  assertEquals(codeOf(7, "?"), ["INTERNAL", "unknown"]);
});

Deno.test("wireErrorOfProtocol answers an unknown role in the reference's words", () => {
  const message = "Invalid RPC request role: banana";
  assertEquals(wireErrorOfProtocol({ kind: "unknown_role", message }), {
    code: 1004,
    message,
    details: null,
  });
});

Deno.test("callErrorOfProtocol blames the request and says that nothing ran", () => {
  const codes = (["bad_shape", "too_large", "too_deep", "not_json"] as const).map((kind) => {
    const error = callErrorOfProtocol({ kind, message: "m" });
    return [error.code, error.ran];
  });
  assertEquals(codes, [
    ["INVALID_ARGUMENT", "no"],
    ["PAYLOAD_TOO_LARGE", "no"],
    ["PROTOCOL", "no"],
    ["PROTOCOL", "no"],
  ]);
  assertEquals(
    wireErrorOfProtocol({ kind: "bad_shape", message: "m" }).details,
    "INVALID_ARGUMENT: m",
  );
});

Deno.test("wireErrorOfUnhandled has the reference's number and words", () => {
  assertEquals(wireErrorOfUnhandled("FUNCTION_MAP_REQUEST"), {
    code: 1000,
    message: "Unknown server message type: FUNCTION_MAP_REQUEST",
    details: null,
  });
});
