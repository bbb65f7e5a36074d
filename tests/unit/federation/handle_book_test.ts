import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { HandleBook } from "../../../lib/federation/handle_book.ts";
import { LinkColumns } from "../../../lib/federation/link_columns.ts";

Deno.test("HandleBook never gives a number twice", () => {
  const book = new HandleBook(new LinkColumns().given);
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
  const book = new HandleBook(new LinkColumns().taken);
  book.bind(70, 3);
  book.bind(71, 4);
  assertEquals([book.group(70), book.handle(3), book.size], [3, 70, 2]);
  book.end(3);
  book.end(99);
  assertEquals([book.group(70), book.handle(3), [...book.groups()]], [undefined, undefined, [4]]);
});

Deno.test("HandleBook agrees with a Map over any series of handles, ascending or not", () => {
  const change = fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constant("add"), number: fc.nat(200) }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant("end"), number: fc.nat(60) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("clear"), number: fc.nat(60) }) },
  );
  fc.assert(fc.property(fc.boolean(), fc.array(change, { maxLength: 120 }), (isGiver, changes) => {
    const columns = new LinkColumns();
    const book = new HandleBook(columns.taken);
    const twin = new Map<number, number>();
    const groupsOfTwin = (): number[] => [...twin.values()].sort((a, b) => a - b);
    for (const { type, number } of changes) {
      const group = number % 60;
      if (type === "clear" && number < 6) {
        book.clear();
        twin.clear();
      } else if (type === "end") {
        book.end(group);
        for (const [handle, of] of twin) if (of === group) twin.delete(handle);
      } else if (!groupsOfTwin().includes(group) && (isGiver || !twin.has(number))) {
        if (!isGiver) book.bind(number, group);
        twin.set(isGiver ? book.give(group) : number, group);
      }
      assertEquals([...book.groups()].sort((a, b) => a - b), groupsOfTwin());
      assertEquals(book.size, twin.size);
      for (let handle = 0; handle < 260; handle++) {
        assertEquals(book.group(handle), twin.get(handle));
      }
      for (const [handle, of] of twin) assertEquals(book.handle(of), handle);
      assertEquals(columns.given.get(group), 0);
    }
  }));
});
