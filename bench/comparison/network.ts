/**
 * Links with speeds of their own between nodes that speak by one rule.
 *
 * Each directed link keeps its order and takes a time log-uniform from 1 to 1,000 ms, with jitter; both ends see a link
 * come and go at different times.
 *
 * @module
 */

import { EventQueue } from "../../lib/testing/event_queue.ts";
import { Chance, exactMs } from "../../lib/testing/seeded_chance.ts";
import type { Deed, Scenario } from "./scenario.ts";
import { keyOf, type Listed, type Rule, type Speaker, type Told } from "./speaker.ts";

interface Life<Message> {
  readonly number: number;
  readonly life: number;
  readonly speaker: Speaker<Message>;
  readonly offers: Map<string, Told>;
}

interface Direction<Message> {
  readonly from: Life<Message>;
  readonly to: Life<Message>;
  readonly delayMs: number;
  /** When the sender sees the link. */
  readonly upAt: number;
  /** How long after a cut the sender sees it. */
  readonly downAfterMs: number;
  readonly chance: Chance;
  isUp: boolean;
  lastAt: number;
}

interface Wire<Message> {
  readonly link: number;
  readonly ends: readonly [number, number];
  readonly directions: readonly [Direction<Message>, Direction<Message>];
  isCut: boolean;
}

/** A federation in which a scenario happens. */
export class Network<Message> {
  readonly #rule: Rule<Message>;
  readonly #scenario: Scenario;
  readonly #queue = new EventQueue();
  readonly #lives: (Life<Message> | undefined)[] = [];
  readonly #starts: number[] = [];
  readonly #wires = new Map<string, Wire<Message>>();
  readonly #severed: (readonly [number, number])[] = [];
  #links = 0;

  /** All nodes that start at once are up, and linked. */
  constructor(rule: Rule<Message>, scenario: Scenario) {
    this.#rule = rule;
    this.#scenario = scenario;
    for (let node = 0; node < scenario.lateFrom; node += 1) this.#start(node);
    for (const [one, other] of scenario.edges) this.#link(one, other);
  }

  /** Lives through the scenario until nothing is on its way. */
  run(): void {
    const { deeds, atStart } = this.#scenario;
    // Nothing but delays to blame: the links are up before the only offer is made.
    if (atStart.length === 0) this.#settle();
    for (const { pauseMs, deed } of deeds) {
      this.#queue.run(this.#queue.now + pauseMs);
      this.#do(deed);
    }
    this.#settle();
  }

  /** What each live node lists. */
  *listed(): Iterable<readonly [number, Listed]> {
    for (const life of this.#lives) {
      if (life !== undefined) yield [life.number, life.speaker.listed()];
    }
  }

  /** What a live node ought to list: breadth-first search from every origin over the live links. */
  truth(): ReadonlyMap<number, Listed> {
    const truth = new Map<number, Map<string, number>>();
    for (const life of this.#lives) if (life !== undefined) truth.set(life.number, new Map());
    for (const origin of this.#lives) {
      if (origin === undefined || origin.offers.size === 0) continue;
      for (const [node, distance] of this.#distances(origin.number)) {
        for (const { fun, maxHops } of distance === 0 ? [] : origin.offers.values()) {
          if (distance <= maxHops) truth.get(node)?.set(keyOf(origin.number, fun), distance);
        }
      }
    }
    return truth;
  }

  #settle(): void {
    while (this.#queue.step(Infinity));
  }

  #distances(origin: number): Map<number, number> {
    const found = new Map([[origin, 0]]);
    for (const [node, distance] of found) {
      for (const { ends: [one, other] } of this.#wires.values()) {
        const next = node === one ? other : node === other ? one : undefined;
        if (next !== undefined && !found.has(next)) found.set(next, distance + 1);
      }
    }
    return found;
  }

