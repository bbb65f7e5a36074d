import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotMatch,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
  fail,
  unreachable,
} from "@std/assert";

/** Plain JavaScript, so that a broken assertion cannot hide itself. */
function mustFail(name: string, run: () => unknown): void {
  Deno.test(`${name} fails when it should`, () => {
    try {
      run();
    } catch (error) {
      if (error instanceof AssertionError) return;
      throw error;
    }
    throw new Error(`${name} passed`);
  });
}

const loop: { self?: unknown } = {};
loop.self = loop;

for (
  const [a, b, same] of [
    [1, 1, true],
    [NaN, NaN, true],
    [1, "1", false],
    [null, undefined, false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: undefined }, {}, false],
    [[1, [2]], [1, [2]], true],
    [[1, 2], [1], false],
    [new Set([{ a: 1 }, 2]), new Set([2, { a: 1 }]), true],
    [new Map([["a", [1]]]), new Map([["a", [1]]]), true],
    [new Map([["a", [1]]]), new Map([["a", [2]]]), false],
    [new Uint8Array([1, 2]), new Uint8Array([1, 2]), true],
    [new Uint8Array([1, 2]), new Uint8Array([1, 3]), false],
    [new Date(5), new Date(5), true],
    [new Date(5), new Date(6), false],
    [/a/g, /a/i, false],
    [new URL("ws://a/"), new URL("ws://a/"), true],
    [new URL("ws://a/"), new URL("ws://b/"), false],
    [new Error("a"), new Error("a"), true],
    [new Error("a"), new TypeError("a"), false],
    [loop, loop, true],
    [Object.create(null), {}, true],
  ] as const
) {
  Deno.test(`equal says ${same} for ${Deno.inspect(a)} and ${Deno.inspect(b)}`, () => {
    if (equal(a, b) !== same) throw new Error("it says the other");
  });
}

mustFail("assert", () => assert(0));
mustFail("assertFalse", () => assertFalse(1));
mustFail("assertEquals", () => assertEquals({ a: 1 }, { a: 2 }));
mustFail("assertNotEquals", () => assertNotEquals([1], [1]));
mustFail("assertStrictEquals", () => assertStrictEquals({}, {}));
mustFail("assertExists", () => assertExists(null));
mustFail("assertGreater", () => assertGreater(1, 1));
mustFail("assertGreaterOrEqual", () => assertGreaterOrEqual(1, 2));
mustFail("assertLess", () => assertLess(1, 1));
mustFail("assertLessOrEqual", () => assertLessOrEqual(2, 1));
mustFail("assertAlmostEquals", () => assertAlmostEquals(1, 1.1));
mustFail("assertMatch", () => assertMatch("a", /b/));
mustFail("assertNotMatch", () => assertNotMatch("a", /a/));
mustFail("assertStringIncludes", () => assertStringIncludes("abc", "d"));
mustFail("assertArrayIncludes", () => assertArrayIncludes([{ a: 1 }], [{ a: 2 }]));
mustFail("assertObjectMatch", () => assertObjectMatch({ a: { b: 1 } }, { a: { b: 2 } }));
mustFail("assertInstanceOf", () => assertInstanceOf({}, Error));
mustFail("assertThrows", () => assertThrows(() => 1));
mustFail("assertThrows of a class", () =>
  assertThrows(() => {
    throw new Error("a");
  }, TypeError));
mustFail("fail", () => fail());
mustFail("unreachable", () => unreachable());

Deno.test("the comparing assertions pass when they should", () => {
  assertEquals([1], [1]);
  assertNotEquals({ a: 1 }, { a: 2 });
  assertGreaterOrEqual(1, 1);
  assertLessOrEqual(1, 1);
  assertAlmostEquals(0.1 + 0.2, 0.3);
  assertArrayIncludes([1, { a: 1 }], [{ a: 1 }]);
  assertObjectMatch({ a: { b: 1, c: 2 }, d: 3 }, { a: { b: 1 } });
});

Deno.test("assertRejects tells a rejection from a value and from a throw", async () => {
  await assertRejects(() => Promise.reject(new RangeError("far")), RangeError, "far");
  await assertRejects(() => assertRejects(() => Promise.resolve(1)), AssertionError);
  await assertRejects(
    () =>
      assertRejects(() => {
        throw new Error("at once");
      }),
    AssertionError,
  );
});
