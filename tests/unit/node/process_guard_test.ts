import { assertEquals } from "@std/assert";
import { installProcessGuard } from "../../../lib/node/process_guard.ts";

function runtimeError(message: string, place: string): TypeError {
  const error = new TypeError(message);
  error.stack = `TypeError: ${message}\n    at WebSocket.[[[eventLoop]]] (${place})`;
  return error;
}

/** Whether somebody prevents what an unhandled rejection does. */
function isPrevented(reason: unknown): boolean {
  const promise = Promise.reject(reason);
  promise.catch(() => {});
  const event = new PromiseRejectionEvent("unhandledrejection", {
    promise,
    reason,
    cancelable: true,
  });
  globalThis.dispatchEvent(event);
  return event.defaultPrevented;
}

const TEXT = "failed to allocate string; buffer exceeds maximum length";
const PLACE = "ext:deno_websocket/01_websocket.js:1:10077";

Deno.test("installProcessGuard prevents exactly the runtime's failure on a huge text", () => {
  const before = isPrevented(runtimeError(TEXT, PLACE));
  {
    using _guard = installProcessGuard();
    assertEquals(isPrevented(runtimeError(TEXT, PLACE)), true);
    assertEquals(isPrevented(runtimeError(TEXT, "file:///app.ts:1:1")), false);
    assertEquals(isPrevented(runtimeError("another", PLACE)), false);
    assertEquals(isPrevented("no error at all"), false);
  }
  assertEquals([before, isPrevented(runtimeError(TEXT, PLACE))], [false, false]);
});
