import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import * as v from "valibot";
import { Calls } from "../../../lib/client/calls.ts";
import { digestOf } from "../../../lib/client/contract_digest.ts";
import { contract } from "../../../lib/contract/contract.ts";
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

const scale = contract("scale", {
  args: [v.array(v.number()), v.optional(v.number())],
  kwargs: v.object({ by: v.number() }),
  returns: v.array(v.number()),
  resources: ["gpu"],
});

Deno.test("Calls sends by contract what was checked, and which contract it was", async () => {
  const { calls, posted } = make();
  const result = calls.call(scale, [[1], undefined], { kwargs: { by: 2 }, resources: ["data"] });
  const refusing = { kwargs: { by: 2 }, mismatch: "refuse" } as const;
  const exact = calls.call(scale, [[1], 3], refusing);
  const silent = calls.call(scale, [[1]], { kwargs: { by: 2 }, mismatch: "ignore" });
  const sent = posted.map((command) => command.type === "call" ? command : undefined);
  assertEquals(sent[0]?.resources.map(String), ["data", "gpu"]);
  assertEquals([sent[0]?.args.text, sent[0]?.kwargs?.text], ["[[1]]", '{"by":2}']);
  assertEquals(sent[0]?.timeoutMs, 30_000);
  const digest = digestOf(scale);
  assertEquals(sent.map((command) => command?.contract), [
    { digest, exact: false },
    { digest, exact: true },
    undefined,
  ]);
  for (const call of [1, 2, 3]) {
    calls.settle(call, { ok: true, value: Payload.fromValue([call]) });
  }
  assertEquals(await Promise.all([result, exact, silent]), [[1], [2], [3]]);
});

Deno.test("Calls sends nothing that a contract does not allow, neither alone nor in a request", async () => {
  const { calls, posted } = make();
  const untyped = (args: readonly unknown[], kwargs?: Record<string, unknown>) =>
    calls.call(scale, args, kwargs === undefined ? {} : { kwargs });
  const wrong: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["args[0][1]", () => untyped([[1, "2"]], { by: 1 })],
    ["args[1]", () => untyped([[1], "3"], { by: 1 })],
    ["args[2]", () => untyped([[1], 2, 3], { by: 1 })],
    ["kwargs.by", () => untyped([[1]])],
    // What travels counts: JSON makes null of it.
    ["args[0][0]", () => untyped([[NaN]], { by: 1 })],
    ["args[0][0]", () => calls.request((r) => r.call(scale, [[NaN]], { kwargs: { by: 1 } }))],
  ];
  for (const [path, run] of wrong) {
    const error = await assertRejects(run, FarcallError, path);
    assertEquals([error.code, error.ran], ["INVALID_ARGUMENT", "no"]);
  }
  assertEquals(posted, []);
});

Deno.test("Calls takes the time of a slow schema off the call, and tells of differences", async () => {
  const clock = { time: 1_000 };
  const posted: CallCommand[] = [];
  const differences: unknown[] = [];
  const calls = new Calls({
    post: (stamp) => posted.push(stamp(clock.time)),
    entropy: { seed: () => [1, 2, 3, 4] },
    clock: { now: () => clock.time, wake: () => () => {} },
    differs: (difference) => differences.push(difference),
  });
  const slow = v.pipeAsync(
    v.string(),
    v.checkAsync(async () => {
      await Promise.resolve();
      clock.time += 100;
      return true;
    }),
  );
  const look = contract("look", { args: [slow], returns: v.null() });
  const result = calls.call(look, ["x"], { timeout: 1_000 });
  while (posted.length === 0) await Promise.resolve();
  const command = posted[0];
  assert(command?.type === "call");
  assertEquals(command.timeoutMs, 900);
  const digest = digestOf(look);
  const differs = [{ fun: command.fun, asked: digest, found: digest }];
  calls.settle(command.call, { ok: true, value: Payload.fromValue(null), differs });
  assertEquals([await result, differences], [null, differs]);
});
