/**
 * Flooding, where the first copy of an announcement that arrives is the one that counts.
 *
 * A node takes a copy whose id it does not know, unless it is the origin, and passes it on to its other links with one hop
 * more while the next node is within the radius. A neighbour that comes later is told what its neighbour itself offers. The
 * plain rule takes nothing back; the mended one floods withdrawals too, and gives a new neighbour its whole table.
 *
 * What would make plain flooding worse is left out: no id is ever forgotten, announcements pass links inside a cluster, and a
 * function announced anew takes the place of the old one.
 *
 * @module
 */

import { keyOf, type Listed, type Rule, type Speaker, type Told } from "./speaker.ts";

/** One copy. */
export interface Copy {
  readonly id: string;
  readonly origin: number;
  readonly fun: string;
  readonly maxHops: number;
  /** 0 when the origin sends it. */
  readonly hops: number;
  /** The offer is taken back. */
  readonly isWithdrawal: boolean;
}

interface Known {
  readonly copy: Copy;
  readonly distance: number;
}

/** The rule as it is, or with what it lacks most. */
export function floodingRule(isMended: boolean): Rule<Copy> {
  return {
    name: isMended ? "flooding with withdrawals" : "flooding",
    begin: (node, life) => new FloodingSpeaker(node, life, isMended),
  };
}

class FloodingSpeaker implements Speaker<Copy> {
  readonly #node: number;
  readonly #life: number;
  readonly #isMended: boolean;
  readonly #own = new Map<string, Copy>();
  readonly #known = new Map<string, Known>();
  readonly #seen = new Set<string>();
  readonly #links = new Set<number>();
  readonly #outbox: { readonly link: number; readonly copy: Copy }[] = [];
  #ids = 0;

  constructor(node: number, life: number, isMended: boolean) {
    this.#node = node;
    this.#life = life;
    this.#isMended = isMended;
  }

  register(offer: Told): void {
    const copy = this.#copy(offer, false);
    this.#own.set(offer.fun, copy);
    this.#tellAll(copy, undefined);
  }

  withdraw(fun: string): void {
    const offer = this.#own.get(fun);
    this.#own.delete(fun);
    if (offer !== undefined && this.#isMended) this.#tellAll(this.#copy(offer, true), undefined);
  }

  linkUp(link: number): void {
    this.#links.add(link);
    for (const copy of this.#own.values()) this.#tell(link, copy);
    if (!this.#isMended) return;
    for (const { copy, distance } of this.#known.values()) {
      this.#tell(link, { ...copy, hops: distance });
    }
  }

  linkDown(link: number): void {
    this.#links.delete(link);
  }

  receive(link: number, copy: Copy): void {
    if (copy.origin === this.#node || this.#seen.has(copy.id)) return;
    this.#seen.add(copy.id);
    const key = keyOf(copy.origin, copy.fun);
    if (copy.isWithdrawal) this.#known.delete(key);
    else this.#known.set(key, { copy, distance: copy.hops + 1 });
    this.#tellAll({ ...copy, hops: copy.hops + 1 }, link);
  }

  turn(send: (link: number, message: Copy) => void): void {
    for (const { link, copy } of this.#outbox.splice(0)) {
      if (this.#links.has(link)) send(link, copy);
    }
  }

  listed(): Listed {
    return new Map([...this.#known].map(([key, { distance }]) => [key, distance]));
  }

  #copy({ fun, maxHops }: Told, isWithdrawal: boolean): Copy {
    const id = `${this.#node} ${this.#life} ${this.#ids++}`;
    this.#seen.add(id);
    return { id, origin: this.#node, fun, maxHops, hops: 0, isWithdrawal };
  }

  #tellAll(copy: Copy, except: number | undefined): void {
    for (const link of this.#links) if (link !== except) this.#tell(link, copy);
  }

  #tell(link: number, copy: Copy): void {
    if (copy.hops < copy.maxHops) this.#outbox.push({ link, copy });
  }
}
