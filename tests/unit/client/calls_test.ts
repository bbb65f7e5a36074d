import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Calls } from "../../../lib/client/calls.ts";
import type { CallCommand } from "../../../lib/core/events.ts";
import { callError, FarcallError } from "../../../lib/protocol/errors.ts";
import { Payload } from "../../../lib/protocol/payload.ts";

function make() {
  const posted: CallCommand[] = [];
  const calls = new Calls({
    post: (stamp) => posted.push(stamp(5)),
    entropy: { seed: () => [1, 2, 3, 2 ** 32 - 1] },
  });
  return { calls, posted };
}

function ok(value: number) {
  return { ok: true, value: Payload.fromValue(value) } as const;
}

Deno.test("Calls posts a call with its defaults and resolves it by the machine's word", async () => {
  const { calls, posted } = make();
  const result = calls.call("f", [1], { resources: ["b", "a"], kwargs: { k: 2 } });
  const command = posted[0];
  assert(command?.type === "call");
  assertEquals([command.timeoutMs, command.now], [30_000, 5]);
  assertEquals(command.resources.map(String), ["a", "b"]);
  assertEquals([command.args.text, command.kwargs?.text], ["[1]", '{"k":2}']);
  calls.settle(command.call, ok(3));
  calls.settle(command.call, ok(4));
  assertEquals(await result, 3);
  assertEquals(calls.pendingCount, 0);
});

Deno.test("Calls turns an abort into one cancel and waits for the machine's word", async () => {
  const { calls, posted } = make();
  const end = new AbortController();
  const result = calls.call("f", [], { signal: end.signal });
  end.abort();
  assertEquals(posted.map(({ type, call }) => [type, call]), [["call", 1], ["cancel", 1]]);
  calls.settle(1, { ok: false, error: callError("CANCELLED", "The caller gave up") });
  assertEquals((await assertRejects(() => result, FarcallError)).code, "CANCELLED");
  const ended = calls.call("f", [], { signal: new AbortController().signal });
  calls.settle(2, ok(1));
  await ended;
  assertEquals(posted.length, 3);
});

Deno.test("Calls takes its listener off the signal when the call ends", async () => {
  const { calls, posted } = make();
  const end = new AbortController();
  const result = calls.call("f", [], { signal: end.signal });
  calls.settle(1, ok(1));
  await result;
  end.abort();
  assertEquals(posted.map(({ type }) => type), ["call"]);
});

Deno.test("Calls refuses bad arguments as rejections and posts nothing", async () => {
  const { calls, posted } = make();
  await assertRejects(() => calls.call(""), TypeError, "function name");
  await assertRejects(() => calls.call("f", [], { timeout: 0 }), RangeError, "timeout");
  await assertRejects(() => calls.call("f", [], { timeout: NaN }), RangeError, "timeout");
  await assertRejects(() => calls.call("f", [], { resources: [""] }), TypeError, "resource");
  await assertRejects(() => calls.call("f", [1n]), TypeError, "JSON");
  await assertRejects(() => calls.call("f", Array(257)), RangeError, "256");
  const large = await assertRejects(() => calls.call("f", ["x".repeat(5e6)]), FarcallError);
  assertEquals(large.code, "PAYLOAD_TOO_LARGE");
  await assertRejects(() => calls.request(() => 1), TypeError, "at least one");
  assertEquals(posted, []);
});

Deno.test("Calls gives commands of a request names of 128 random bits without dots", async () => {
  const { calls, posted } = make();
  const result = calls.request((r) => r.call("f"));
  const command = posted[0];
  assert(command?.type === "request");
  const name = command.commands[0]?.name ?? "";
  assertMatch(name, /^~[0-9a-z]+-0$/);
  assert(!name.includes("."));
  calls.settle(1, { ok: true, value: Payload.fromValue({ [name]: 7 }) });
  assertEquals(await result, 7);
});

Deno.test("Calls fails what is pending and all that comes once it is closed", async () => {
  const { calls, posted } = make();
  const pending = assertRejects(() => calls.call("f"), FarcallError);
  calls.close("The end");
  assertEquals((await pending).ran, "unknown");
  const late = await assertRejects(() => calls.call("f"), FarcallError, "The end");
  assertEquals([late.code, late.ran], ["UNAVAILABLE", "no"]);
  assertEquals(posted.length, 1);
});
