import { assertEquals } from "@std/assert";
import { NO_LINK, OUT_OF_REACH } from "../../../lib/federation/best_paths.ts";
import type { Marks } from "../../../lib/federation/marked_groups.ts";
import { distanceColumn, GroupRows, NodeColumns } from "../../../lib/federation/node_columns.ts";
import { WordColumn } from "../../../lib/federation/row_columns.ts";

Deno.test("GroupRows grow when a group needs a place, and take none for what was never written", () => {
  const rows = new GroupRows(3);
  const column = new WordColumn(rows, 2);
  column.set(5000, 0);
  assertEquals([rows.capacity, column.get(5000)], [0, 0]);
  column.set(20, 7);
  assertEquals([rows.capacity >= 21, rows.capacity < 5000], [true, true]);
  column.set(2000, 0xffff_ffff);
  assertEquals([20, 21, 2000].map((group) => column.get(group)), [7, 0, 0xffff_ffff]);
});

Deno.test("A column of distances rests out of reach", () => {
  const column = distanceColumn();
  column.set(20, 3);
  assertEquals([19, 20, 1000].map((group) => column.get(group)), [OUT_OF_REACH, 3, OUT_OF_REACH]);
});

function columnsOf(node: NodeColumns): Marks[] {
  const { distance, second, via, shown, changed, renewed, idle, before, seq, floor } = node;
  return [distance, second, via, shown, changed, renewed, idle, before, seq, floor];
}

Deno.test("NodeColumns keep the numbers of a group apart, and forget one group and no other", () => {
  const node = new NodeColumns();
  const written = [1, 2, 511, 4, 1, 0, 1, 0x1ff, 0xffff_ffff, 70_000];
  const resting = [OUT_OF_REACH, OUT_OF_REACH, NO_LINK, OUT_OF_REACH, 0, 0, 0, 0, 0, 0];
  const read = (group: number): number[] => columnsOf(node).map((column) => column.get(group));
  for (const group of [1, 2]) {
    columnsOf(node).forEach((column, at) => column.set(group, written[at] ?? 0));
  }
  node.reset(1);
  assertEquals([read(1), read(2), read(3)], [resting, written, resting]);
});
