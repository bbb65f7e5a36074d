import { assert, assertEquals } from "@std/assert";
import { functionName } from "../../../lib/protocol/names.ts";
import type { JsonValue } from "../../../lib/protocol/json_value.ts";
import { CoreWorld, PENDING } from "./core_world.ts";

function command(name: string, fun: string, args: JsonValue[]) {
  return { name, fun: functionName(fun), args, kwargs: {}, resources: [] };
}

Deno.test("RequestRunner refuses arguments that grow above the message limit by references", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("big", () => "x".repeat(3_000_000));
  node.register("echo", ([value]) => value);
  const commands = [
    command("a", "big", []),
    command("b", "echo", [new Array<string>(256).fill("a")]),
  ];
  const call = node.request({ commands, wanted: undefined, timeoutMs: 1_000 });
  world.settle();
  assertEquals(node.ended(call), "PAYLOAD_TOO_LARGE/yes");
  assertEquals(node.core.sizes(), {
    groups: 1,
    links: 0,
    dirty: 0,
    retained: 0,
    reference: 0,
    connections: 0,
    calls: 0,
    requests: 0,
    running: 0,
    listings: 2,
    own: 0,
    inbound: 0,
    queued: 0,
    parked: 0,
    kept: 0,
    slotQueue: 0,
    stuck: 0,
    streams: 0,
  });
});

Deno.test("RequestRunner refuses results that are above the message limit together", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("big", () => "x".repeat(3_000_000));
  const commands = [command("a", "big", []), command("b", "big", [])];
  const call = node.request({ commands, wanted: undefined, timeoutMs: 1_000 });
  world.settle();
  assertEquals(node.ended(call), "RESULT_TOO_LARGE/yes");
});

Deno.test("RequestRunner runs nothing when one function is unknown", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("echo", ([value]) => value);
  const commands = [command("a", "echo", ["x"]), command("b", "nosuch", ["a"])];
  const call = node.request({ commands, wanted: undefined, timeoutMs: 1_000 });
  world.settle();
  assertEquals(node.ended(call), "FUNCTION_NOT_FOUND/no");
  assertEquals(node.invocations, []);
});

Deno.test("RequestRunner cancels the other commands when one fails, and does not say that nothing ran", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("slow", () => PENDING);
  node.register("full", () => PENDING, { concurrency: 1 });
  node.call("full");
  const commands = [command("a", "slow", []), command("b", "full", [])];
  const call = node.request({ commands, wanted: undefined, timeoutMs: 1_000 });
  world.settle();
  assertEquals(node.ended(call), "RESOURCE_EXHAUSTED/yes");
  assertEquals(node.aborted.length, 1);
});

Deno.test("RequestRunner ends a request at its deadline", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("slow", () => PENDING);
  const commands = [command("a", "slow", [])];
  const call = node.request({ commands, wanted: undefined, timeoutMs: 200 });
  world.pass(300);
  assertEquals(node.ended(call), "DEADLINE_EXCEEDED/yes");
});

Deno.test("Replies leaves out what a request asked to be told when it is too long beside the results", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  node.register("big", () => "x".repeat(2_500_000));
  const sent = world.wscat(node, {
    type: "rpc",
    u: "1",
    commands: [command("a", "big", [])],
    returnIntermediateResults: true,
    includeExecutionSummary: false,
  });
  world.settle();
  const [answer] = sent;
  assert(answer?.type === "response");
  assertEquals([answer.error, answer.intermediateResults], [undefined, undefined]);
});
