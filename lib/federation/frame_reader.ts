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
import type { WordColumn } from "./row_columns.ts";
import type { RoutingTable } from "./routing_table.ts";

const BYTE = 0xff;
/** Marks a hop count that identity or policy did not let count. */
const REFUSED = 0x100;

/** The reader of one node, for the frames of all its links. */
export class FrameReader {
  readonly #table: RoutingTable;
  readonly #tombstonesMax: number;
  /**
   * The hop count that the session told before the frame, and whether it counted, as one number, plus one; 0 = the
   * frame has not touched the group. It holds something only while a frame is read.
   */
  readonly #before: WordColumn;
  #touched: number[] = [];

  /** Reads into `table`; each set remembers `tombstonesMax` deletions. */
  constructor(table: RoutingTable, tombstonesMax: number) {
    this.#table = table;
    this.#before = table.node.before;
    this.#tombstonesMax = tombstonesMax;
  }

  /**
   * Applies the messages in order. At the first one that breaks the protocol the rest is left, and a sentence about it
   * returned; what was applied until then is consistent, and goes when the session is dropped.
   */
  read(session: LinkSession, messages: readonly PropagationMessage[]): string | undefined {
    let fault: string | undefined;
    for (const message of messages) {
      fault = this.#apply(session, message);
      if (fault !== undefined) break;
    }
    this.#finish(session);
    return fault;
  }

  /** Takes back everything the session said: before a fresh start. */
  restart(session: LinkSession): void {
    this.#takeBack(session);
    this.#finish(session);
  }

  #apply(session: LinkSession, message: PropagationMessage): string | undefined {
    switch (message.type) {
      case "digest":
        return this.#digest(session, message);
      case "resync":
        return this.#resync(session, message);
      case "fresh":
        session.discarding = false;
        this.#takeBack(session);
        this.#open(session);
        return undefined;
      case "want":
        return this.#want(session, message);
      default:
        return session.discarding ? undefined : this.#told(session, message);
    }
  }

  /** Draws the consequences, once per group. */
  #finish(session: LinkSession): void {
    for (const group of this.#touched) {
      const before = this.#before.get(group) - 1;
      this.#before.set(group, 0);
      const told = before & BYTE;
      this.#table.hopsChanged(session, group, before === told ? told : OUT_OF_REACH);
      // What we tell a peer may depend on whether it advertises the group to us.
      if (session.columns.in.get(group) !== told) this.#table.touch(session, group);
      this.#table.noteIdle(group);
    }
    if (this.#touched.length > 0) this.#touched = [];
  }

  #takeBack(session: LinkSession): void {
    for (const group of session.taken.groups()) {
      this.#remember(session, group);
      session.columns.in.set(group, OUT_OF_REACH);
    }
    session.taken.clear();
    session.wants.take();
  }

  #told(
    session: LinkSession,
    message: NameMessage | ReachMessage | OffersMessage,
  ): string | undefined {
    if (!session.ready) return `A session begins with a digest, not with ${message.type}`;
    switch (message.type) {
      case "name":
        return this.#name(session, message);
      case "reach":
        return this.#reach(session, message);
      case "offers":
        return this.#offers(session, message);
    }
  }

  /** The peer may be told of everything. */
  #open(session: LinkSession): void {
    session.ready = true;
    this.#table.touchReachable(session);
  }

  #digest(session: LinkSession, message: DigestMessage): string | undefined {
    if (session.ready) return "A second digest in one session";
    session.digestSize += message.held.length;
    const fault = this.#held(session, message, session.digestSize);
    if (fault === undefined && message.last) this.#open(session);
    return fault;
  }

  #resync(session: LinkSession, message: ResyncMessage): string | undefined {
    const { columns, given } = session;
    for (const group of [...given.groups()]) {
      columns.out.set(group, OUT_OF_REACH);
      columns.told.set(group, 0);
      session.endGiven(group);
      this.#table.noteIdle(group);
    }
    for (const group of this.#table.groups.indexes()) {
      // What the peer advertises it holds, and we may be about to ask for it.
      if (columns.in.get(group) === OUT_OF_REACH) columns.heard.set(group, 0);
      // The peer may have dropped our wishes too, our digest, or our own resync.
      else this.#table.askIfBehind(session, group);
    }
    if (session.discarding) session.resyncDue = true;
    session.freshDue = true;
    this.#open(session);
    return this.#held(session, message, message.held.length);
  }

  #held(
    session: LinkSession,
    { held }: DigestMessage | ResyncMessage,
    size: number,
  ): string | undefined {
    if (size > GROUPS_PER_LINK_MAX) return `More than ${GROUPS_PER_LINK_MAX} groups in a digest`;
    const { heard } = session.columns;
    for (const { group: name, seq } of held) {
      const fault = isSeq(seq) ? groupFault(name) : `Not a version: ${seq}`;
      if (fault !== undefined) return fault;
      // A group that we don't know is of no use yet: it would only take memory.
      const group = this.#table.groups.find(name);
      if (group !== undefined) heard.set(group, Math.max(heard.get(group), seq));
    }
    return undefined;
  }

  #name(session: LinkSession, { handle, group: name }: NameMessage): string | undefined {
    const { taken } = session;
    const fault = groupFault(name) ?? handleFault(handle, taken.size);
    if (fault !== undefined) return fault;
    if (taken.group(handle) !== undefined) return `Handle ${handle} is in use`;
    const group = this.#table.intern(name);
    if (taken.handle(group) !== undefined) return `A group of ${name.origin} is named twice`;
    this.#remember(session, group);
    taken.bind(handle, group);
    return undefined;
  }

  #reach(session: LinkSession, message: ReachMessage): string | undefined {
    const group = session.taken.group(message.handle);
    if (group === undefined) return `Unknown handle: ${message.handle}`;
    const name = this.#table.groups.name(group);
    const fault = reachFault(message, name, session.peer);
    if (fault !== undefined) return fault;
    this.#remember(session, group);
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

  #offers(session: LinkSession, message: OffersMessage): string | undefined {
    const group = session.taken.group(message.handle);
    if (group === undefined) return `Unknown handle: ${message.handle}`;
    const fault = offersFault(message);
    if (fault !== undefined) return fault;
    this.#remember(session, group);
    const { heard } = session.columns;
    heard.set(group, Math.max(heard.get(group), message.to));
    const seq = this.#table.seq(group);
    if (!session.passesIn(group) || message.to <= seq) return undefined;
    if (message.from > seq) {
      session.wants.add(group);
      return undefined;
    }
    const set = appliedDelta(this.#table.content(group), message, this.#tombstonesMax);
    const setFaulty = setFault(set, message.final);
    if (setFaulty !== undefined) return setFaulty;
    this.#table.setContent(group, set);
    return undefined;
  }

  #want(session: LinkSession, { handle, have }: WantMessage): string | undefined {
    const { given, columns } = session;
    if (!isSeq(have)) return `Not a version: ${have}`;
    const group = given.group(handle);
    if (group === undefined) {
      // We may have taken the group back while the wish was on its way.
      return given.wasGiven(handle) ? undefined : `Unknown handle: ${handle}`;
    }
    columns.told.set(group, have);
    columns.heard.set(group, have);
    session.touch(group);
    return undefined;
  }

  #remember(session: LinkSession, group: number): void {
    if (this.#before.get(group) !== 0) return;
    const told = session.columns.in.get(group);
    this.#before.set(group, (session.hops(group) === told ? told : told | REFUSED) + 1);
    this.#touched.push(group);
  }
}
