import { assert, assertEquals, assertThrows } from "@std/assert";
import { seededRandom } from "../../../lib/protocol/seeded_random.ts";

function row(seed: readonly number[], length: number): number[] {
  const random = seededRandom(Uint32Array.from(seed));
  return Array.from({ length }, random);
}

/** The published recurrence in exact arithmetic, word by word. */
function exactRow(seed: readonly [bigint, bigint, bigint, bigint], length: number): number[] {
  const word = (value: bigint): bigint => BigInt.asUintN(32, value);
  let [a, b, c, counter] = seed;
  const row: number[] = [];
  for (let drawn = 0; drawn < 16 + length; drawn++) {
    const out = word(a + b + counter);
    counter = word(counter + 1n);
    a = b ^ (b >> 9n);
    b = word(c + (c << 3n));
    c = word((word(c << 21n) | (c >> 11n)) + out);
    if (drawn >= 16) row.push(Number(out) / 2 ** 32);
  }
  return row;
}

Deno.test("seededRandom gives what the published recurrence gives", () => {
  assertEquals(row([1, 2, 3, 4], 1_000), exactRow([1n, 2n, 3n, 4n], 1_000));
  const high = 0xffff_ffff;
  assertEquals(
    row([high, high, high, high], 100),
    exactRow(
      [-1n, -1n, -1n, -1n].map(
        (word) => BigInt.asUintN(32, word),
      ) as [bigint, bigint, bigint, bigint],
      100,
    ),
  );
});

Deno.test("seededRandom gives other rows for other seeds, and leaves the seed as it is", () => {
  const seed = Uint32Array.of(0, 0, 0, 0);
  const random = seededRandom(seed);
  assert(random() !== row([1, 0, 0, 0], 1)[0]);
  assertEquals([...seed], [0, 0, 0, 0]);
});

Deno.test("seededRandom is even over [0, 1), also for the seed of zeros", () => {
  const tenths = new Array<number>(10).fill(0);
  for (const value of row([0, 0, 0, 0], 100_000)) {
    assert(value >= 0 && value < 1);
    const tenth = Math.floor(value * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  // Five standard deviations of a binomial with n = 100,000 and p = 0.1 are 474.
  for (const count of tenths) assert(Math.abs(count - 10_000) < 474, `${tenths}`);
});

Deno.test("seededRandom throws for a seed that has not four words", () => {
  assertThrows(() => seededRandom(new Uint32Array(3)), RangeError, "3");
});
