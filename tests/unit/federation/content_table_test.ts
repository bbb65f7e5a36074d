import { assertEquals } from "@std/assert";
import { ContentTable } from "../../../lib/federation/content_table.ts";
import { NodeColumns } from "../../../lib/federation/node_columns.ts";
import type { OfferSet } from "../../../lib/federation/offer_set.ts";
import { offer } from "./router_talk.ts";

const PLAIN: OfferSet = { seq: 3, offers: [offer(1, 2)], dels: [], floor: 1 };
const OLD: OfferSet = {
  seq: 0xffff_ffff,
  offers: [],
  dels: [{ id: 7, at: 70_000 }],
  floor: 69_999,
};

Deno.test("ContentTable gives back what it was given, and the offers themselves", () => {
  const table = new ContentTable(new NodeColumns());
  table.set(0, PLAIN);
  table.set(40, OLD);
  assertEquals([table.get(0), table.get(40)], [PLAIN, OLD]);
  assertEquals([table.seq(0), table.seq(40)], [3, 0xffff_ffff]);
  assertEquals(table.offers(0) === PLAIN.offers, true);
});

Deno.test("ContentTable forgets a content with its deletions", () => {
  const table = new ContentTable(new NodeColumns());
  for (const group of [1, 2]) table.set(group, OLD);
  table.delete(1);
  table.delete(99);
  table.set(2, PLAIN);
  assertEquals([table.get(1), table.seq(1), table.offers(1)], [undefined, 0, undefined]);
  assertEquals([table.get(2), table.get(50), table.seq(50)], [PLAIN, undefined, 0]);
  table.set(1, PLAIN);
  assertEquals(table.get(1), PLAIN);
});
