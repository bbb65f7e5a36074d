/**
 * What nodes say to each other, against what they may say.
 *
 * The checker is apart from the machine: it sits on the simulated links, sees what is sent and what is taken, and knows
 * nothing of columns, sessions or targets. It holds that nothing about an origin is told to the origin and that one change
 * costs few records (I4), that a hop count is one more than what another link said (I5), that relays leave offers as they are
 * (I2), and that everything is said within few rounds (I4, I10).
 *
 * @module
 */

import { type GroupName, isPropagation, type V1Message } from "../protocol/v1_messages.ts";
import type { End } from "./connection_ends.ts";
import { OfferBook } from "./offer_book.ts";
import { RecordCounter } from "./record_counter.ts";
import { RoundCounter } from "./round_counter.ts";
import type { Place } from "./simulated_paths.ts";
import { type SpokenGroup, spokenGroup } from "./spoken_group.ts";
import type { Violation } from "./violation.ts";

/** Who lives at a place, as it calls itself. */
export interface Resident {
  /** What it announces as its address. */
  readonly url: string;
  /** Its present life. */
  readonly incarnation: string | undefined;
}

/** One end of a connection, as far as offers went over it. */
interface Talk {
  readonly given: Map<number, SpokenGroup>;
  readonly taken: Map<number, SpokenGroup>;
  /** Hop count last taken from the peer, by group. */
  readonly words: Map<string, number>;
  hasAnnounced: boolean;
}

/** Violations that are told, at most: one fault breaks much. */
const TOLD_MAX = 20;
/** Messages after which tables change by themselves, without a new word of anybody. */
const CHANGES: ReadonlySet<V1Message["type"]> = new Set<V1Message["type"]>([
  "digest",
  "resync",
  "fresh",
  "goodbye",
]);

/** Listens on all links of a world. */
export class FrameChecker {
  /** What was wrong so far. */
  readonly violations: Violation[] = [];
  readonly #residentOf: (place: Place) => Resident | undefined;
  readonly #talks = new Map<Place, Map<number, Talk>>();
  readonly #rounds = new RoundCounter();
  readonly #offers = new OfferBook((violation) => this.#accuse(violation));
  #records: RecordCounter | undefined;
  #mostRounds = 0;

  /** @param residentOf Who lives at a place; `undefined` = no node. */
  constructor(residentOf: (place: Place) => Resident | undefined) {
    this.#residentOf = residentOf;
  }

  /** Most rounds after a change in which a distance was still told. */
  get mostRounds(): number {
    return this.#mostRounds;
  }

  /** Something happened from which the federation must come to rest anew. */
  changed(): void {
    this.#rounds.changed();
  }

  /** One growth or one loss is about to happen to a federation at rest: its records are counted. */
  beginEpisode(): void {
    this.#records = new RecordCounter();
  }

  /** The federation is at rest again. */
  endEpisode(): void {
    for (const violation of this.#records?.violations() ?? []) this.#accuse(violation);
    this.#records = undefined;
  }

  /** A frame leaves an end. */
  sent(end: End, messages: readonly V1Message[]): void {
    if (!messages.some(isPropagation)) return;
    this.#rounds.sent(end);
    const talk = this.#talk(end);
    for (const message of messages) {
      switch (message.type) {
        case "name":
          talk.given.set(message.handle, spokenGroup(message.group));
          break;
        case "reach":
          this.#reach(end, talk, message);
          break;
        case "offers": {
          const group = talk.given.get(message.handle);
          if (group === undefined) break;
          this.#offers.note(group, message, end);
          this.#records?.offers(end, group, message.to);
          break;
        }
      }
    }
  }

  /** The process at `target` has taken the oldest frame on its way to it; `isRead` = it still knew the connection. */
  taken(target: End, messages: readonly V1Message[], isRead: boolean): void {
    if (messages.some(isPropagation)) this.#rounds.landed(target.peer());
    if (!isRead) return;
    if (messages.some(({ type }) => CHANGES.has(type))) this.changed();
    const talk = this.#talk(target);
    for (const message of messages) {
      switch (message.type) {
        case "name":
          talk.taken.set(message.handle, this.#named(target, message.group));
          break;
        case "fresh":
          talk.taken.clear();
          talk.words.clear();
          break;
        case "reach": {
          const group = talk.taken.get(message.handle);
          if (group === undefined) break;
          if (message.hopCount === undefined) talk.words.delete(group.key);
          else talk.words.set(group.key, message.hopCount);
          break;
        }
        case "want":
          this.#records?.wanted(target, talk.given.get(message.handle));
          break;
      }
    }
  }

  /** The process at this end knows of the connection no more. */
  closed(end: End): void {
    this.#rounds.closed(end);
    if (this.#talks.get(end.place)?.delete(end.id) === true) this.changed();
  }

  /** An end is congested, or no longer. */
  flowed(end: End, isCongested: boolean): void {
    this.#rounds.flowed(end, isCongested);
  }

  #named(target: End, name: GroupName): SpokenGroup {
    const group = spokenGroup(name);
    const me = this.#residentOf(target.place);
    // What is said to an earlier life may speak of a later one, and reaches nobody.
    if (me?.url === name.origin && me.incarnation === name.incarnation) {
      this.#accuse({
        invariant: "I4",
        text: `${target.peer().place.name} tells ${target.place.name} about its own ${group.shown}`,
      });
    }
    return group;
  }

  #reach(
    end: End,
    talk: Talk,
    { handle, hopCount }: Extract<V1Message, { type: "reach" }>,
  ): void {
    const group = talk.given.get(handle);
    if (group === undefined) return;
    // A link that was held back after it fell too often speaks late: what it says is news then.
    if (!talk.hasAnnounced) this.changed();
    talk.hasAnnounced = true;
    this.#records?.reach(end, group);
    this.#countRounds(end, group);
    if (hopCount === undefined || this.#mayTell(end, group, hopCount)) return;
    const text = `${end.place.name} tells ${end.peer().place.name} hop count ${hopCount} of ` +
      `${group.shown}, which no other link of it supports`;
    this.#accuse({ invariant: "I5", text });
  }

  #mayTell(end: End, { key, name }: SpokenGroup, hopCount: number): boolean {
    if (hopCount >= name.maxHops) return false;
    if (hopCount <= name.base) {
      const me = this.#residentOf(end.place);
      return hopCount === name.base && me?.url === (name.writer ?? name.origin) &&
        me.incarnation === name.incarnation;
    }
    for (const [id, { words }] of this.#talks.get(end.place) ?? []) {
      if (id !== end.id && words.get(key) === hopCount - 1) return true;
    }
    return false;
  }

  #countRounds(end: End, { name, shown }: SpokenGroup): void {
    const { rounds, isStrained } = this.#rounds;
    // What a gateway writes changes with what flooding nodes say, and with time.
    if (isStrained || name.writer !== undefined) return;
    this.#mostRounds = Math.max(this.#mostRounds, rounds);
    if (rounds <= 2 * name.maxHops + 1) return;
    const text =
      `${end.place.name} still speaks of ${shown} ${rounds} rounds after the last change`;
    this.#accuse({ invariant: "I4", text });
  }

  #talk({ place, id }: End): Talk {
    const talks = this.#talks.get(place) ?? new Map<number, Talk>();
    this.#talks.set(place, talks);
    const known = talks.get(id);
    if (known !== undefined) return known;
    const made = { given: new Map(), taken: new Map(), words: new Map(), hasAnnounced: false };
    talks.set(id, made);
    return made;
  }

  #accuse(violation: Violation): void {
    if (this.violations.length < TOLD_MAX) this.violations.push(violation);
  }
}
