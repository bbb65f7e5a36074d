import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { CallOptions } from "../../../lib/client/call_options.ts";
import type { UntypedCalling } from "../../../lib/client/calling.ts";
import type { NodeCommand } from "../../../lib/core/events.ts";
import type { CallEvent } from "../../../lib/client/call_event.ts";
import type { RegisteredFunction } from "../../../lib/client/function_context.ts";
import { FunctionHost } from "../../../lib/client/function_host.ts";
import { PublicError } from "../../../lib/client/public_error.ts";
import { callError, FarcallError } from "../../../lib/protocol/errors.ts";
import { functionName } from "../../../lib/protocol/names.ts";
import { Payload } from "../../../lib/protocol/payload.ts";

class NotedCalls implements UntypedCalling {
  readonly options: CallOptions[] = [];

  call(_name: string, _args: readonly unknown[] = [], options: CallOptions = {}): Promise<unknown> {
    this.options.push(options);
    return Promise.resolve(null);
  }

  follow(): never {
    throw new Error("not wanted here");
  }

  stream(): never {
    throw new Error("not wanted here");
  }

  request(): Promise<never> {
    return Promise.reject(new Error("not wanted here"));
  }

  explain(): Promise<never> {
    return Promise.reject(new Error("not wanted here"));
  }

  describe(): Promise<never> {
    return Promise.reject(new Error("not wanted here"));
  }

  discover(): Promise<never> {
    return Promise.reject(new Error("not wanted here"));
  }
}

function make(run: RegisteredFunction) {
  const failures: unknown[] = [];
  const events: CallEvent[] = [];
  const calls = new NotedCalls();
  const clock = { time: 100 };
  let next = Promise.withResolvers<NodeCommand>();
  const post = (stamp: (now: number) => NodeCommand): void => next.resolve(stamp(clock.time));
  const host = new FunctionHost({
    post,
    now: () => clock.time,
    calls,
    failed: (error) => failures.push(error),
    observe: (event) => events.push(event),
  });
  host.add(1, { name: functionName("f"), run });
  const invoke = (registration = 1, kwargs?: string): Promise<NodeCommand> => {
    next = Promise.withResolvers();
    host.invoke({
      invocation: 9,
      registration,
      args: Payload.fromText('[{"a":1}]'),
      kwargs: kwargs === undefined ? undefined : Payload.fromText(kwargs),
      timeoutMs: 1_000,
      caller: { kind: "client", name: "127.0.0.1:1" },
      stream: undefined,
    });
    return next.promise;
  };
  return { host, invoke, failures, events, calls, clock };
}

async function threw(run: RegisteredFunction) {
  const { invoke, failures } = make(run);
  const command = await invoke();
  assert(command.type === "threw");
  return { error: command.error, failures };
}

Deno.test("FunctionHost hands over arguments, keywords, caller and time", async () => {
  const { invoke, events, clock } = make((args, context) => {
    clock.time += 300;
    return { args, kwargs: context.kwargs, left: context.remaining(), caller: context.caller.kind };
  });
  const command = await invoke(1, '{"k":2}');
  assert(command.type === "returned");
  assertEquals(command.value.value, {
    args: [{ a: 1 }],
    kwargs: { k: 2 },
    left: 700,
    caller: "client",
  });
  assertEquals(events.map(({ type }) => type), ["started", "ended"]);
});

Deno.test("FunctionHost never runs a function inside the call that asks for it", async () => {
  let hasRun = false;
  const { invoke } = make(() => hasRun = true);
  const done = invoke();
  assertEquals(hasRun, false);
  await done;
  assertEquals(hasRun, true);
});

Deno.test("FunctionHost keeps what a function throws from the caller, sync and async", async () => {
  for (
    const run of [() => Promise.reject(new Error("secret")), () => {
      throw new TypeError("secret");
    }]
  ) {
    const { error, failures } = await threw(run);
    assertEquals([error.code, error.message, error.ran], ["HANDLER_ERROR", "f failed", "yes"]);
    assertEquals(failures.length, 1);
  }
});

