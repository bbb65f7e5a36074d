/**
 * Puts together what a neighbour must hear: one frame per link and turn, only last values.
 *
 * @module
 */

import { GROUPS_PER_LINK_MAX } from "../protocol/limits.ts";
import { hopCount } from "../protocol/names.ts";
import type { OffersMessage, PropagationMessage } from "../protocol/v1_messages.ts";
import { OUT_OF_REACH } from "./best_paths.ts";
import { digestMessages, type Held, resyncMessage } from "./digests.ts";
import type { LinkSession } from "./link_session.ts";
import { deltaSince, isFinal, type OfferSet } from "./offer_set.ts";
import type { RoutingTable } from "./routing_table.ts";

interface Frame {
  readonly names: PropagationMessage[];
  readonly offers: PropagationMessage[];
  readonly reaches: PropagationMessage[];
}

/** Everything due on a `farcall.v1` link; its dirty set is empty afterwards. */
export function writeFrame(table: RoutingTable, session: LinkSession): PropagationMessage[] {
  const frame: Frame = { names: [], offers: [], reaches: [] };
  const opening = writeOpening(table, session);
  for (const group of session.dirty.take()) {
    writeGroup(table, session, group, frame);
    table.noteIdle(group);
  }
  return [
    ...opening,
    ...frame.names,
    ...frame.offers,
    ...frame.reaches,
    ...writeWants(table, session),
  ];
}

/** What the peer must know to speak to us; nothing is announced. */
export function writeRequests(table: RoutingTable, session: LinkSession): PropagationMessage[] {
  return [...writeOpening(table, session), ...writeWants(table, session)];
}

/** What is due on a link of the reference's dialect: the target of each group that changed, or whose content did. */
export function writeFlood(
  table: RoutingTable,
  session: LinkSession,
  tell: (group: number, hops: number) => void,
): void {
  const { out, told } = session.columns;
  for (const group of session.dirty.take()) {
    const target = table.target(session, group);
    const seq = target === OUT_OF_REACH ? 0 : table.seq(group);
    if (target !== out.get(group) || seq !== told.get(group)) tell(group, target);
    out.set(group, target);
    told.set(group, seq);
    table.noteIdle(group);
  }
}

function writeOpening(table: RoutingTable, session: LinkSession): PropagationMessage[] {
  const opening: PropagationMessage[] = [];
  if (session.digestDue) opening.push(...digestMessages(heldFor(table, session)));
  if (session.resyncDue) opening.push(resyncMessage(heldFor(table, session)));
  if (session.freshDue) opening.push({ type: "fresh" });
  session.digestDue = session.resyncDue = session.freshDue = false;
  return opening;
}

/** What we hold of that which the peer may tell us. */
function heldFor(table: RoutingTable, session: LinkSession): readonly Held[] {
  const held = [...table.groups.indexes()]
    .filter((group) => table.seq(group) > 0 && session.passesIn(group))
    .map((group) => ({ group: table.groups.name(group), seq: table.seq(group) }));
  for (const kept of table.retained.held()) {
    if (table.passage(session, kept.group).in) held.push(kept);
  }
  // A digest only saves work: leaving something out is never wrong.
  return held.slice(0, GROUPS_PER_LINK_MAX);
}

function writeGroup(
  table: RoutingTable,
  session: LinkSession,
  group: number,
  frame: Frame,
): void {
  const { columns, given } = session;
  const content = table.content(group);
  if (content === undefined) return;
  const target = table.target(session, group);
  const isTold = target !== OUT_OF_REACH;
  if (isTold && given.handle(group) === undefined && !session.hasRoom()) {
    session.crowded.add(group);
    return;
  }
  const wasTold = columns.out.get(group) !== OUT_OF_REACH;
  if (!isTold && !wasTold) return;
  const handle = given.handle(group) ?? nameGroup(table, session, group, frame);

  const { seq } = content;
  const since = Math.max(columns.told.get(group), columns.heard.get(group));
  // The last word of an origin that took all back travels even where the group is out of reach by now: it saves the
  // nodes behind the count to infinity.
  if (seq > since && (isTold || isFinal(content))) {
    frame.offers.push(offersMessage(handle, content, since));
    columns.told.set(group, seq);
    columns.heard.set(group, seq);
  }

  // A peer that advertises the group holds what it says. One that does not may have forgotten what it once held: it
  // gets the header again, and asks.
  const knows = columns.in.get(group) !== OUT_OF_REACH && columns.heard.get(group) >= seq;
  if (target !== columns.out.get(group) || (isTold && seq > columns.told.get(group) && !knows)) {
    frame.reaches.push({
      type: "reach",
      handle,
      hopCount: isTold ? hopCount(target) : undefined,
      seq,
    });
    columns.out.set(group, target);
    columns.told.set(group, isTold ? seq : 0);
    if (!isTold) session.endGiven(group);
  }
}

function nameGroup(
  table: RoutingTable,
  session: LinkSession,
  group: number,
  frame: Frame,
): number {
  const handle = session.given.give(group);
  frame.names.push({ type: "name", handle, group: table.groups.name(group) });
  return handle;
}

function offersMessage(handle: number, content: OfferSet, since: number): OffersMessage {
  const { from, to, final, add, del, floor } = deltaSince(content, since);
  return { type: "offers", handle, from, to, final, add, del, floor };
}

function writeWants(table: RoutingTable, session: LinkSession): PropagationMessage[] {
  const wants: PropagationMessage[] = [];
  for (const group of session.wants.take()) {
    const handle = session.taken.handle(group);
    const have = table.seq(group);
    // Another link may have brought the content in the meantime.
    if (handle !== undefined && have < session.columns.heard.get(group)) {
      wants.push({ type: "want", handle, have });
    }
  }
  return wants;
}
