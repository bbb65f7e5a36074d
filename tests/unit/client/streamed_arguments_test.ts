/**
 * Streamed arguments at their caller and at their function, without a node in between.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Calls } from "../../../lib/client/calls.ts";
import { FunctionHost } from "../../../lib/client/function_host.ts";
import { ItemStream } from "../../../lib/client/item_stream.ts";
import type { CallCommand, ProviderCommand } from "../../../lib/core/events.ts";
import { callError, FarcallError } from "../../../lib/protocol/errors.ts";
import { batchOf } from "../../../lib/protocol/item_batch.ts";
import { functionName } from "../../../lib/protocol/names.ts";
import { Payload } from "../../../lib/protocol/payload.ts";

/** Lets everything happen that needs nothing of the world. */
function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function caller(): { calls: Calls; posted: CallCommand[]; given: () => unknown[] } {
  const posted: CallCommand[] = [];
  const calls = new Calls({
    post: (stamp) => posted.push(stamp(5)),
    entropy: { seed: () => [1, 2, 3, 4] },
  });
  const given = (): unknown[] =>
    posted.flatMap((command) =>
      command.type === "give" ? [command.batch?.list.value ?? "end"] : []
    );
  return { calls, posted, given };
}

/** Numbers, and how often whoever gives them has ended. */
class Source {
  ended = 0;
  readonly #count: number;

  constructor(count = Infinity) {
    this.#count = count;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<number> {
    try {
      for (let number = 0; number < this.#count; number += 1) yield number;
    } finally {
      this.ended += 1;
    }
  }
}

Deno.test("Calls gives a streamed argument when it is asked for, as far as its credit goes, and says its end", async () => {
  const { calls, posted, given } = caller();
  const result = calls.call("f", ["text", new Source(4), 7]);
  const [command] = posted;
  assert(command?.type === "call");
  assertEquals([command.streamed, command.args.value], [[1], ["text", null, 7]]);
  await rest();
  assertEquals(given(), []);
  calls.wanted(1, 1, 130);
  await rest();
  assertEquals(given(), [[0, 1]]);
  calls.wanted(1, 1, 1_000);
  await rest();
  assertEquals(given(), [[0, 1], [2, 3], "end"]);
  calls.settle(1, { ok: true, value: Payload.fromValue(6) });
  assertEquals(await result, 6);
});

Deno.test("I8: Calls ends the iterator of a streamed argument once, however its call ends", async () => {
  const error = callError("UNAVAILABLE", "lost", "unknown");
  const ends: readonly ((calls: Calls) => void)[] = [
    (calls) => calls.settle(1, { ok: true, value: Payload.fromValue(null) }),
    (calls) => calls.settle(1, { ok: false, error }),
    (calls) => calls.close("closed"),
    (calls) => {
      calls.wanted(1, 0, undefined);
      calls.settle(1, { ok: true, value: Payload.fromValue(null) });
    },
  ];
  for (const end of ends) {
    const { calls, given } = caller();
    const one = new Source();
    const result = calls.call("f", [one]);
    result.catch(() => {});
    calls.wanted(1, 0, 200);
    await rest();
    end(calls);
    await result.catch(() => {});
    await rest();
    const before = given().length;
    calls.wanted(1, 0, 1_000);
    await rest();
    assertEquals([one.ended, given().length], [1, before], `${end}`);
  }
  const { calls, posted } = caller();
  let cancelled = 0;
  const unread = new ReadableStream({ cancel: () => void (cancelled += 1) });
  await assertRejects(() => calls.call("f", [unread], { timeout: -1 }), RangeError);
  assertEquals([cancelled, posted.length], [1, 0]);
});

Deno.test("Calls cancels a call whose argument fails, and says so with the cause", async () => {
  const { calls, posted } = caller();
  const cause = new Error("the disk is gone");
  const failing = new ReadableStream({ pull: (controller) => controller.error(cause) });
  const result = calls.call("f", [failing]);
  const failed = assertRejects(() => result, FarcallError, "the disk is gone");
  calls.wanted(1, 0, 200);
  await rest();
  assertEquals(posted.at(-1)?.type, "cancel");
  calls.settle(1, { ok: false, error: callError("CANCELLED", "The caller gave up", "yes") });
  const { code, ran, cause: told } = await failed;
  assertEquals([code, ran, told], ["CANCELLED", "yes", cause]);
});

function host(run: (numbers: ItemStream<unknown>) => unknown) {
  const posted: ProviderCommand[] = [];
  const made = new FunctionHost({
    ...{ now: () => 0, calls: caller().calls, failed: () => {}, observe: () => {} },
    post: (stamp) => posted.push(stamp(5)),
  });
  made.add(1, {
    name: functionName("f"),
    run: ([numbers]) => {
      assert(numbers instanceof ItemStream);
      return run(numbers);
    },
  });
  made.invoke({
    ...{ invocation: 9, registration: 1, args: Payload.fromText("[null]"), kwargs: undefined },
    ...{ timeoutMs: 1_000, caller: { kind: "local", name: "test" } },
    ...{ stream: undefined, streamed: [0] },
  });
  const wanted = (): unknown[] =>
    posted.flatMap((command) => command.type === "want" ? [command.units ?? "stop"] : []);
  return { host: made, posted, wanted };
}

Deno.test("FunctionHost asks for a streamed argument when its function reads, and for more when it has read", async () => {
  const { promise: mayRead, resolve: read } = Promise.withResolvers<void>();
  const run = host(async (numbers) => {
    await mayRead;
    return await Array.fromAsync(numbers);
  });
  await rest();
  assertEquals(run.wanted(), []);
  read();
  await rest();
  assertEquals(run.wanted(), [0]);
  run.host.given(9, 0, batchOf(["1", "2"]));
  await rest();
  assertEquals(run.wanted(), [0, 130]);
  run.host.given(9, 0, undefined);
  await rest();
  const last = run.posted.at(-1);
  assert(last?.type === "returned");
  assertEquals(last.value.value, [1, 2]);
});

Deno.test("I8: FunctionHost ends what a function reads when it is given up, and says when it has had enough", async () => {
  const reasons: unknown[] = [];
  const reading = host(async (numbers) => {
    try {
      await Array.fromAsync(numbers);
    } catch (error) {
      reasons.push(error instanceof FarcallError && error.code);
      throw error;
    }
  });
  await rest();
  reading.host.abort(9, callError("DEADLINE_EXCEEDED", "too late"));
  await rest();
  assertEquals([reasons, reading.posted.at(-1)?.type], [["DEADLINE_EXCEEDED"], "threw"]);

  let kept: ItemStream<unknown> | undefined;
  const leaving = host(async (numbers) => {
    for await (const _number of numbers) break;
    kept = numbers;
    return "enough";
  });
  await rest();
  leaving.host.given(9, 0, batchOf(["1", "2"]));
  await rest();
  assertEquals(leaving.wanted(), [0, 130, "stop"]);
  assertEquals((await kept?.next())?.done, true);

  let late: ItemStream<unknown> | undefined;
  host((numbers) => void (late = numbers));
  await rest();
  await assertRejects(async () => await late?.next(), FarcallError, "has ended");
});
