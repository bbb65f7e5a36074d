import { assertEquals, assertThrows } from "@std/assert";
import { LinkRows } from "../../../lib/federation/link_rows.ts";
import { LinkSession } from "../../../lib/federation/link_session.ts";
import { SessionSlots } from "../../../lib/federation/session_slots.ts";
import { clusterId } from "../../../lib/protocol/names.ts";
import { url } from "./router_talk.ts";

function open(slots: SessionSlots, link: number): LinkSession {
  const peer = { url: url("p"), cluster: clusterId("c") };
  const judge = (): { in: boolean; out: boolean } => ({ in: true, out: true });
  const rows = new LinkRows();
  return slots.open(
    link,
    (slot) => new LinkSession({ link, slot, peer, kind: "vector", rows, judge }),
  );
}

Deno.test("SessionSlots gives the lowest free slot", () => {
  const slots = new SessionSlots();
  const [first, second] = [open(slots, 10), open(slots, 11)];
  assertEquals([first.slot, second.slot, slots.slotCount], [0, 1, 2]);
  slots.close(first);
  assertEquals([slots.at(0), slots.byLink.size], [undefined, 1]);
  assertEquals([open(slots, 12).slot, slots.slotCount], [0, 2]);
});

Deno.test("SessionSlots refuses a link that is up already", () => {
  const slots = new SessionSlots();
  open(slots, 10);
  assertThrows(() => open(slots, 10), RangeError, "10");
});
