import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { groupKey, GroupTable } from "../../../lib/federation/group_table.ts";
import { clusterId, incarnation, maxHops } from "../../../lib/protocol/names.ts";
import { group, url } from "./router_talk.ts";

Deno.test("groupKey tells names apart by every part", () => {
  const names = [
    group("a"),
    group("b"),
    group("a", { incarnation: incarnation("L2") }),
    group("a", { maxHops: maxHops(4) }),
    group("a", { scope: "c" }),
    group("a", { cluster: clusterId("d") }),
    group("a", { writer: url("w"), base: 1 }),
    group("a", { writer: url("w"), base: 2 }),
  ];
  assertEquals(new Set(names.map(groupKey)).size, names.length);
});

Deno.test("GroupTable gives equal names one number", () => {
  const table = new GroupTable();
  const index = table.intern(group("a"));
  assertEquals(table.intern(group("a")), index);
  assertEquals(table.find(group("a")), index);
  assertNotEquals(table.intern(group("b")), index);
  assertEquals([table.size, table.name(index).origin], [2, url("a")]);
});

Deno.test("GroupTable gives a released number to the next newcomer", () => {
  const table = new GroupTable();
  const index = table.intern(group("a"));
  table.intern(group("b"));
  table.release(index);
  assertEquals(table.find(group("a")), undefined);
  assertThrows(() => table.name(index), RangeError, `${index}`);
  assertEquals(table.intern(group("c")), index);
  table.release(99);
  assertEquals(table.size, 2);
});

Deno.test("GroupTable finds all groups of an origin", () => {
  const table = new GroupTable();
  const first = table.intern(group("a"));
  const second = table.intern(group("a", { maxHops: maxHops(7) }));
  table.intern(group("b"));
  assertEquals([...table.ofOrigin(url("a"))], [first, second]);
  table.release(first);
  table.release(second);
  assertEquals([...table.ofOrigin(url("a"))], []);
  assertEquals([...table.indexes()].length, 1);
});
