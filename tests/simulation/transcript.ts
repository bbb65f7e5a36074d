/**
 * A federation whose every word and every change of a list is written down, in lines that people can read.
 *
 * @module
 */
import {
  type SimulatedFlooder,
  type SimulatedFlooderOptions,
  type SimulatedNode,
  type SimulatedNodeOptions,
  SimulatedWorld,
} from "@farcall/farcall/testing";
import type { Report } from "../../lib/core/reports.ts";
import type { JsonMessage } from "../../lib/protocol/json_messages.ts";
import type { GroupName, V1Message } from "../../lib/protocol/v1_messages.ts";

/** Every path takes so long, in ms, unless the story says otherwise. */
const DELAY_MS = 10;
/** Nothing moves for so long: a story goes on. */
const PAUSE_MS = 2_000;

/** One link, as a story has it: who dials, who listens, and how slow it is, in ms. */
export type ToldLink = readonly [dialler: string, listener: string, delayMs?: number];

/** A world that writes itself down. */
export class Transcript {
  /** The world. */
  readonly world: SimulatedWorld;
  readonly #lines: string[] = [];
  readonly #nodes = new Map<string, SimulatedNode>();
  readonly #flooders = new Map<string, SimulatedFlooder>();
  /** Names that handles stand for, by sender and receiver. */
  readonly #names = new Map<string, GroupName>();
  readonly #functions = new Map<string, string>();
  readonly #lives = new Map<string, string[]>();
  #frame: { readonly at: number; readonly way: string; readonly words: string[] } | undefined;
  /** What becomes of a message; a story may change it. */
  tamper: (message: V1Message, from: string, to: string) => V1Message | undefined = (message) =>
    message;

  /** Begins with a title and what the story is about. */
  constructor(title: string, about: string) {
    this.#lines.push(title, "=".repeat(title.length), ...wrapped(about), "");
    this.world = new SimulatedWorld({
      seed: 1,
      faults: {
        ...{ latencyMsMin: DELAY_MS, latencyMsMax: DELAY_MS, jitter: 0 },
        ...{ narrowChance: 0, clockSkewMsMax: 0 },
      },
      tamper: (message, from, to) => {
        const sent = this.tamper(message, from, to);
        this.#said(sent ?? message, from, to, sent === undefined);
        return sent;
      },
      onJson: (message, from, to) => this.#saidOf(from, to, jsonWords(message)),
      onReport: (_at, name, report) => this.#reported(name, report),
    });
  }

  /** A node, with links to nodes that are there already. */
  add(name: string, options: Omit<SimulatedNodeOptions, "peers"> = {}): SimulatedNode {
    const node = this.world.addNode(name, options);
    this.#nodes.set(name, node);
    return node;
  }

  /** A node of the reference's kind. */
  addFlooder(name: string, options: SimulatedFlooderOptions = {}): SimulatedFlooder {
    const flooder = this.world.addFlooder(name, options);
    this.#flooders.set(name, flooder);
    return flooder;
  }

  /** Nodes of one cluster, all joined by these links; told in one line, when all is quiet again. */
  build(names: string, links: readonly ToldLink[]): void {
    for (const name of names.split(" ")) this.add(name);
    for (const link of links) this.link(...link);
    this.quiet();
    const slow = links.filter(([, , ms]) => ms !== undefined)
      .map(([one, other, ms]) => `${one}–${other} takes ${ms} ms`);
    const drawn = links.map(([one, other]) => `${one}–${other}`).join(", ");
    this.tell(`linked: ${[drawn, ...slow].join("; ")}`);
  }

  /** Links two nodes. */
  link(dialler: string, listener: string, delayMs?: number): void {
    const [one, other] = [this.node(dialler), this.node(listener)];
    one.join(other);
    if (delayMs === undefined) return;
    this.world.setLatency(one, other, delayMs);
    this.world.setLatency(other, one, delayMs);
  }

