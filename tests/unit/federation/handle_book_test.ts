import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { GivenHandles, TakenHandles } from "../../../lib/federation/handle_book.ts";
import { LinkColumns } from "../../../lib/federation/link_columns.ts";
import { LinkRows } from "../../../lib/federation/link_rows.ts";

function columns(): LinkColumns {
  return new LinkColumns(new LinkRows(), 0);
}

function given(link = columns()): GivenHandles {
  return new GivenHandles(link.given, link.groups.bind(link));
}

Deno.test("GivenHandles never give a number twice", () => {
  const book = given();
  const first = book.give(5);
  book.end(5);
  const second = book.give(5);
  book.end(5);
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

Deno.test("TakenHandles read in both directions and end a handle in both", () => {
  const book = new TakenHandles(columns().taken);
  book.bind(70, 3);
  book.bind(71, 4);
  assertEquals([book.group(70), book.handle(3), book.size], [3, 70, 2]);
  book.end(3);
  book.end(99);
  assertEquals([book.group(70), book.handle(3), [...book.groups()]], [undefined, undefined, [4]]);
});

interface Change {
  readonly type: "add" | "end" | "clear" | "ask";
  readonly number: number;
}

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant("add"), number: fc.nat(200) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("end"), number: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("clear"), number: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("ask"), number: fc.nat(60) }) },
);
const changes = fc.array(change, { maxLength: 120 });

function agree(book: GivenHandles | TakenHandles, twin: ReadonlyMap<number, number>): void {
  const groups = [...twin.values()].sort((a, b) => a - b);
  assertEquals([...book.groups()].sort((a, b) => a - b), groups);
  assertEquals(book.size, twin.size);
  for (const [handle, group] of twin) assertEquals(book.handle(group), handle);
}

Deno.test("TakenHandles agree with a Map over any series of handles, ascending or not", () => {
  fc.assert(fc.property(changes, (changes) => {
    const link = columns();
    const book = new TakenHandles(link.taken);
    const twin = new Map<number, number>();
    for (const { type, number } of changes) {
      const group = number % 60;
      if (type === "clear" && number < 6) {
        book.clear();
        twin.clear();
      } else if (type === "end") {
        book.end(group);
        for (const [handle, of] of twin) if (of === group) twin.delete(handle);
      } else if (type === "add" && ![...twin.values()].includes(group) && !twin.has(number)) {
        book.bind(number, group);
        twin.set(number, group);
      }
      agree(book, twin);
      for (let handle = 0; handle < 260; handle++) {
        assertEquals(book.group(handle), twin.get(handle));
      }
      assertEquals(link.given.get(group), 0);
    }
  }));
});

Deno.test("GivenHandles agree with a Map, whenever they are first asked for a handle", () => {
  fc.assert(fc.property(changes, (changes) => {
    const book = given();
    const twin = new Map<number, number>();
    for (const { type, number } of changes) {
      const group = number % 60;
      if (type === "ask") {
        for (let handle = 0; handle < 150; handle++) {
          assertEquals(book.group(handle), twin.get(handle));
        }
      } else if (type === "end") {
        book.end(group);
        for (const [handle, of] of twin) if (of === group) twin.delete(handle);
      } else if (type === "add" && ![...twin.values()].includes(group)) {
        twin.set(book.give(group), group);
      }
      agree(book, twin);
    }
  }));
});
