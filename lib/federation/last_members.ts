import {
  LAST_MEMBER_MS_MAX,
  LAST_MEMBERS_MAX,
  LINKS_MAX,
  UNPROVEN_MEMBER_MS_MAX,
} from "../protocol/limits.ts";
import type { NodeUrl } from "../protocol/names.ts";
import { mayDialLearnt } from "./learnt_address.ts";

interface LastMember {
  /** We dialled this very address, and it was the node. */
  isProven: boolean;
  /** Since when there is no link to it and nobody tells of it; `Infinity` = it is there. */
  awaySince: number;
}

/**
 * Nodes of one's own cluster that one really had a link to, so that a partition heals after all dials were given up, also
 * when nobody whom the author named lives any more.
 *
 * What is only heard of never comes in here: anybody could make a node dial an address again and again by telling of it.
 */
export class LastMembers {
  readonly #self: NodeUrl;
  /** Those away are in the order in which they shall be dialled. */
  readonly #members = new Map<NodeUrl, LastMember>();

  /** An empty book of the node `self`. */
  constructor(self: NodeUrl) {
    this.#self = self;
  }

  /** Nodes in the book, those included that are there, for tests that look for leaks. */
  get size(): number {
    return this.#members.size;
  }

  /**
   * There is a link to a node.
   *
   * @param isProven Whether we dialled the address that it calls its own.
   */
  met(url: NodeUrl, isProven: boolean): void {
    const member = this.#members.get(url);
    if (member !== undefined) {
      member.isProven ||= isProven;
      member.awaySince = Infinity;
    } else if (
      mayDialLearnt(url, this.#self) && this.#members.size < LINKS_MAX + LAST_MEMBERS_MAX
    ) {
      this.#members.set(url, { isProven, awaySince: Infinity });
    }
  }

  /** Another node answers there. */
  forget(url: NodeUrl): void {
    this.#members.delete(url);
  }

  /** It was dialled: the others come first now. */
  dialled(url: NodeUrl): void {
    const member = this.#members.get(url);
    if (member === undefined) return;
    this.#members.delete(url);
    this.#members.set(url, member);
  }

  /**
   * Notes who is away by now.
   *
   * @param isThere Whether there is a link to a node, or somebody tells of it.
   * @param isAlone Whether this node has no link within its cluster: then nobody is forgotten for having been away for long.
   * @returns Those who are away, in the order in which they shall be dialled.
   */
  away(now: number, isThere: (url: NodeUrl) => boolean, isAlone: boolean): readonly NodeUrl[] {
    for (const [url, member] of this.#members) {
      if (isThere(url)) member.awaySince = Infinity;
      else if (member.awaySince === Infinity) member.awaySince = now;
      else if (!isAlone && now - member.awaySince > limitOf(member)) this.#members.delete(url);
    }
    const away = [...this.#members].filter(([, { awaySince }]) => awaySince < Infinity);
    if (away.length > LAST_MEMBERS_MAX) {
      const worstFirst = away.toSorted(([, one], [, other]) =>
        Number(one.isProven) - Number(other.isProven) || one.awaySince - other.awaySince
      );
      for (const [url] of worstFirst.slice(0, -LAST_MEMBERS_MAX)) this.#members.delete(url);
    }
    return away.flatMap(([url]) => this.#members.has(url) ? [url] : []);
  }
}

function limitOf({ isProven }: LastMember): number {
  return isProven ? LAST_MEMBER_MS_MAX : UNPROVEN_MEMBER_MS_MAX;
}
