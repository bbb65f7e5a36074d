import { assert, assertEquals } from "@std/assert";
import { FunctionTable, type Registration } from "../../../lib/core/function_table.ts";
import { functionName, maxHops, resourceName } from "../../../lib/protocol/names.ts";

function registration(id: number, resources: string[], concurrency = 2): Registration {
  return {
    id,
    fun: functionName("f"),
    resources: resources.map(resourceName),
    maxHops: maxHops(3),
    scope: "",
    concurrency,
    offer: id,
    running: 0,
  };
}

Deno.test("FunctionTable finds a function that has all resources, and may have more", () => {
  const table = new FunctionTable();
  table.add(registration(1, ["gpu"]));
  table.add(registration(2, ["gpu", "data"]));
  const fun = functionName("f");
  assertEquals(table.find(fun, [resourceName("data")])?.id, 2);
  assertEquals(table.find(fun, [resourceName("tpu")]), undefined);
});

Deno.test("FunctionTable prefers the registration with most room", () => {
  const table = new FunctionTable();
  const [busy, idle] = [registration(1, []), registration(2, [])];
  table.add(busy);
  table.add(idle);
  table.started(10, busy);
  assertEquals(table.find(functionName("f"), [])?.id, 2);
});

Deno.test("FunctionTable holds a slot until the function ends, also after it was withdrawn", () => {
  const table = new FunctionTable();
  const one = registration(1, [], 1);
  table.add(one);
  table.started(10, one);
  assert(!table.hasRoom(one));
  table.remove(1);
  assertEquals(table.runningCount, 1);
  assert(table.ended(10));
  assert(!table.ended(10), "a run ends once");
  assertEquals(table.runningCount, 0);
});
