import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import * as v from "valibot";
import type { RequestBuilder } from "../../../lib/client/request_builder.ts";
import { writeRequest } from "../../../lib/client/request_writer.ts";
import type { Future } from "../../../lib/client/future.ts";
import { contract } from "../../../lib/contract/contract.ts";
import { functionName } from "../../../lib/protocol/names.ts";
import type { JsonValue } from "../../../lib/protocol/json_value.ts";

function write<Shape>(build: (request: RequestBuilder) => Shape) {
  return writeRequest("~secret", build);
}

Deno.test("writeRequest notes commands that refer to each other by generated names", () => {
  const { commands, wanted } = write((r) => {
    const page = r.call("fetch_page", ["https://example.org/"], { resources: ["net", "net"] });
    return r.call("embed", [page.body, { deep: [page.head?.title] }], { kwargs: { of: page } });
  });
  assertEquals(commands.map(({ fun }) => String(fun)), ["fetch_page", "embed"]);
  assertEquals(commands.map(({ name }) => name), ["~secret-0", "~secret-1"]);
  assertEquals(commands[0]?.resources.map(String), ["net"]);
  assertEquals(commands[1]?.args, [null, { deep: [null] }]);
  assertEquals(commands[1]?.kwargs, { of: null });
  assertEquals(commands[1]?.refs, [
    { at: ["args", 0], of: "~secret-0", path: ["body"] },
    { at: ["args", 1, "deep", 0], of: "~secret-0", path: ["head", "title"] },
    { at: ["kwargs", "of"], of: "~secret-0", path: [] },
  ]);
  assertEquals(wanted, undefined);
});

Deno.test("writeRequest notes a map: its list, how many at once, and what it uses of an item", () => {
  const { commands, resolve } = write((r) => {
    const pages = r.call("pages");
    const kwargs = (item: Future) => ({ kwargs: { all: [item] }, concurrency: 3 });
    return r.map(pages.list, "fetch", (item) => [item.url, pages.by], kwargs);
  });
  assertEquals(commands[1], {
    name: "~secret-1",
    fun: functionName("fetch"),
    resources: [],
    args: [null, null],
    kwargs: { all: [null] },
    refs: [
      { at: ["args", 0], of: undefined, path: ["url"] },
      { at: ["args", 1], of: "~secret-0", path: ["by"] },
      { at: ["kwargs", "all", 0], of: undefined, path: [] },
    ],
    over: { list: { of: "~secret-0", path: ["list"] }, concurrency: 3 },
  });
  assertEquals(resolve({ "~secret-1": [1, 2] }), [1, 2]);
});

Deno.test("writeRequest refuses maps of what is no future, and items outside of their map", () => {
  let stray: Future | undefined;
  const list = (r: RequestBuilder): Future => r.call("list");
  const keep = (item: Future): unknown[] => [stray = item];
  assertThrows(() => write((r) => r.map(list(r), "f", keep, { concurrency: 0 })), RangeError, "64");
  assertThrows(() => write((r) => r.map(list(r), "f", keep, { concurrency: 65 })), RangeError);
  assertThrows(() => write((r) => [r.map(list(r), "f", keep), r.call("g", [stray])]), TypeError);
  assertThrows(() => write((r) => [r.map(list(r), "f", keep), stray]), TypeError, "item of a map");
  assertThrows(
    () => write((r) => Reflect.apply(r.map, r, [["a"], "f", keep])),
    TypeError,
    "future",
  );
});

Deno.test("writeRequest says how commands may be repeated, by contract or by option", () => {
  const sum = contract("sum", { args: [], returns: v.number(), idempotent: true });
  const { commands } = write((r) => [
    r.call(sum, [], { hedge: 20 }),
    r.call("loose", [], { idempotent: true }),
    r.call("plain"),
  ]);
  assertEquals(
    commands.map(({ idempotent, hedgeMs }) => [idempotent, hedgeMs]),
    [[true, 20], [true, undefined], [undefined, undefined]],
  );
  assertThrows(() => write((r) => r.call("loose", [], { hedge: 20 })), TypeError, "idempotent");
});

Deno.test("writeRequest asks for results that others use only where the shape needs them", () => {
  const { wanted, resolve } = write((r) => {
    const page = r.call("page");
    return { title: page.title, hits: r.call("search", [page.body]), label: "x" };
  });
  assertEquals(wanted?.toSorted(), ["~secret-0", "~secret-1"]);
  const results = { "~secret-0": { title: "T", body: "B" }, "~secret-1": [1] };
  assertEquals<unknown>(resolve(results), { title: "T", hits: [1], label: "x" });
});

Deno.test("writeRequest asks for nothing of calls whose results nobody wants", () => {
  const { wanted, resolve } = write((r) => void r.call("fire"));
  assertEquals(wanted, []);
  assertEquals(resolve({}), undefined);
});

Deno.test("writeRequest follows own fields of results only, and gives undefined for others", () => {
  const { resolve } = write((r) => {
    const one = r.call("one");
    return [one.constructor, one["missing"], one["list"]?.["1"], one["list"]?.length];
  });
  const found: readonly unknown[] = resolve({ "~secret-0": { list: ["a", "b"] } });
  assertEquals(found[0], undefined);
  assertEquals(found[1], undefined);
  assertEquals(found[2], "b");
});

Deno.test("a future is neither a promise nor changeable, and only fits its own request", () => {
  let stray: Future | undefined;
  write((r) => {
    const future = stray = r.call("one");
    assertEquals(Reflect.get(future, "then"), undefined);
    assertThrows(() => Reflect.set(future, "field", 1), TypeError, "field");
    const field = future.field;
    assert(future.field === field);
    return future;
  });
  assertThrows(() => write((r) => r.call("two", [stray])), TypeError, "another");
  assertThrows(
    () =>
      write((r) => {
        r.call("two");
        return stray;
      }),
    TypeError,
    "another",
  );
});

Deno.test("writeRequest refuses what can't be sent", () => {
  assertThrows(() => write(() => 1), TypeError, "at least one");
  assertThrows(() => write((r) => r.call("")), TypeError, "function name");
  assertThrows(() => write((r) => r.call("f", [1n])), TypeError, "JSON");
  assertThrows(
    () =>
      write((r) => {
        for (let count = 0; count < 257; count += 1) r.call("f");
      }),
    RangeError,
    "256",
  );
});

Deno.test("writeRequest leaves arguments without futures as JSON says them", () => {
  fc.assert(fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), (args) => {
    const { commands } = write((r) => r.call("f", args));
    const expected: JsonValue = JSON.parse(JSON.stringify(args));
    assertEquals<unknown>(commands[0]?.args, expected);
  }));
});

Deno.test("writeRequest takes arguments as they are when the call is noted", () => {
  const list = [1];
  const { commands } = write((r) => {
    const future = r.call("f", [list]);
    list.push(2);
    return future;
  });
  assertEquals<unknown>(commands[0]?.args, [[1]]);
  assertNotEquals(list, [1]);
});
