import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { functionName } from "../../../lib/protocol/names.ts";
import type { Command } from "../../../lib/protocol/json_messages.ts";
import type { JsonObject, JsonValue } from "../../../lib/protocol/json_value.ts";
import { planRequest } from "../../../lib/rpc/call_graph.ts";
import { RequestRun } from "../../../lib/rpc/request_run.ts";
import { withReferences } from "../../../lib/rpc/text_references.ts";

function command(name: string, args: readonly JsonValue[] = [], kwargs: JsonObject = {}): Command {
  return { name, fun: functionName(name), args, kwargs, resources: [] };
}

function runOf(...commands: readonly Command[]): RequestRun {
  const planned = planRequest(withReferences(commands));
  assert(planned.ok);
  return new RequestRun(planned.plan, 1_000);
}

function argsOf(run: RequestRun, index: number): readonly JsonValue[] {
  const made = run.argumentsOf(index);
  assert(made.ok);
  return made.args;
}

function kwargsOf(run: RequestRun, index: number): JsonObject {
  const made = run.argumentsOf(index);
  assert(made.ok);
  return made.kwargs;
}

Deno.test("RequestRun runs several functions and gives all their results in order", () => {
  const run = runOf(command("b"), command("a"));
  assertEquals(run.ready(), [0, 1]);
  run.finish(1, "second", 1_001);
  assertFalse(run.isDone);
  run.finish(0, "first", 1_002);
  assert(run.isDone);
  assertEquals(Object.entries(run.results()), [["b", "first"], ["a", "second"]]);
});

Deno.test("RequestRun gives each command to start once", () => {
  const run = runOf(command("a"), command("b", ["a"]));
  assertEquals(run.ready(), [0]);
  assertEquals(run.ready(), []);
  run.finish(0, 1, 1_000);
  assertEquals(run.ready(), [1]);
  assertEquals(run.ready(), []);
});

Deno.test("RequestRun passes results on, wherever each command runs", () => {
  const run = runOf(
    command("data", [], {}),
    command("train", ["data.rows", { seed: 7 }]),
    command("score", ["train"], { on: "data.name" }),
  );
  run.ready();
  run.finish(0, { rows: [1, 2], name: "iris" }, 1_000);
  run.ready();
  assertEquals(argsOf(run, 1), [[1, 2], { seed: 7 }]);
  run.finish(1, "model", 1_000);
  run.ready();
  assertEquals(argsOf(run, 2), ["model"]);
  assertEquals(kwargsOf(run, 2), { on: "iris" });
  run.finish(2, 0.9, 1_000);
  assertEquals(run.results(), { score: 0.9 });
});

Deno.test("RequestRun waits for what keyword arguments refer to", () => {
  const run = runOf(command("late", [], { x: { y: ["early"] } }), command("early"));
  assertEquals(run.ready(), [1]);
  run.finish(1, 5, 1_000);
  assertEquals(run.ready(), [0]);
  assertEquals(kwargsOf(run, 0), { x: { y: [5] } });
});

Deno.test("RequestRun returns an early command that no other uses", () => {
  const run = runOf(command("a"), command("unused"), command("b", ["a"]));
  run.ready();
  run.finish(0, 1, 1_000);
  run.finish(1, 2, 1_000);
  run.ready();
  run.finish(2, 3, 1_000);
  assertEquals(run.results(), { unused: 2, b: 3 });
});

Deno.test("RequestRun starts a command while others of an earlier level still run", () => {
  const run = runOf(command("fast"), command("slow"), command("next", ["fast"]));
  run.ready();
  run.finish(0, 1, 1_000);
  assertEquals(run.ready(), [2]);
});

Deno.test("RequestRun passes the string on where a path leads nowhere", () => {
  const run = runOf(command("a"), command("b", ["a.missing", "a.0"]));
  run.ready();
  run.finish(0, ["x"], 1_000);
  run.ready();
  assertEquals(argsOf(run, 1), ["a.missing", "a.0"]);
});

Deno.test("RequestRun never substitutes a result again, in no later command", () => {
  const run = runOf(command("a"), command("b", ["a"]), command("c", ["b", "a"]));
  run.ready();
  run.finish(0, "b", 1_000);
  run.ready();
  assertEquals(argsOf(run, 1), ["b"]);
  run.finish(1, ["a", "a.x"], 1_000);
  run.ready();
  assertEquals(argsOf(run, 2), [["a", "a.x"], "b"]);
});

Deno.test("RequestRun throws for a command that is not running", () => {
  const run = runOf(command("a"), command("b", ["a"]));
  assertThrows(() => run.finish(0, 1, 1_000), RangeError, "0");
  run.ready();
  assertThrows(() => argsOf(run, 1), RangeError, "1");
  assertThrows(() => run.finish(1, 1, 1_000), RangeError, "1");
  run.finish(0, 1, 1_000);
  assertThrows(() => run.finish(0, 1, 1_000), RangeError, "0");
  assertThrows(() => kwargsOf(run, 2), RangeError, "2");
});

Deno.test("RequestRun gives the results that were asked for by name", () => {
  const run = runOf(command("a"), command("b", ["a"]));
  run.ready();
  run.finish(0, 1, 1_000);
  assertEquals(run.resultsOf(["a"]), { a: 1 });
  assertThrows(() => run.resultsOf(["b"]), RangeError, "b");
  assertThrows(() => run.resultsOf(["toString"]), RangeError, "toString");
});

Deno.test("RequestRun returns the result of a command called __proto__ as data", () => {
  const run = runOf(command("__proto__"));
  run.ready();
  run.finish(0, { evil: true }, 1_000);
  assertEquals(JSON.stringify(run.results()), `{"__proto__":{"evil":true}}`);
});

Deno.test("RequestRun reports each level with its results, those so far and its times", () => {
  const run = runOf(command("a"), command("b"), command("c", ["a"]));
  run.ready();
  run.finish(0, 1, 1_010);
  run.ready();
  run.finish(2, 3, 1_020);
  assertEquals(run.intermediateResults("u1"), []);
  run.finish(1, 2, 1_050);
  assertEquals(run.intermediateResults("u1"), [{
    request_id: "u1",
    level_index: 0,
    level_results: { a: 1, b: 2 },
    accumulated_results: { a: 1, b: 2 },
    total_levels: 2,
    completed_levels: 1,
    timestamp: 1.05,
    execution_time_ms: 50,
  }, {
    request_id: "u1",
    level_index: 1,
    level_results: { c: 3 },
    accumulated_results: { a: 1, b: 2, c: 3 },
    total_levels: 2,
    completed_levels: 2,
    timestamp: 1.05,
    execution_time_ms: 0,
  }]);
});

Deno.test("RequestRun sums its levels up", () => {
  const run = runOf(command("a"), command("b"), command("c", ["a", "b"]));
  run.ready();
  run.finish(0, 1, 1_010);
  run.finish(1, 2, 1_020);
  run.ready();
  run.finish(2, 3, 1_100);
  assertEquals(run.summary("u2"), {
    request_id: "u2",
    total_execution_time_ms: 100,
    total_levels: 2,
    level_execution_times: [20, 80],
    bottleneck_level_index: 1,
    average_level_time_ms: 50,
    parallel_commands_executed: 2,
    cross_cluster_hops: 0,
  });
});
