/**
 * Many calls while links and nodes fall and rise: each ends once, rightly and in time, and says truly whether it ran (I8).
 * `deno task calls` lives through a million of them.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { callStorm, type CallStormOptions } from "@farcall/farcall/testing";
import { batchOf } from "../../lib/protocol/item_batch.ts";
import { Payload } from "../../lib/protocol/payload.ts";
import { storms } from "../../scripts/call_storm.ts";

Deno.test("Calls in a storm keep all promises (I8)", () => {
  const { calls, broken, ends, repeats } = storms(1, 8, 1_500);
  assertEquals(broken, []);
  assert(calls >= 12_000);
  // Else nothing was tried.
  for (const how of ["ok", "HANDLER_ERROR/yes", "DEADLINE_EXCEEDED/yes", "UNAVAILABLE/unknown"]) {
    assert((ends[how] ?? 0) > 5, `${how}: ${ends[how]}`);
  }
  assert(repeats > 0, "nothing was tried again");
});

Deno.test("requests of a storm hand results over", () => {
  const seen = new Map<string, number>();
  const tamper: CallStormOptions["tamper"] = (message) => {
    seen.set(message.type, (seen.get(message.type) ?? 0) + 1);
    return message;
  };
  assertEquals(callStorm({ seed: 1, calls: 3_000, elideCodec: true, tamper }).violations, []);
  for (const type of ["take", "release"]) {
    assert((seen.get(type) ?? 0) > 20, `${type}: ${seen.get(type)}`);
  }
});

Deno.test("requests keep all promises, too, where nobody gives what was kept", () => {
  let refused = 0;
  const tamper: CallStormOptions["tamper"] = (message) => {
    if (message.type === "error" && JSON.stringify(message).includes("untaken")) refused += 1;
    return message.type === "take" ? { ...message, ticket: "no such" } : message;
  };
  assertEquals(callStorm({ seed: 1, calls: 3_000, elideCodec: true, tamper }).violations, []);
  assert(refused > 20, `${refused} were refused`);
});

Deno.test("results that nobody lets go of are forgotten with the time of their calls", () => {
  assertEquals(found((message) => message.type === "release" ? undefined : message), "");
});

/** What a storm finds when the wire lies. */
function found(tamper: NonNullable<CallStormOptions["tamper"]>): string {
  const { violations } = callStorm({ seed: 3, calls: 1_500, elideCodec: true, tamper });
  return violations.map(({ text }) => text).join("\n");
}

Deno.test("callStorm finds an error that says falsely that nothing ran", () => {
  const lie = found((message) =>
    message.type === "error" ? { ...message, error: { ...message.error, ran: "no" } } : message
  );
  assertStringIncludes(lie, "/no, and ran");
});

Deno.test("callStorm finds a word too early that a function runs", () => {
  const lie = found((message) =>
    message.type === "error" && message.error.ran === "no"
      ? { ...message, error: { ...message.error, ran: "yes" } }
      : message
  );
  assertStringIncludes(lie, "/yes, and did not run");
});

Deno.test("callStorm finds an answer that belongs to another call", () => {
  const value = Payload.fromValue(8);
  const lie = found((message) => message.type === "result" ? { ...message, value } : message);
  assertStringIncludes(lie, "got 8, not");
});

Deno.test("callStorm finds a call that runs twice and must not", () => {
  const lie = found((message) =>
    message.type === "call" ? { ...message, idempotent: true, hedgeMs: 1 } : message
  );
  assertStringIncludes(lie, "ran 2 times");
});

Deno.test("callStorm finds an item that is missing in a stream", () => {
  let items = 0;
  const lie = found((message) =>
    message.type === "items" && (items += 1) % 9 === 0 ? undefined : message
  );
  assertStringIncludes(lie, " of a stream, not ");
});

Deno.test("callStorm finds an item that comes twice", () => {
  const lie = found((message) => {
    if (message.type !== "items" || message.batch.count > 1) return message;
    const [text] = [message.batch.list.text.slice(1, -1)];
    return { ...message, batch: batchOf([text, text]) };
  });
  assertStringIncludes(lie, " of a stream, not ");
});

Deno.test("callStorm finds credit that nobody gave, and credit that is lost", () => {
  const more = found((message) =>
    message.type === "credit" ? { ...message, units: message.units + 60_000 } : message
  );
  assertStringIncludes(more, "broke the rules");
  const none = found((message) =>
    message.type === "credit" && message.arg === undefined ? undefined : message
  );
  assertStringIncludes(none, "though nothing was wrong");
});

Deno.test("callStorm finds the end of an argument that is lost, and an argument that is given to nobody", () => {
  const endless = found((message) => message.type === "end" ? undefined : message);
  assertStringIncludes(endless, "though nothing was wrong");
  const unasked = found((message) =>
    message.type === "credit" && message.arg !== undefined ? undefined : message
  );
  assertStringIncludes(unasked, "though nothing was wrong");
});
