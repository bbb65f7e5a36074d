import { assert, assertEquals } from "@std/assert";
import { FunctionTable, type Registration } from "../../../lib/core/function_table.ts";
import { contractDigest } from "../../../lib/protocol/contract_facts.ts";
import { functionName, maxHops, resourceName } from "../../../lib/protocol/names.ts";

function registration(id: number, resources: string[], concurrency = 2): Registration {
  return {
    id,
    fun: functionName("f"),
    resources: resources.map(resourceName),
    maxHops: maxHops(3),
    scope: "",
    askedScope: "",
    concurrency,
    queue: 0,
    offer: id,
    isOffered: true,
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

Deno.test("FunctionTable prefers the contract that was asked for, and refuses others only when told to", () => {
  const [one, two, three] = ["1", "2", "3"].map((digit) => contractDigest(digit.repeat(64)));
  if (one === undefined || two === undefined || three === undefined) throw new Error("unreachable");
  const fun = functionName("f");
  const table = new FunctionTable();
  table.add({ ...registration(1, []), contract: { digest: one, idempotent: false } });
  table.add({ ...registration(2, []), contract: { digest: two, idempotent: true }, running: 1 });
  const found = (digest: typeof one, exact: boolean) => table.find(fun, [], { digest, exact })?.id;
  assertEquals([found(one, true), found(two, true), found(two, false)], [1, 2, 2]);
  assertEquals([found(three, false), found(three, true)], [1, undefined]);
  table.add(registration(3, []));
  assertEquals(found(three, true), 3);
});

Deno.test("FunctionTable finds functions of the node itself and lists them nowhere", () => {
  const table = new FunctionTable();
  const fun = functionName("rpc.describe");
  table.serve(-1, fun);
  assertEquals([table.serves(fun), table.has(fun), table.size], [true, false, 0]);
  assertEquals([table.find(fun, [])?.id, [...table.all()]], [-1, []]);
});
