import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { JsonValue } from "../../../lib/protocol/json_value.ts";
import { functionName, nodeUrl } from "../../../lib/protocol/names.ts";
import type { RequestCommand } from "../../../lib/protocol/request_command.ts";
import { chain, type CoreNode, CoreWorld, PENDING } from "./core_world.ts";

function command(name: string, fun: string, more: Partial<RequestCommand> = {}): RequestCommand {
  return { name, fun: functionName(fun), args: [], kwargs: {}, resources: [], refs: [], ...more };
}

/** `list` gives the items, `each` is run for each of them. */
function mapping(items: readonly JsonValue[], concurrency = 4): readonly RequestCommand[] {
  return [
    command("list", "list", { args: [items] }),
    command("all", "each", {
      args: [null],
      refs: [{ at: ["args", 0], of: undefined, path: [] }],
      over: { list: { of: "list", path: [] }, concurrency },
    }),
  ];
}

function ask(node: CoreNode, commands: readonly RequestCommand[], timeoutMs = 1_000): number {
  return node.request({ commands, wanted: undefined, timeoutMs });
}

function lister(): { readonly world: CoreWorld; readonly node: CoreNode } {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("list", ([items]) => items);
  return { world, node };
}

Deno.test("a map gives its results in the order of the list, whatever the order of ends", () => {
  const { world, node } = lister();
  node.register("each", () => PENDING);
  const call = ask(node, mapping(["a", "b", "c"]));
  world.settle();
  for (const [place, value] of [[3, "C"], [1, "A"], [2, "B"]] as const) {
    node.finish(node.invocations[place]?.invocation ?? 0, value);
    world.settle();
  }
  assertEquals(node.ended(call), { all: ["A", "B", "C"] });
});

Deno.test("a map runs as many at once as it says, and starts the next when one ends", () => {
  const { world, node } = lister();
  node.register("each", () => PENDING);
  ask(node, mapping([1, 2, 3, 4, 5], 2));
  world.settle();
  const running = (): number => node.invocations.length - 1;
  assertEquals(running(), 2);
  node.finish(node.invocations[2]?.invocation ?? 0, "done");
  world.settle();
  assertEquals(running(), 3);
});

Deno.test("a map over an empty list runs nothing and gives an empty list", () => {
  const { world, node } = lister();
  node.register("each", () => PENDING);
  const call = ask(node, mapping([]));
  world.settle();
  assertEquals(node.ended(call), { all: [] });
});

Deno.test("a map reaches fields of items, and of other results", () => {
  const { world, node } = lister();
  node.register("each", (args) => args);
  const [list, all] = mapping([]);
  assert(list !== undefined && all !== undefined);
  const commands = [
    { ...list, args: [{ in: [{ x: 1 }, { x: 2 }] }] },
    command("other", "list", { args: ["o"] }),
    {
      ...all,
      args: [null, null],
      refs: [
        { at: ["args", 0], of: undefined, path: ["x"] },
        { at: ["args", 1], of: "other", path: [] },
      ],
      over: { list: { of: "list", path: ["in"] }, concurrency: 1 },
    },
  ] as const;
  const call = ask(node, commands);
  world.settle();
  assertEquals(node.ended(call), { all: [[1, "o"], [2, "o"]] });
});

Deno.test("the first failure of a map ends the request, says which item, and cancels the others", () => {
  const { world, node } = lister();
  node.register("each", () => PENDING);
  const [list, all] = mapping([]);
  assert(list !== undefined && all !== undefined);
  const refs = [{ at: ["args", 0], of: undefined, path: ["x"] }] as const;
  const failing = ask(node, [{ ...list, args: [[{ x: 1 }, { x: 2 }, "no"]] }, { ...all, refs }]);
  world.settle();
  const outcome = node.outcomes.get(failing);
  assert(outcome?.ok === false);
  assertEquals([outcome.error.code, outcome.error.ran], ["UNKNOWN_REFERENCE", "yes"]);
  assertEquals(outcome.error.details, { part: 2 });
  assertStringIncludes(outcome.error.message, "Item 2 of 3 of each");
  assertEquals(node.aborted.length, 2, "the two that had begun");
});