  #do(deed: Deed): void {
    switch (deed.kind) {
      case "register":
        return this.#change(deed.node, (life) => this.#offer(life, deed.offer));
      case "withdraw":
        return this.#change(deed.node, (life) => {
          const [fun] = life.offers.keys();
          if (fun === undefined) return;
          life.offers.delete(fun);
          life.speaker.withdraw(fun);
        });
      case "cut":
        return this.#cut(deed.node, deed.other);
      case "link":
        return this.#link(deed.node, deed.other);
      case "crash":
        return this.#crash(deed.node);
      case "restart":
        return this.#restart(deed.node);
      case "partition":
        return this.#partition(deed.sides);
      case "heal":
        for (const [one, other] of this.#severed.splice(0)) this.#link(one, other);
    }
  }

  #partition(sides: number): void {
    for (const { ends: [one, other] } of [...this.#wires.values()]) {
      if ((sides >> one % 30 & 1) === (sides >> other % 30 & 1)) continue;
      this.#cut(one, other);
      this.#severed.push([one, other]);
    }
  }

  #change(number: number, change: (life: Life<Message>) => void): void {
    const life = this.#lives[number];
    if (life === undefined) return;
    change(life);
    this.#turn(life);
  }

  #offer(life: Life<Message>, offer: Told): void {
    life.offers.set(offer.fun, offer);
    life.speaker.register(offer);
  }

  #start(number: number): void {
    const life = (this.#starts[number] ?? 0) + 1;
    this.#starts[number] = life;
    const speaker = this.#rule.begin(number, life);
    const begun: Life<Message> = { number, life, speaker, offers: new Map() };
    this.#lives[number] = begun;
    const offer = this.#scenario.atStart[number];
    if (offer !== undefined) this.#offer(begun, offer);
  }

  #crash(number: number): void {
    this.#lives[number] = undefined;
    for (const { ends: [one, other] } of [...this.#wires.values()]) {
      if (one === number || other === number) this.#cut(one, other);
    }
  }

  #restart(number: number): void {
    if (this.#lives[number] !== undefined) this.#crash(number);
    this.#start(number);
    for (const [one, other] of this.#scenario.edges) {
      if (one === number || other === number) this.#link(one, other);
    }
  }

  #link(one: number, other: number): void {
    const [a, b] = [this.#lives[one], this.#lives[other]];
    const key = pair(one, other);
    if (one === other || a === undefined || b === undefined || this.#wires.has(key)) return;
    const link = ++this.#links;
    const wire: Wire<Message> = {
      link,
      ends: [one, other],
      directions: [this.#direction(a, b, link, 0), this.#direction(b, a, link, 1)],
      isCut: false,
    };
    this.#wires.set(key, wire);
    for (const direction of wire.directions) {
      this.#queue.add(direction.upAt, () => {
        if (!this.#lives.includes(direction.from)) return;
        direction.isUp = true;
        direction.from.speaker.linkUp(wire.link, direction.to.number, direction.to.life);
        this.#turn(direction.from);
      });
    }
  }

  #direction(
    from: Life<Message>,
    to: Life<Message>,
    link: number,
    side: number,
  ): Direction<Message> {
    // A row of its own, so that the rules meet the same links however much they say.
    const chance = new Chance(this.#scenario.seed, 23, link, side);
    const delayMs = chance.logBetween(1, 1_000);
    const upAt = exactMs(this.#queue.now + delayMs * chance.next());
    const downAfterMs = delayMs * chance.next();
    return { from, to, delayMs, upAt, downAfterMs, chance, isUp: false, lastAt: 0 };
  }

  #cut(one: number, other: number): void {
    const wire = this.#wires.get(pair(one, other));
    if (wire === undefined) return;
    this.#wires.delete(pair(one, other));
    wire.isCut = true;
    for (const direction of wire.directions) {
      const seenAt = exactMs(this.#queue.now + direction.downAfterMs);
      this.#queue.add(Math.max(direction.upAt, seenAt), () => {
        if (!direction.isUp) return;
        direction.isUp = false;
        if (!this.#lives.includes(direction.from)) return;
        direction.from.speaker.linkDown(wire.link);
        this.#turn(direction.from);
      });
    }
  }

  /** One turn of a node's event loop is over. */
  #turn(life: Life<Message>): void {
    life.speaker.turn((link, message) => this.#send(life, link, message));
  }

  #send(from: Life<Message>, link: number, message: Message): void {
    const wire = this.#wireOf(from, link);
    const outgoing = wire?.directions.find((one) => one.from === from);
    const incoming = wire?.directions.find((one) => one.to === from);
    // What is sent into a link that is cut already is lost.
    if (wire === undefined || outgoing === undefined || incoming === undefined) return;
    const arrival = this.#queue.now + outgoing.delayMs * (0.5 + outgoing.chance.next());
    const at = exactMs(Math.max(arrival, outgoing.lastAt, incoming.upAt));
    outgoing.lastAt = at;
    this.#queue.add(at, () => {
      if (!incoming.isUp || !this.#lives.includes(outgoing.to)) return;
      outgoing.to.speaker.receive(link, message);
      this.#turn(outgoing.to);
    });
  }

  #wireOf({ number }: Life<Message>, link: number): Wire<Message> | undefined {
    for (const wire of this.#wires.values()) {
      if (wire.link === link && wire.ends.includes(number)) return wire;
    }
    return undefined;
  }
}

function pair(one: number, other: number): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}
