import { assertEquals } from "@std/assert";
import { MarkedGroups } from "../../../lib/federation/marked_groups.ts";
import { GroupRows } from "../../../lib/federation/node_columns.ts";
import { BitColumn } from "../../../lib/federation/row_columns.ts";

function groupsOf(bit: number): MarkedGroups {
  return new MarkedGroups(new BitColumn(new GroupRows(1), 0, bit));
}

Deno.test("MarkedGroups give each group once, in order of addition, and are empty afterwards", () => {
  const groups = groupsOf(9);
  for (const group of [7, 3, 7, 900, 3]) groups.add(group);
  assertEquals([groups.size, groups.has(900), groups.has(4)], [3, true, false]);
  assertEquals(groups.take(), [7, 3, 900]);
  assertEquals([groups.size, groups.has(7), groups.take()], [0, false, []]);
  groups.add(3);
  assertEquals(groups.take(), [3]);
});

Deno.test("MarkedGroups leave out what was deleted, and give what came back once", () => {
  const groups = groupsOf(9);
  for (const group of [1, 2, 3]) groups.add(group);
  for (const group of [2, 3, 99]) groups.delete(group);
  groups.add(3);
  assertEquals([groups.has(2), groups.has(3)], [false, true]);
  assertEquals(groups.take(), [1, 3]);
});
