/**
 * One link from its up to its down: all that was said over it, and what is still to be said.
 *
 * A session is dropped whole when its link falls, and a reconnection is a new session. So nothing old can come back:
 * state lives and dies with sessions, and a late frame of a dead session has nowhere to go.
 *
 * @module
 */

import { GROUPS_PER_LINK_MAX } from "../protocol/limits.ts";
import { OUT_OF_REACH } from "./best_paths.ts";
import { LinkColumns } from "./link_columns.ts";
import { GivenHandles, TakenHandles } from "./handle_book.ts";
import type { LinkRows } from "./link_rows.ts";
import { MarkedGroups } from "./marked_groups.ts";
import type { LinkId, LinkKind, LinkPeer } from "./router_contract.ts";

/** What may pass a link for one group, after identity and policy. */
export interface Passage {
  /** The peer's word about the group counts. */
  readonly in: boolean;
  /** The peer may be told of the group. */
  readonly out: boolean;
}

const DECIDED = 1;
const PASSES_IN = 2;
const PASSES_OUT = 4;

/** The state of one link. */
export class LinkSession {
  /** The connection's id. */
  readonly link: LinkId;
  /** Small number of the session among the live ones; free again when the session ends. */
  readonly slot: number;
  /** Who is at the other end. */
  readonly peer: LinkPeer;
  /** What the link speaks. */
  readonly kind: LinkKind;
  /** What was said about each group. */
  readonly columns: LinkColumns;
  /** Handles that we gave. */
  readonly given: GivenHandles;
  /** Handles that the peer gave. */
  readonly taken: TakenHandles;
  /** What the peer may need: the send queue, never longer than the table of groups. */
  readonly dirty: MarkedGroups;
  /** Groups whose content we shall ask the peer for. */
  readonly wants: MarkedGroups;
  /** Groups that could not be told because too many others are; tried again when one of those ends. */
  readonly crowded: MarkedGroups;
  /** Groups in the peer's digest so far. */
  digestSize = 0;
  /** The peer has sent its digest; before that it is told nothing. */
  ready: boolean;
  /** Our digest has not left yet. */
  digestDue: boolean;
  /** Our `resync` has not left yet. */
  resyncDue = false;
  /** The peer asked to start over and was not answered yet. */
  freshDue = false;
  /** We asked to start over: what the peer says does not count until its `fresh`. */
  discarding = false;
  readonly #judge: (session: LinkSession, group: number) => Passage;

  /** A session in which nothing was said yet. */
  constructor(options: {
    readonly link: LinkId;
    readonly slot: number;
    readonly peer: LinkPeer;
    readonly kind: LinkKind;
    /** Of all links of the node. */
    readonly rows: LinkRows;
    /** Asked once per group, and again after {@linkcode LinkSession.reconsider}. */
    readonly judge: (session: LinkSession, group: number) => Passage;
  }) {
    this.link = options.link;
    this.slot = options.slot;
    this.peer = options.peer;
    this.kind = options.kind;
    this.columns = new LinkColumns(options.rows, options.slot);
    const { columns } = this;
    this.given = new GivenHandles(columns.given, columns.groups.bind(columns));
    this.taken = new TakenHandles(columns.taken);
    this.dirty = new MarkedGroups(columns.dirty);
    this.wants = new MarkedGroups(columns.wanted);
    this.crowded = new MarkedGroups(columns.crowded);
    this.#judge = options.judge;
    // The reference's dialect knows no digest.
    this.ready = options.kind === "flood";
    this.digestDue = options.kind === "vector";
  }

  /** The hop count that counts for our own distance. */
  hops(group: number): number {
    const told = this.columns.in.get(group);
    return told === OUT_OF_REACH || !this.passesIn(group) ? OUT_OF_REACH : told;
  }

  /** Whether the peer's word about the group counts. */
  passesIn(group: number): boolean {
    return (this.#flags(group) & PASSES_IN) !== 0;
  }

  /** Whether the peer may be told of the group. */
  passesOut(group: number): boolean {
    return (this.#flags(group) & PASSES_OUT) !== 0;
  }

  /** Identity and policy are asked again about every group. */
  reconsider(): void {
    this.columns.clearFlags();
  }

  /** Whether another group may get a handle from us. */
  hasRoom(): boolean {
    return this.given.size < GROUPS_PER_LINK_MAX;
  }

  /** Marks the group as something the peer may need. */
  touch(group: number): void {
    if (this.ready) this.dirty.add(group);
  }

  /** Ends the handle we gave for a group that is not told any more. */
  endGiven(group: number): void {
    this.given.end(group);
    for (const waiting of this.crowded.take()) this.dirty.add(waiting);
  }

  /** Whether nothing connects the session with the group. */
  isFreeOf(group: number): boolean {
    return this.columns.in.get(group) === OUT_OF_REACH &&
      this.columns.out.get(group) === OUT_OF_REACH &&
      this.taken.handle(group) === undefined && !this.dirty.has(group);
  }

  /** Forgets the group; only when {@linkcode LinkSession.isFreeOf} holds. */
  reset(group: number): void {
    this.columns.reset(group);
  }

  /** Whether a flush would send something. */
  hasPending(): boolean {
    return this.digestDue || this.resyncDue || this.freshDue || this.wants.size > 0 ||
      this.dirty.size > 0;
  }

  #flags(group: number): number {
    const known = this.columns.flags.get(group);
    if (known !== 0) return known;
    const passage = this.#judge(this, group);
    const flags = DECIDED | (passage.in ? PASSES_IN : 0) | (passage.out ? PASSES_OUT : 0);
    // What was never spoken of costs a question now and then, not a place.
    if (this.columns.has(group)) this.columns.flags.set(group, flags);
    return flags;
  }
}
