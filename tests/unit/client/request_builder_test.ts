import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type RequestBuilder, writeRequest } from "../../../lib/client/request_builder.ts";
import type { Future } from "../../../lib/client/future.ts";
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
  assertEquals(commands[1]?.args, ["~secret-0.body", { deep: ["~secret-0.head.title"] }]);
  assertEquals(commands[1]?.kwargs, { of: "~secret-0" });
  assertEquals(wanted, undefined);
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
    assertThrows(() => future["a.b"], TypeError, "a.b");
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