Deno.test("a map keeps what its function says of an error beside the item's number", () => {
  const { world, node } = lister();
  const id = node.register("each", () => PENDING);
  const call = ask(node, mapping(["a", "b"]));
  world.settle();
  const { invocation = 0 } = node.invocations.at(-1) ?? {};
  const details = { of: "each", error: "full", data: { left: 3 } };
  const error = { code: "HANDLER_ERROR", message: "no", ran: "yes", retryable: true } as const;
  node.step({ type: "threw", invocation, error: { ...error, details } });
  const outcome = node.outcomes.get(call);
  assert(id > 0 && outcome?.ok === false);
  assertEquals(outcome.error.details, { ...details, part: 1 });
  assertEquals(outcome.error.retryable, true);
});

Deno.test("a deadline and a cancellation reach every run of a map", () => {
  const { world, node } = lister();
  node.register("each", () => PENDING);
  const late = ask(node, mapping([1, 2, 3]), 200);
  world.pass(300);
  assertEquals(node.ended(late), "DEADLINE_EXCEEDED/yes");
  assertEquals(node.aborted.length, 3);
  const cancelled = ask(node, mapping([1, 2, 3]));
  world.settle();
  node.step({ type: "cancel", call: cancelled });
  assertEquals(node.ended(cancelled), "CANCELLED/yes");
  assertEquals(node.aborted.length, 6);
  const { calls, requests } = node.core.sizes();
  assertEquals([calls, requests], [0, 0]);
});

Deno.test("a map takes 4,096 items and no more, and only of a list", () => {
  const { world, node } = lister();
  node.register("each", () => 0);
  const items = (count: number): readonly JsonValue[] => new Array<JsonValue>(count).fill(1);
  const most = ask(node, mapping(items(4_096), 64), 60_000);
  for (let round = 0; round < 10; round += 1) world.settle();
  const result = node.ended(most) as { readonly all: readonly unknown[] };
  assertEquals(result.all.length, 4_096);
  const more = ask(node, mapping(items(4_097)));
  const [list, all] = mapping([]);
  assert(list !== undefined && all !== undefined);
  const none = ask(node, [{ ...list, args: [{ a: "thing" }] }, all]);
  world.settle();
  assertEquals([node.ended(more), node.ended(none)], [
    "INVALID_ARGUMENT/yes",
    "INVALID_ARGUMENT/yes",
  ]);
});

Deno.test("a map whose results grow above the message limit ends, and starts no more", () => {
  const { world, node } = lister();
  node.register("each", () => "x".repeat(1_500_000));
  const call = ask(node, mapping(new Array<JsonValue>(100).fill(1), 1));
  world.settle();
  assertEquals(node.ended(call), "RESULT_TOO_LARGE/yes");
  assert(node.invocations.length < 6, `${node.invocations.length} runs`);
});

Deno.test("an idempotent command of a request runs again when its node is lost, others don't", () => {
  const world = new CoreWorld();
  const [hub, worker] = chain(world, 2);
  assert(hub !== undefined && worker !== undefined);
  worker.register("each", () => PENDING);
  world.settle();
  const plain = ask(hub, [command("a", "each")]);
  const again = ask(hub, [command("a", "each", { idempotent: true })]);
  world.settle();
  const other = world.node("ws://other", { peers: [nodeUrl(hub.url)] });
  other.register("each", () => "other");
  world.settle();
  world.kill(worker);
  world.settle();
  assertEquals(hub.ended(plain), "UNAVAILABLE/unknown");
  assertEquals(hub.ended(again), { a: "other" });
});

Deno.test("an idempotent command of a request is asked of a second provider when it takes long", () => {
  const world = new CoreWorld();
  const [one, hub, two] = chain(world, 3);
  assert(one !== undefined && hub !== undefined && two !== undefined);
  one.register("each", () => PENDING);
  two.register("each", () => PENDING);
  world.settle();
  const call = ask(hub, [command("a", "each", { idempotent: true, hedgeMs: 50 })]);
  world.settle();
  assertEquals(one.invocations.length + two.invocations.length, 1);
  world.pass(100, 10);
  assertEquals([one.invocations.length, two.invocations.length], [1, 1]);
  const [first] = two.invocations;
  two.finish(first?.invocation ?? 0, "second");
  world.settle();
  assertEquals(hub.ended(call), { a: "second" });
  assertEquals(one.aborted.length, 1);
});
