import { assertEquals } from "@std/assert";
import { HandleBook } from "../../../lib/federation/handle_book.ts";

Deno.test("HandleBook never gives a number twice", () => {
  const book = new HandleBook("self");
  const first = book.give(5);
  book.end(5);
  const second = book.give(5);
  book.clear();
  const third = book.give(6);
  assertEquals(new Set([first, second, third]).size, 3);
  assertEquals([first, second, third, third + 1, 0].map((handle) => book.wasGiven(handle)), [
    true,
    true,
    true,
    false,
    false,
  ]);
});

Deno.test("HandleBook reads in both directions and ends a handle in both", () => {
  const book = new HandleBook("peer");
  book.bind(70, 3);
  book.bind(71, 4);
  assertEquals([book.group(70), book.handle(3), book.size], [3, 70, 2]);
  book.end(3);
  book.end(99);
  assertEquals([book.group(70), book.handle(3), [...book.groups()]], [undefined, undefined, [4]]);
});