Deno.test("FunctionHost lets a public error through, and only names a failed call", async () => {
  const data = { left: 0 };
  const told = await threw(() => Promise.reject(new PublicError("Sold out", { data })));
  assertEquals([told.error.message, told.error.details], ["Sold out", data]);
  assertEquals(told.failures, []);
  const inner = new FarcallError(callError("NO_PROVIDER", "inner text"));
  const { error } = await threw(() => Promise.reject(inner));
  assertStringIncludes(error.message, "NO_PROVIDER");
  assert(!error.message.includes("inner text"));
});

/** Arrays in each other. */
function nested(depth: number): unknown {
  let value: unknown = [];
  for (let level = 1; level < depth; level += 1) value = [value];
  return value;
}

Deno.test("FunctionHost tells results that can't travel", async () => {
  assertEquals((await threw(() => 1n)).error.code, "RESULT_NOT_SERIALIZABLE");
  assertEquals((await threw(() => "x".repeat(5e6))).error.code, "RESULT_TOO_LARGE");
  assertEquals((await threw(() => "é".repeat(2.5e6))).error.code, "RESULT_TOO_LARGE");
  assertEquals((await threw(() => nested(61))).error.code, "RESULT_TOO_LARGE");
});

Deno.test("FunctionHost fires the signal with the reason and still tells one end", async () => {
  const { host, invoke, failures } = make((_args, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    })
  );
  const done = invoke();
  await Promise.resolve();
  host.abort(9, callError("DEADLINE_EXCEEDED", "late"));
  const command = await done;
  assert(command.type === "threw");
  assertEquals(command.error.code, "DEADLINE_EXCEEDED");
  assertEquals(failures, []);
  host.abort(9, callError("CANCELLED", "again"));
});

Deno.test("FunctionHost gives each run the reason for which it is given up", async () => {
  const { host, invoke } = make(() => new Promise(() => {}));
  const signals: AbortSignal[] = [];
  host.add(1, {
    name: functionName("f"),
    run: (_args, { signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    },
  });
  const abort = async (...codes: ("CANCELLED" | "DEADLINE_EXCEEDED")[]): Promise<unknown[]> => {
    signals.length = 0;
    for (const code of codes) {
      void invoke();
      await Promise.resolve();
      host.abort(9, callError(code, "over"));
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
    return signals.map(({ reason }) => reason);
  };
  const [one, two] = await abort("CANCELLED", "DEADLINE_EXCEEDED");
  assert(one instanceof FarcallError && two instanceof FarcallError);
  assertEquals([one.code, two.code], ["CANCELLED", "DEADLINE_EXCEEDED"]);
});

Deno.test("FunctionHost gives functions a client bounded by their caller", async () => {
  const { host, invoke, calls } = make(async (_args, { client }) => {
    await client.call("g");
    await client.call("g", [], { timeout: 5 });
    await client.call("g", [], { timeout: 5_000, signal: new AbortController().signal });
  });
  await invoke();
  assertEquals(calls.options.map(({ timeout }) => timeout), [1_000, 5, 1_000]);
  host.abortAll(callError("UNAVAILABLE", "gone"));
});

Deno.test("FunctionHost answers for a function that was just withdrawn", async () => {
  const { host, invoke } = make(() => 1);
  host.remove(1);
  const command = await invoke();
  assert(command.type === "threw");
  assertEquals([command.error.code, command.error.ran], ["FUNCTION_NOT_FOUND", "no"]);
});

Deno.test("FunctionHost ends a run whose failure nobody could be told of", async () => {
  const { promise, resolve } = Promise.withResolvers<NodeCommand>();
  const host = new FunctionHost({
    post: (stamp) => resolve(stamp(1)),
    now: () => 1,
    calls: new NotedCalls(),
    failed: () => {
      throw new Error("The one who should hear of failures fails");
    },
    observe: () => {},
  });
  const run = (): never => {
    throw new Error("secret");
  };
  host.add(1, { name: functionName("f"), run });
  host.invoke({
    invocation: 9,
    registration: 1,
    args: Payload.fromText("[]"),
    kwargs: undefined,
    timeoutMs: 1_000,
    caller: { kind: "client", name: "127.0.0.1:1" },
    stream: undefined,
  });
  const command = await promise;
  assert(command.type === "threw" && command.error.code === "HANDLER_ERROR");
});
