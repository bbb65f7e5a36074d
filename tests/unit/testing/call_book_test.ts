import { assertEquals } from "@std/assert";
import type { Outcome } from "../../../lib/core/effects.ts";
import { callError, type Ran } from "../../../lib/protocol/errors.ts";
import { Payload } from "../../../lib/protocol/payload.ts";
import { CallBook } from "../../../lib/testing/call_book.ts";

const CALLER = {};
const good: Outcome = { ok: true, value: Payload.fromText("5") };
const bad = (ran: Ran): Outcome => ({ ok: false, error: callError("UNAVAILABLE", "Lost", ran) });

/** What the book says of one call, after `live` has been done to it. */
function verdict(live: (book: CallBook) => void): string[] {
  const book = new CallBook();
  book.begin(CALLER, "n0", "add", 0);
  live(book);
  return book.violations(new Set()).map(({ text }) => text.replace("call 1 of add by n0 ", ""));
}

Deno.test("CallBook has nothing against a call that ran once and ended with what that returned", () => {
  assertEquals(
    verdict((book) => {
      book.run(1)("5");
      book.end(CALLER, 1, good, 9);
    }),
    [],
  );
});

Deno.test("CallBook finds each way in which a call can be wrong", () => {
  assertEquals(verdict(() => {}), ["never ended"]);
  assertEquals(verdict((book) => [book.run(1), book.run(1)]), ["ran 2 times"]);
  assertEquals(verdict((book) => book.end(CALLER, 1, good, 9)), [
    "has a result and did not run",
  ]);
  const twice = (book: CallBook): void => {
    book.end(CALLER, 1, bad("no"), 9);
    book.end(CALLER, 1, bad("no"), 9);
  };
  assertEquals(verdict(twice), ["ended 2 times"]);
  const forged = (book: CallBook): void => {
    book.run(1)("6");
    book.end(CALLER, 1, good, 9);
  };
  assertEquals(verdict(forged), ["got 5, not 6"]);
  const denied = (book: CallBook): void => {
    book.run(1);
    book.end(CALLER, 1, bad("no"), 9);
  };
  assertEquals(verdict(denied), ["ended as UNAVAILABLE and says that it did not run; it did"]);
  assertEquals(verdict((book) => book.end(CALLER, 1, bad("yes"), 9)), [
    "ended as UNAVAILABLE and says that it ran; it did not",
  ]);
});

Deno.test("CallBook asks for no end where the caller died, or need not be at rest", () => {
  assertEquals(verdict((book) => book.callerDied(CALLER)), []);
  const book = new CallBook();
  book.begin(CALLER, "n0", "add", 0);
  assertEquals([book.violations(new Set(["n0"])), book.openOf([CALLER])], [[], 1]);
});
