import { assertEquals } from "@std/assert";
import { NO_LINK, OUT_OF_REACH } from "../../../lib/federation/best_paths.ts";
import {
  distanceColumn,
  NodeColumns,
  slotColumn,
  versionColumn,
} from "../../../lib/federation/distance_columns.ts";

Deno.test("Column grows by doubling and rests everywhere else", () => {
  const column = distanceColumn();
  assertEquals([column.capacity, column.get(1000)], [0, OUT_OF_REACH]);
  column.set(20, 3);
  assertEquals([column.capacity, column.get(20), column.get(21)], [32, 3, OUT_OF_REACH]);
  column.set(32, 4);
  assertEquals([column.capacity, column.get(20), column.get(32)], [64, 3, 4]);
});

Deno.test("Column takes no space for the resting value", () => {
  const column = versionColumn();
  column.set(5000, 0);
  assertEquals(column.capacity, 0);
});

Deno.test("Column holds the largest version and the slot that is none", () => {
  const versions = versionColumn();
  versions.set(0, 0xffff_ffff);
  assertEquals(versions.get(0), 0xffff_ffff);
  const slots = slotColumn();
  slots.set(0, 511);
  assertEquals([slots.get(0), slots.get(1)], [511, NO_LINK]);
});

Deno.test("NodeColumns forget one group and no other", () => {
  const node = new NodeColumns();
  for (const group of [1, 2]) {
    for (const column of [node.distance, node.via, node.second]) column.set(group, 1);
  }
  node.reset(1);
  const read = (group: number): number[] =>
    [node.distance, node.via, node.second].map((column) => column.get(group));
  assertEquals([read(1), read(2)], [[255, -1, 255], [1, 1, 1]]);
});
