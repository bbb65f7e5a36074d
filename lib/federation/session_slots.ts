/**
 * The live sessions: by link, and by slot, a small number that is given again when its session ended. Columns name
 * links by slot.
 *
 * @module
 */

import type { LinkSession } from "./link_session.ts";
import type { LinkId } from "./router_contract.ts";

/** Sessions of one node. */
export class SessionSlots {
  readonly #slots: (LinkSession | undefined)[] = [];
  readonly #byLink = new Map<LinkId, LinkSession>();

  /** All of them, oldest first. */
  get byLink(): ReadonlyMap<LinkId, LinkSession> {
    return this.#byLink;
  }

  /** Every slot in use is below this number. */
  get slotCount(): number {
    return this.#slots.length;
  }

  /** The session in a slot. */
  at(slot: number): LinkSession | undefined {
    return this.#slots[slot];
  }

  /**
   * Adds a session in the lowest free slot.
   *
   * @throws {RangeError} If the link is up already.
   */
  open(link: LinkId, make: (slot: number) => LinkSession): LinkSession {
    if (this.#byLink.has(link)) throw new RangeError(`Link is up already: ${link}`);
    const free = this.#slots.indexOf(undefined);
    const slot = free === -1 ? this.#slots.length : free;
    const session = make(slot);
    this.#slots[slot] = session;
    this.#byLink.set(link, session);
    return session;
  }

  /** Removes a session; its slot is free at once. */
  close(session: LinkSession): void {
    this.#slots[session.slot] = undefined;
    this.#byLink.delete(session.link);
  }
}
