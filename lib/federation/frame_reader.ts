/**
 * Applies what a neighbour sent, one frame as one event.
 *
 * @module
 */

import { GROUPS_PER_LINK_MAX } from "../protocol/limits.ts";
import type {
  DigestMessage,
  NameMessage,
  OffersMessage,
  PropagationMessage,
  ReachMessage,
  ResyncMessage,
  WantMessage,
} from "../protocol/v1_messages.ts";
import { OUT_OF_REACH } from "./best_paths.ts";
import type { LinkSession } from "./link_session.ts";
import { appliedDelta } from "./offer_set.ts";
import {
  groupFault,
  handleFault,
  isSeq,
  offersFault,
  reachFault,
  setFault,
} from "./peer_checks.ts";
import type { RoutingTable } from "./routing_table.ts";

const BYTE = 0xff;
const BYTE_BITS = 8;

/**
 * Applies the messages in order. At the first one that breaks the protocol the rest is left, and a sentence about it
 * returned; what was applied until then is consistent, and goes when the session is dropped.
 */
export function readFrame(
  table: RoutingTable,
  session: LinkSession,
  messages: readonly PropagationMessage[],
  tombstonesMax: number,
): string | undefined {
  const reader = new FrameReader(table, session, tombstonesMax);
  for (const message of messages) {
    const fault = reader.read(message);
    if (fault !== undefined) {
      reader.finish();
      return fault;
    }
  }
  reader.finish();
  return undefined;
}

/** Takes back everything the session said: before a fresh start. */
export function restartIncoming(table: RoutingTable, session: LinkSession): void {
  const reader = new FrameReader(table, session, 0);
  reader.restart();
  reader.finish();
}

class FrameReader {
  readonly #table: RoutingTable;
  readonly #session: LinkSession;
  readonly #tombstonesMax: number;
  /** What the session told about a group before the frame, before and after policy: one number, each a byte of it. */
  readonly #before = new Map<number, number>();

  constructor(table: RoutingTable, session: LinkSession, tombstonesMax: number) {
    this.#table = table;
    this.#session = session;
    this.#tombstonesMax = tombstonesMax;
  }

  read(message: PropagationMessage): string | undefined {
    switch (message.type) {
      case "digest":
        return this.#digest(message);
      case "resync":
        return this.#resync(message);
      case "fresh":
        this.#session.discarding = false;
        this.restart();
        this.#open();
        return undefined;
      case "want":
        return this.#want(message);
      default:
        return this.#session.discarding ? undefined : this.#told(message);
    }
  }

  /** Draws the consequences, once per group. */
  finish(): void {
    for (const [group, before] of this.#before) {
      this.#table.hopsChanged(this.#session, group, before & BYTE);
      // What we tell a peer may depend on whether it advertises the group to us.
      const told = before >>> BYTE_BITS;
      if (this.#session.columns.in.get(group) !== told) this.#table.touch(this.#session, group);
      this.#table.noteIdle(group);
    }
  }

  restart(): void {
    for (const group of this.#session.taken.groups()) {
      this.#remember(group);
      this.#session.columns.in.set(group, OUT_OF_REACH);
    }
    this.#session.taken.clear();
    this.#session.wants.clear();
  }

  #told(message: NameMessage | ReachMessage | OffersMessage): string | undefined {
    if (!this.#session.ready) return `A session begins with a digest, not with ${message.type}`;
    switch (message.type) {
      case "name":
        return this.#name(message);
      case "reach":
        return this.#reach(message);
      case "offers":
        return this.#offers(message);
    }
  }

  /** The peer may be told of everything. */
  #open(): void {
    this.#session.ready = true;
    this.#table.touchReachable(this.#session);
  }

