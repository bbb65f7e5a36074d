import { assertEquals } from "@std/assert";
import { LinkColumns } from "../../../lib/federation/link_columns.ts";
import { LinkRows } from "../../../lib/federation/link_rows.ts";
import type { Marks } from "../../../lib/federation/marked_groups.ts";

const RESTING = [255, 255, 0, 0, 0, 0, 0, 0, 0, 0];
const FULL = [1, 2, 3, 1, 1, 1, 5, 6, 7, 8];

function read(link: LinkColumns, group: number): number[] {
  return columnsOf(link).map((column) => column.get(group));
}

function columnsOf(link: LinkColumns): Marks[] {
  return [
    link.in,
    link.out,
    link.flags,
    link.dirty,
    link.wanted,
    link.crowded,
    link.told,
    link.heard,
    link.given,
    link.taken,
  ];
}

function write(link: LinkColumns, group: number, numbers: readonly number[]): void {
  columnsOf(link).forEach((column, at) => {
    column.set(group, numbers[at] ?? 0);
  });
}

Deno.test("LinkColumns keep ten numbers of each group apart", () => {
  const link = new LinkColumns(new LinkRows(), 0);
  const numbers = (group: number): number[] => [
    group % 17,
    group % 5,
    group % 8,
    group % 2,
    (group >> 1) % 2,
    (group >> 2) % 2,
    0xffff_ffff - group,
    group,
    group * 2,
    group * 3,
  ];
  for (let group = 0; group < 300; group += 3) write(link, group, numbers(group));
  for (let group = 0; group < 300; group++) {
    assertEquals(read(link, group), group % 3 === 0 ? numbers(group) : RESTING);
  }
});

Deno.test("LinkColumns forget one group and no other, and start a newcomer from rest", () => {
  const link = new LinkColumns(new LinkRows(), 0);
  for (const group of [1, 2]) write(link, group, FULL);
  link.reset(1);
  link.reset(99);
  assertEquals([read(link, 1), read(link, 2)], [RESTING, FULL]);
  link.told.set(7, 9);
  assertEquals(read(link, 7), RESTING.with(6, 9));
});

Deno.test("LinkColumns clear the flags of all groups and nothing else", () => {
  const link = new LinkColumns(new LinkRows(), 0);
  for (const group of [1, 2]) write(link, group, FULL);
  link.clearFlags();
  assertEquals([read(link, 1), read(link, 2)], [FULL.with(2, 0), FULL.with(2, 0)]);
});
