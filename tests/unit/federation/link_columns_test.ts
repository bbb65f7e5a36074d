import { assertEquals } from "@std/assert";
import { LinkColumns } from "../../../lib/federation/link_columns.ts";

function read(link: LinkColumns, group: number): number[] {
  return [link.in, link.out, link.flags, link.told, link.heard].map((column) => column.get(group));
}

function write(link: LinkColumns, group: number, numbers: readonly number[]): void {
  [link.in, link.out, link.flags, link.told, link.heard].forEach((column, at) => {
    column.set(group, numbers[at] ?? 0);
  });
}

Deno.test("LinkColumns keep five numbers of each group apart", () => {
  const link = new LinkColumns();
  const numbers = (group: number): number[] => [
    group % 17,
    group % 5,
    group % 8,
    0xffff_ffff - group,
    group,
  ];
  for (let group = 0; group < 300; group += 3) write(link, group, numbers(group));
  for (let group = 0; group < 300; group++) {
    assertEquals(read(link, group), group % 3 === 0 ? numbers(group) : [255, 255, 0, 0, 0]);
  }
});

Deno.test("LinkColumns forget one group and no other, and start a newcomer from rest", () => {
  const link = new LinkColumns();
  for (const group of [1, 2]) write(link, group, [1, 2, 3, 4, 5]);
  link.reset(1);
  link.reset(99);
  assertEquals([read(link, 1), read(link, 2)], [[255, 255, 0, 0, 0], [1, 2, 3, 4, 5]]);
  link.told.set(7, 9);
  assertEquals(read(link, 7), [255, 255, 0, 9, 0]);
});

Deno.test("LinkColumns clear the flags of all groups and nothing else", () => {
  const link = new LinkColumns();
  for (const group of [1, 2]) write(link, group, [1, 2, 3, 4, 5]);
  link.flags.clear();
  assertEquals([read(link, 1), read(link, 2)], [[1, 2, 0, 4, 5], [1, 2, 0, 4, 5]]);
});