  /** The node of that name. */
  node(name: string): SimulatedNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new RangeError(`No node is called ${name}`);
    return node;
  }

  /** Offers a function that does nothing. */
  offer(name: string, fun: string, maxHops = 3, clusters: readonly string[] = []): number {
    return this.node(name).register(fun, () => null, { maxHops, clusters });
  }

  /** What the storyteller says. */
  tell(words: string): void {
    this.#flush();
    this.#line("", `* ${words}`);
  }

  /** Lets the story go on until nothing moves, without a word about it. */
  quiet(ms = PAUSE_MS): void {
    this.#flush();
    const length = this.#lines.length;
    this.world.pass(ms);
    this.#flush();
    this.#lines.splice(length);
  }

  /** Lets the story go on until nothing moves. */
  goOn(ms = PAUSE_MS): void {
    this.world.pass(ms);
    this.#flush();
  }

  /** What each node lists of others now. */
  lists(): void {
    this.#flush();
    for (const [name, node] of this.#nodes) {
      const some = node.listings().filter(({ distance }) => distance > 0)
        .map(({ fun, origin, distance }) => `${fun} of ${short(origin)} at ${distance}`).sort();
      const what = node.isAlive ? `lists ${some.join(", ") || "nothing"}` : "is dead";
      this.#lines.push(`${" ".repeat(9)}  ${name} ${what}`);
    }
    for (const [name, flooder] of this.#flooders) {
      const some = [...flooder.heard()].flatMap(([origin, funs]) =>
        [...funs].map((fun) => `${fun} of ${short(origin)}`)
      ).sort();
      const what = flooder.isAlive ? `has heard of ${some.join(", ") || "nothing"}` : "is dead";
      this.#lines.push(`${" ".repeat(9)}  ${name} ${what}`);
    }
  }

  /** The whole text. */
  text(): string {
    this.#flush();
    return `${this.#lines.join("\n")}\n`;
  }

  #line(who: string, what: string, atMs: number = this.world.now): void {
    const at = `${Math.round(atMs)} ms`;
    this.#lines.push(`${at.padStart(9)}  ${who}${who === "" ? "" : " "}${what}`.trimEnd());
  }

  #reported(name: string, report: Report): void {
    const what = this.#change(report);
    if (what === undefined) return;
    this.#flush();
    this.#line(`    ${name}`, what);
  }

  #change(report: Report): string | undefined {
    switch (report.type) {
      case "offer_added":
      case "offer_changed":
      case "offer_lost": {
        const { fun, origin, distance } = report.listing;
        if (distance === 0) return undefined;
        const offer = `${fun} of ${short(origin)}`;
        if (report.type === "offer_lost") return `lists ${offer} no more`;
        const now = report.type === "offer_added" ? "lists" : "lists from now on";
        return `${now} ${offer} at ${distance}`;
      }
      case "link_up":
        return `has a link to ${short(report.peer)}`;
      case "link_down":
        return `has no link to ${short(report.peer)} any more`;
      case "url_conflict":
        return "hears that another node has its URL";
      default:
        return undefined;
    }
  }

  #said(message: V1Message, from: string, to: string, isLost: boolean): void {
    const words = this.#words(message, from, to);
    this.#saidOf(from, to, words === undefined || !isLost ? words : `(lost: ${words})`);
  }

  #saidOf(from: string, to: string, words: string | undefined): void {
    if (words === undefined) return;
    const way = `${from} → ${to}`;
    const at = this.world.now;
    if (this.#frame?.way !== way || this.#frame.at !== at) {
      this.#flush();
      this.#frame = { at, way, words: [] };
    }
    this.#frame.words.push(words);
  }

  #flush(): void {
    const frame = this.#frame;
    this.#frame = undefined;
    if (frame !== undefined) this.#line(`${frame.way}:`, frame.words.join("; "), frame.at);
  }

  #words(message: V1Message, from: string, to: string): string | undefined {
    switch (message.type) {
      case "name":
        this.#names.set(`${from} ${to} ${message.handle}`, message.group);
        return undefined;
      case "digest":
      case "resync": {
        const held = message.held.map(({ group, seq }) => `${this.#label(group)} v${seq}`);
        const what = held.join(", ") || "nothing";
        return message.type === "digest" ? `I hold ${what}` : `start over, I hold ${what}`;
      }
      case "fresh":
        return "from the start";
      case "offers": {
        const name = this.#named(from, to, message.handle);
        for (const { offer } of message.add) {
          this.#functions.set(`${this.#label(name)} ${offer.id}`, offer.fun);
        }
        const changes = [
          ...message.add.map(({ offer }) => `+${offer.fun}`),
          ...message.del.map(({ id }) =>
            `-${this.#functions.get(`${this.#label(name)} ${id}`) ?? id}`
          ),
        ];
        const what = message.final ? "the last: nothing" : changes.join(" ");
        return `${this.#label(name)} v${message.to} is ${what}`;
      }
      case "reach": {
        const name = this.#named(from, to, message.handle);
        const hops = message.hopCount === undefined ? "gone" : `hop count ${message.hopCount}`;
        return `${this.#label(name)} ${hops}`;
      }
      case "want":
        return `I want ${
          this.#label(this.#named(to, from, message.handle))
        }, I hold v${message.have}`;
      default:
        return undefined;
    }
  }

  #named(giver: string, taker: string, handle: number): GroupName {
    const name = this.#names.get(`${giver} ${taker} ${handle}`);
    if (name === undefined) throw new Error(`${giver} never named ${handle} to ${taker}`);
    return name;
  }

  /** A group by its origin, its radius, and its origin's life where that is not the first. */
  #label({ origin, incarnation, maxHops, scope }: GroupName): string {
    const lives = this.#lives.get(origin) ?? [];
    this.#lives.set(origin, lives);
    if (!lives.includes(incarnation)) lives.push(incarnation);
    const life = lives.indexOf(incarnation) === 0 ? "" : "'".repeat(lives.indexOf(incarnation));
    return `${short(origin)}${life}/${maxHops}${scope === "" ? "" : ` for ${scope}`}`;
  }
}

/** A message of the reference's dialect; gossip and answers are left out. */
function jsonWords(message: JsonMessage): string | undefined {
  if (message.type === "GOODBYE") return `GOODBYE ${short(message.departing)}`;
  if (message.type !== "HELLO") return undefined;
  const { capabilities, propagation } = message.announcement;
  const { hopCount, originalSource, announcementId: id } = propagation;
  const funs = capabilities.functions.join(" and ") || "nothing";
  if (id === "" || id.startsWith(":")) return `HELLO, I offer ${funs}`;
  return `HELLO, ${funs} of ${short(originalSource ?? "")}, hop count ${hopCount}`;
}

function short(url: string): string {
  return url.replace("ws://", "").replace(".example:9000", "");
}

function wrapped(text: string): string[] {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && line.length + word.length >= 100) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}
