import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Command } from "../../lib/protocol/json_messages.ts";
import type { JsonObject, JsonValue } from "../../lib/protocol/json_value.ts";
import { GRAPH_DEPTH_MAX } from "../../lib/protocol/limits.ts";
import type { RequestCommand } from "../../lib/protocol/request_command.ts";
import { functionName } from "../../lib/protocol/names.ts";
import { type CallPlan, planRequest } from "../../lib/rpc/call_graph.ts";
import { RequestRun } from "../../lib/rpc/request_run.ts";
import { withReferences } from "../../lib/rpc/text_references.ts";
import { runOptions } from "./run_options.ts";

/** By command: those it uses, with how it refers to each. */
interface Edge {
  readonly to: number;
  readonly form: "args" | "nested" | "field" | "kwargs";
}

function commandOf(index: number, edges: readonly Edge[]): Command {
  const args: JsonValue[] = [index];
  const kwargs: Record<string, JsonValue> = {};
  for (const { to, form } of edges) {
    if (form === "args") args.push(`c${to}`);
    else if (form === "nested") args.push([{ deep: `c${to}` }]);
    else if (form === "field") args.push(`c${to}.value`);
    else kwargs[`k${to}`] = `c${to}`;
  }
  return { name: `c${index}`, fun: functionName("f"), args, kwargs, resources: [] };
}

const form = fc.constantFrom(
  "args" as const,
  "nested" as const,
  "field" as const,
  "kwargs" as const,
);

/** Any graph of up to 12 commands, cycles included. */
const anyGraph = fc.integer({ min: 1, max: 12 }).chain((count) =>
  fc.array(
    fc.array(fc.record({ to: fc.nat(count - 1), form }), { maxLength: 2 }),
    { minLength: count, maxLength: count },
  )
);

/** Graphs without cycles, in an order of the request that tells nothing. */
const runnableGraph = fc.integer({ min: 1, max: 12 }).chain((count) =>
  fc.tuple(
    fc.array(fc.array(fc.record({ to: fc.nat(11), form }), { maxLength: 3 }), {
      minLength: count,
      maxLength: count,
    }),
    fc.shuffledSubarray([...Array(count).keys()], { minLength: count, maxLength: count }),
  )
).map(([rows, order]) => {
  const graph: Edge[][] = order.map(() => []);
  rows.forEach((row, rank) => {
    const place = order[rank] ?? 0;
    graph[place] = rank === 0
      ? []
      : row.map((edge) => ({ ...edge, to: order[edge.to % rank] ?? 0 }));
  });
  return graph;
});

/** Longest way down to a command that uses nothing, or `undefined` on or above a cycle: by definition, not by Kahn. */
function naiveLevel(
  graph: readonly (readonly Edge[])[],
  index: number,
  above: readonly number[],
): number | undefined {
  if (above.includes(index)) return undefined;
  let level = 0;
  for (const { to } of graph[index] ?? []) {
    const below = naiveLevel(graph, to, [...above, index]);
    if (below === undefined) return undefined;
    level = Math.max(level, below + 1);
  }
  return level;
}

function commandsOf(graph: readonly (readonly Edge[])[]): readonly RequestCommand[] {
  return withReferences(graph.map((edges, index) => commandOf(index, edges)));
}

function planOf(graph: readonly (readonly Edge[])[]): CallPlan {
  const planned = planRequest(commandsOf(graph));
  assert(planned.ok);
  return planned.plan;
}

/** What the functions of these tests return: a value from which all that went in can be read. */
function answer(args: readonly JsonValue[], kwargs: JsonObject): JsonValue {
  return { value: JSON.stringify([args, kwargs]) };
}

/** Each command's result, from its definition, by recursion. */
function naiveResult(graph: readonly (readonly Edge[])[], index: number): { value: string } {
  const args: JsonValue[] = [index];
  const kwargs: Record<string, JsonValue> = {};
  for (const { to, form } of graph[index] ?? []) {
    const result = naiveResult(graph, to);
    if (form === "args") args.push(result);
    else if (form === "nested") args.push([{ deep: result }]);
    else if (form === "field") args.push(result.value);
    else kwargs[`k${to}`] = result;
  }
  return { value: JSON.stringify([args, kwargs]) };
}

Deno.test("planRequest finds the same levels and finals as the definition, and every cycle", () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const planned = planRequest(commandsOf(graph));
      const expected = graph.map((_, index) => naiveLevel(graph, index, []));
      assertEquals(planned.ok, expected.every((level) => level !== undefined));
      if (!planned.ok) {
        assertEquals(planned.error.code, "DEPENDENCY_CYCLE");
        return assertIsCycle(graph, planned.error.details);
      }
      const { levels, finals, dependencies, dependents } = planned.plan;
      assert(levels.length <= GRAPH_DEPTH_MAX);
      expected.forEach((level, index) => assert(levels[level ?? -1]?.includes(index)));
      assertEquals(levels.flat().length, graph.length);
      const used = new Set(graph.flat().map(({ to }) => to));
      assertEquals(finals, [...graph.keys()].filter((index) => !used.has(index)));
      graph.forEach((edges, index) => {
        const needed = [...new Set(edges.map(({ to }) => to))].sort((a, b) => a - b);
        assertEquals(dependencies[index], needed);
        for (const to of needed) assert(dependents[to]?.includes(index));
      });
    }),
    runOptions(500),
  );
});

function assertIsCycle(graph: readonly (readonly Edge[])[], details: JsonValue | undefined): void {
  const { cycle } = details as { readonly cycle: readonly string[] };
  assert(cycle.length >= 2);
  assertEquals(cycle[0], cycle.at(-1));
  const places = cycle.map((name) => Number(name.slice(1)));
  places.slice(1).forEach((to, at) => {
    assert(graph[places[at] ?? -1]?.some((edge) => edge.to === to), `${cycle}`);
  });
}

Deno.test("RequestRun gives the same results in every order of finishing", () => {
  fc.assert(
    fc.property(runnableGraph, fc.infiniteStream(fc.nat()), (graph, choices) => {
      const plan = planOf(graph);
      const run = new RequestRun(plan, 0);
      const running: number[] = [];
      const done = new Set<number>();
      let now = 0;
      while (!run.isDone) {
        for (const index of run.ready()) {
          // By readiness: at once when all is there, never before.
          assert(graph[index]?.every(({ to }) => done.has(to)));
          running.push(index);
        }
        const startable = [...graph.keys()].filter((index) =>
          graph[index]?.every(({ to }) => done.has(to))
        );
        assertEquals(startable.length, done.size + running.length);
        const choice: number = choices.next().value ?? 0;
        const [index = -1] = running.splice(choice % running.length, 1);
        const made = run.argumentsOf(index);
        assert(made.ok);
        run.finish(index, answer(made.args, made.kwargs), ++now);
        done.add(index);
      }
      assertEquals(run.ready(), []);
      const expected = plan.finals.map((index) => [`c${index}`, naiveResult(graph, index)]);
      assertEquals(run.results(), Object.fromEntries(expected));
      const summary = run.summary("u") as { readonly level_execution_times: readonly number[] };
      assertEquals(summary.level_execution_times.reduce((a, b) => a + b, 0), now);
      assertEquals(run.intermediateResults("u").length, plan.levels.length);
    }),
    runOptions(300),
  );
});
