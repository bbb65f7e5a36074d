import { assertEquals } from "@std/assert";
import { NarrowNumbers } from "../../../lib/federation/narrow_numbers.ts";

function all(numbers: NarrowNumbers): number[] {
  return Array.from({ length: numbers.length }, (_, at) => numbers.get(at));
}

Deno.test("NarrowNumbers keep what they hold when a number needs more bytes", () => {
  const numbers = new NarrowNumbers();
  numbers.resize(3);
  numbers.set(0, 7);
  numbers.set(1, 0xffff);
  numbers.set(2, 0xffff_ffff);
  assertEquals(all(numbers), [7, 0xffff, 0xffff_ffff]);
  numbers.set(0, 0x1_0000);
  numbers.resize(4);
  assertEquals(all(numbers), [0x1_0000, 0xffff, 0xffff_ffff, 0]);
});

Deno.test("NarrowNumbers grow to the double and later by a half, shrink to what is asked for, and read 0 beyond the end", () => {
  const numbers = new NarrowNumbers();
  assertEquals([numbers.length, numbers.get(0)], [0, 0]);
  numbers.reserve(1, 4);
  numbers.set(3, 9);
  numbers.reserve(4, 4);
  assertEquals(all(numbers), [0, 0, 0, 9]);
  numbers.reserve(5, 4);
  assertEquals([numbers.length, numbers.get(3), numbers.get(99)], [10, 9, 0]);
  numbers.reserve(1000, 4);
  assertEquals(numbers.length, 1500);
  numbers.resize(2);
  numbers.resize(4);
  assertEquals(all(numbers), [0, 0, 0, 0]);
});
