import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { functionName } from "../../../lib/protocol/names.ts";
import type { CallError } from "../../../lib/protocol/errors.ts";
import type { Command } from "../../../lib/protocol/json_messages.ts";
import type { JsonObject, JsonValue } from "../../../lib/protocol/json_value.ts";
import { type CallPlan, planRequest } from "../../../lib/rpc/call_graph.ts";
import { withReferences } from "../../../lib/rpc/text_references.ts";

function command(name: string, args: readonly JsonValue[] = [], kwargs: JsonObject = {}): Command {
  return { name, fun: functionName("f"), args, kwargs, resources: [] };
}

function planOf(...commands: readonly Command[]): CallPlan {
  const planned = planRequest(withReferences(commands));
  assert(planned.ok, JSON.stringify(planned));
  return planned.plan;
}

function errorOf(commands: readonly Command[]): CallError {
  const planned = planRequest(withReferences(commands));
  assert(!planned.ok);
  assertEquals([planned.error.ran, planned.error.retryable], ["no", false]);
  return planned.error;
}

Deno.test("planRequest puts commands that use nothing on one level", () => {
  const plan = planOf(command("a"), command("b", ["x"]), command("c"));
  assertEquals(plan.levels, [[0, 1, 2]]);
  assertEquals(plan.finals, [0, 1, 2]);
  assertEquals(plan.dependencies, [[], [], []]);
});

Deno.test("planRequest orders commands by what they use, whatever their order in the request", () => {
  const plan = planOf(command("sum", ["a", ["b.x"]]), command("b", [{ of: "a" }]), command("a"));
  assertEquals(plan.levels, [[2], [1], [0]]);
  assertEquals(plan.dependencies, [[1, 2], [2], []]);
  assertEquals(plan.dependents, [[], [0], [0, 1]]);
  assertEquals(plan.finals, [0]);
});

Deno.test("planRequest counts a reference in keyword arguments as a dependency", () => {
  const plan = planOf(command("a"), command("b", [], { x: ["a"] }));
  assertEquals(plan.levels, [[0], [1]]);
  assertEquals(plan.finals, [1]);
});

Deno.test("planRequest takes an early command that no other uses for a final one", () => {
  const plan = planOf(command("a"), command("lonely"), command("b", ["a"]));
  assertEquals(plan.levels, [[0, 1], [2]]);
  assertEquals(plan.finals, [1, 2]);
});

Deno.test("planRequest doesn't take keys or parts of strings for references", () => {
  const plan = planOf(command("a"), command("b", [{ a: "an a" }], { a: 1 }));
  assertEquals(plan.levels, [[0, 1]]);
});

Deno.test("planRequest refuses a command that uses itself, and names it", () => {
  const error = errorOf([command("echo", ["echo"])]);
  assertEquals(error.code, "DEPENDENCY_CYCLE");
  assertStringIncludes(error.message, "echo needs echo");
});

Deno.test("planRequest names the cycle and not what merely hangs on it", () => {
  const error = errorOf([
    command("user", ["a"]),
    command("a", ["b"]),
    command("b", [], { k: "c.x" }),
    command("c", ["a", "free"]),
    command("free"),
  ]);
  assertEquals(error.code, "DEPENDENCY_CYCLE");
  assertEquals(error.details, { cycle: ["a", "b", "c", "a"] });
  assertStringIncludes(error.message, "a needs b needs c needs a");
});

Deno.test("planRequest refuses a name that two commands have", () => {
  const error = errorOf([command("a"), command("b"), command("a", [1])]);
  assertEquals(error.code, "DUPLICATE_NAME");
  assertStringIncludes(error.message, "called a");
});

Deno.test("planRequest refuses a request without commands", () => {
  assertEquals(errorOf([]).code, "INVALID_ARGUMENT");
});

Deno.test("planRequest takes 256 commands and refuses 257", () => {
  const commands = Array.from({ length: 257 }, (_, index) => command(`c${index}`));
  assertEquals(planOf(...commands.slice(1)).levels[0]?.length, 256);
  assertEquals(errorOf(commands).code, "INVALID_ARGUMENT");
});

Deno.test("planRequest takes 256 arguments of a kind and refuses 257", () => {
  const args = new Array<JsonValue>(257).fill(0);
  const kwargs = Object.fromEntries(args.map((value, index) => [`k${index}`, value]));
  planOf(command("a", args.slice(1)));
  assertEquals(errorOf([command("a", args)]).code, "INVALID_ARGUMENT");
  assertStringIncludes(errorOf([command("a", [], kwargs)]).message, "257 arguments");
});

Deno.test("planRequest takes a chain of 64 commands and refuses one of 65", () => {
  const chain = Array.from({ length: 65 }, (_, at) => command(`c${at}`, [`c${at - 1}`]));
  assertEquals(planOf(...chain.slice(0, 64)).levels.length, 64);
  const error = errorOf(chain);
  assertEquals(error.code, "INVALID_ARGUMENT");
  assertStringIncludes(error.message, "65 levels");
});

Deno.test("planRequest keeps apart names that objects have by nature", () => {
  const plan = planOf(command("__proto__"), command("constructor", ["__proto__", "toString"]));
  assertEquals(plan.levels, [[0], [1]]);
});
