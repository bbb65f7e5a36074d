import { assert, assertEquals } from "@std/assert";
import { functionName } from "../../../lib/protocol/names.ts";
import type { RequestCommand } from "../../../lib/protocol/request_command.ts";
import { type CoreNode, CoreWorld } from "./core_world.ts";

function command(name: string, fun: string, more: Partial<RequestCommand> = {}): RequestCommand {
  return { name, fun: functionName(fun), args: [], kwargs: {}, resources: [], refs: [], ...more };
}

function follow(node: CoreNode, commands: readonly RequestCommand[]): number {
  return node.request({ commands, wanted: undefined, timeoutMs: 9_000, tellsProgress: true });
}

function told(node: CoreNode, call: number): unknown[] {
  return (node.items.get(call) ?? []).map(({ value }) => value);
}

Deno.test("a request tells what begins, what each command came to, and how long it all took", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("list", () => ["x", "y"]);
  node.register("each", ([item]) => `${item}!`);
  const over = { list: { of: "a", path: [] }, concurrency: 1 };
  const refs = [{ at: ["args", 0], of: undefined, path: [] }] as const;
  const call = follow(node, [
    command("a", "list"),
    command("b", "each", { args: [null], refs, over }),
  ]);
  world.settle();
  assertEquals(node.ended(call), { b: ["x!", "y!"] });
  const a = { command: 0, fun: "list", level: 0, elapsed_ms: 0 };
  const b = { command: 1, fun: "each", level: 1, elapsed_ms: 0 };
  assertEquals(told(node, call), [
    { event: "started", ...a },
    { event: "finished", ...a, value: ["x", "y"] },
    { event: "started", ...b },
    { event: "part", ...b, part: 0, done: 1, of: 2 },
    { event: "part", ...b, part: 1, done: 2, of: 2 },
    { event: "finished", ...b, value: ["x!", "y!"] },
    {
      event: "summary",
      total_execution_time_ms: 0,
      total_levels: 2,
      level_execution_times: [0, 0],
      bottleneck_level_index: 0,
      average_level_time_ms: 0,
      parallel_commands_executed: 0,
      cross_cluster_hops: 0,
    },
  ]);
});

Deno.test("progress leaves out results above 1 MiB together, and says so", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("big", () => "x".repeat(700_000));
  node.register("small", () => "s");
  const call = follow(node, [command("a", "big"), command("b", "big"), command("c", "small")]);
  world.settle();
  const ends = told(node, call).filter((one) => JSON.stringify(one).includes("finished"));
  assertEquals(
    ends.map((one) => [Reflect.get(Object(one), "fun"), "omitted" in Object(one)]),
    [["big", false], ["big", true], ["small", false]],
  );
});

Deno.test("nothing is told of a request that nobody follows", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("small", () => "s");
  const commands = [command("a", "small")];
  const call = node.request({ commands, wanted: undefined, timeoutMs: 9_000 });
  world.settle();
  assertEquals(told(node, call), []);
  assert(node.ended(call) !== undefined);
});
