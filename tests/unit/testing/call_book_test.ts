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
      book.run(1, []).returned("5");
      book.end(CALLER, 1, good, 9);
    }),
    [],
  );
});

Deno.test("CallBook finds each way in which a call can be wrong", () => {
  assertEquals(verdict(() => {}), ["never ended"]);
  assertEquals(verdict((book) => [book.run(1, []), book.run(1, [])]), ["ran 2 times"]);
  assertEquals(verdict((book) => book.end(CALLER, 1, good, 9)), [
    "has a result and did not run",
  ]);
  const twice = (book: CallBook): void => {
    book.end(CALLER, 1, bad("no"), 9);
    book.end(CALLER, 1, bad("no"), 9);
  };
  assertEquals(verdict(twice), ["ended 2 times"]);
  const forged = (book: CallBook): void => {
    book.run(1, []).returned("6");
    book.end(CALLER, 1, good, 9);
  };
  assertEquals(verdict(forged), ["got 5, not 6"]);
  const denied = (book: CallBook): void => {
    book.run(1, []);
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

Deno.test("CallBook takes a HANDLER_ERROR for right only where a run threw", () => {
  const error = callError("HANDLER_ERROR", "No", "yes");
  const end = (book: CallBook): void => book.end(CALLER, 1, { ok: false, error }, 9);
  assertEquals(
    verdict((book) => {
      book.run(1, []).returned("5");
      end(book);
    }),
    ["ended as HANDLER_ERROR, and nothing threw"],
  );
  assertEquals(
    verdict((book) => {
      book.run(1, []).threw("No");
      end(book);
    }),
    [],
  );
});

/** What the book says of a request of `a` and of `b`, which needs what `a` gives, after `live` has been done to it. */
function requestVerdict(live: (book: CallBook) => void): string[] {
  const book = new CallBook();
  const commands = [
    { name: "a", fun: "add", args: [1, 2] },
    { name: "b", fun: "add", args: ["a", 4] },
  ];
  book.beginRequest(CALLER, "n0", commands, 0);
  live(book);
  return book.violations(new Set()).map(({ text }) => text);
}

Deno.test("CallBook has nothing against a request whose commands fed each other", () => {
  assertEquals(
    requestVerdict((book) => {
      book.run(2, [1, 2]).returned("3");
      book.run(3, [3, 4]).returned("7");
      book.end(CALLER, 1, { ok: true, value: Payload.fromValue({ b: 7 }) }, 9);
    }),
    [],
  );
  assertEquals(requestVerdict((book) => book.end(CALLER, 1, bad("no"), 9)), []);
});

Deno.test("CallBook finds each way in which a request can be wrong", () => {
  assertEquals(requestVerdict(() => {}), ["call 1 of add then add by n0 never ended"]);
  const early = requestVerdict((book) => {
    book.run(3, [3, 4]);
    book.end(CALLER, 1, bad("unknown"), 9);
  });
  assertEquals(early, ["call 3 of add by n0 ran with [3,4], before or without what it needs"]);
  const forged = requestVerdict((book) => {
    book.run(2, [1, 2]).returned("3");
    book.run(3, [3, 4]).returned("7");
    book.end(CALLER, 1, { ok: true, value: Payload.fromValue({ b: 8 }) }, 9);
  });
  assertEquals(forged, ["call 1 of add then add by n0 got 8 of add, not 7"]);
  const skipped = requestVerdict((book) => {
    book.run(2, [1, 2]).returned("3");
    book.end(CALLER, 1, { ok: true, value: Payload.fromValue({ b: 7 }) }, 9);
  });
  assertEquals(skipped, ["call 1 of add then add by n0 has results, and add gave none"]);
  const denied = requestVerdict((book) => {
    book.run(2, [1, 2]);
    book.end(CALLER, 1, bad("no"), 9);
  });
  assertEquals(denied, [
    "call 1 of add then add by n0 ended as UNAVAILABLE and says that it did not run; it did",
  ]);
  const twice = requestVerdict((book) => {
    book.run(2, [1, 2]);
    book.run(2, [1, 2]);
    book.end(CALLER, 1, bad("yes"), 9);
  });
  assertEquals(twice, ["call 2 of add by n0 ran 2 times"]);
});