  #digest(message: DigestMessage): string | undefined {
    const session = this.#session;
    if (session.ready) return "A second digest in one session";
    session.digestSize += message.held.length;
    const fault = this.#held(message, session.digestSize);
    if (fault === undefined && message.last) this.#open();
    return fault;
  }

  #resync(message: ResyncMessage): string | undefined {
    const { columns, given } = this.#session;
    for (const group of [...given.groups()]) {
      columns.out.set(group, OUT_OF_REACH);
      columns.told.set(group, 0);
      this.#session.endGiven(group);
      this.#table.noteIdle(group);
    }
    for (const group of this.#table.groups.indexes()) {
      // What the peer advertises it holds, and we may be about to ask for it.
      if (columns.in.get(group) === OUT_OF_REACH) columns.heard.set(group, 0);
      // The peer may have dropped our wishes too, our digest, or our own resync.
      else this.#table.askIfBehind(this.#session, group);
    }
    if (this.#session.discarding) this.#session.resyncDue = true;
    this.#session.freshDue = true;
    this.#open();
    return this.#held(message, message.held.length);
  }

  #held({ held }: DigestMessage | ResyncMessage, size: number): string | undefined {
    if (size > GROUPS_PER_LINK_MAX) return `More than ${GROUPS_PER_LINK_MAX} groups in a digest`;
    const { heard } = this.#session.columns;
    for (const { group: name, seq } of held) {
      const fault = isSeq(seq) ? groupFault(name) : `Not a version: ${seq}`;
      if (fault !== undefined) return fault;
      // A group that we don't know is of no use yet: it would only take memory.
      const group = this.#table.groups.find(name);
      if (group !== undefined) heard.set(group, Math.max(heard.get(group), seq));
    }
    return undefined;
  }

  #name({ handle, group: name }: NameMessage): string | undefined {
    const { taken } = this.#session;
    const fault = groupFault(name) ?? handleFault(handle, taken.size);
    if (fault !== undefined) return fault;
    if (taken.group(handle) !== undefined) return `Handle ${handle} is in use`;
    const known = this.#table.groups.find(name);
    if (known !== undefined && taken.handle(known) !== undefined) {
      return `A group of ${name.origin} is named twice`;
    }
    const group = this.#table.intern(name);
    this.#remember(group);
    taken.bind(handle, group);
    return undefined;
  }

  #reach(message: ReachMessage): string | undefined {
    const session = this.#session;
    const group = session.taken.group(message.handle);
    if (group === undefined) return `Unknown handle: ${message.handle}`;
    const name = this.#table.groups.name(group);
    const fault = reachFault(message, name, session.peer);
    if (fault !== undefined) return fault;
    this.#remember(group);
    const { hopCount, seq } = message;
    if (hopCount === undefined) {
      session.columns.in.set(group, OUT_OF_REACH);
      session.taken.end(group);
      session.wants.delete(group);
      return undefined;
    }
    const isUseful = hopCount < name.maxHops;
    session.columns.in.set(group, isUseful ? hopCount : OUT_OF_REACH);
    if (isUseful) session.columns.heard.set(group, seq);
    this.#table.askIfBehind(session, group);
    return undefined;
  }

  #offers(message: OffersMessage): string | undefined {
    const session = this.#session;
    const group = session.taken.group(message.handle);
    if (group === undefined) return `Unknown handle: ${message.handle}`;
    const fault = offersFault(message);
    if (fault !== undefined) return fault;
    this.#remember(group);
    const { heard } = session.columns;
    heard.set(group, Math.max(heard.get(group), message.to));
    const held = this.#table.content(group);
    const seq = held?.seq ?? 0;
    if (!session.passesIn(group) || message.to <= seq) return undefined;
    if (message.from > seq) {
      session.wants.add(group);
      return undefined;
    }
    const set = appliedDelta(held, message, this.#tombstonesMax);
    const setFaulty = setFault(set, message.final);
    if (setFaulty !== undefined) return setFaulty;
    this.#table.setContent(group, set);
    return undefined;
  }

  #want({ handle, have }: WantMessage): string | undefined {
    const { given, columns } = this.#session;
    if (!isSeq(have)) return `Not a version: ${have}`;
    const group = given.group(handle);
    if (group === undefined) {
      // We may have taken the group back while the wish was on its way.
      return given.wasGiven(handle) ? undefined : `Unknown handle: ${handle}`;
    }
    columns.told.set(group, have);
    columns.heard.set(group, have);
    this.#session.touch(group);
    return undefined;
  }

  #remember(group: number): void {
    if (this.#before.has(group)) return;
    const told = this.#session.columns.in.get(group);
    this.#before.set(group, told << BYTE_BITS | this.#session.hops(group));
  }
}
