/**
 * A federation on a graph, in one thread: links with a delay of one round, every node takes all frames of a round and
 * then has its turn.
 *
 * What a node is made of is the business of its {@linkcode Member}; the federation carries frames, counts what is in
 * them, and changes graph and nodes.
 *
 * @module
 */

import type { Listing } from "../../lib/federation/function_registry.ts";
import type { Codec } from "../../lib/protocol/codec.ts";
import { MESSAGES_PER_FRAME_MAX } from "../../lib/protocol/limits.ts";
import { v1Codec } from "../../lib/protocol/v1_codec.ts";
import type { V1Message } from "../../lib/protocol/v1_messages.ts";
import type { Graph } from "./graph.ts";

/** One node of a federation. */
export interface Member {
  /** Offers a function; returns a number to withdraw it by. */
  register(fun: string): number;
  /** Takes an offer back. */
  withdraw(registration: number): void;
  /** A frame came in over a link. */
  receive(link: number, messages: readonly V1Message[]): void;
  /** A link is gone. */
  linkDown(link: number): void;
  /** From now on a link takes nothing but what its own turns bring, or everything again. */
  pace(link: number, isHeld: boolean): void;
  /**
   * All that waited has been taken: the end of a turn.
   *
   * @param link A link that takes a frame now although it is held. Default: none.
   */
  turn(link?: number): void;
  /** All offers in reach, its own too. */
  listings(): Iterable<Listing>;
  /** How many these are. */
  readonly listingCount: number;
}

/** What a member does to the federation. */
export interface Surroundings {
  /** Sends messages over a link. */
  send(link: number, messages: readonly V1Message[]): void;
  /** The member has something to do at the end of this round. */
  stir(): void;
}

/** Makes a member, and joins two. */
export interface Kind {
  /** A new node. */
  make(node: number, surroundings: Surroundings): Member;
  /** Joins two nodes; each sends over the link's number. */
  join(link: number, dialer: number, listener: number): void;
}

/** What was carried. */
export interface Counts {
  /** Words of one node about one group over one link: what flooding would say once per function. */
  records: number;
  /** Messages of all kinds. */
  messages: number;
  /** Frames. */
  frames: number;
  /** Characters of the frames, when they pass the codec. */
  characters: number;
}

interface Flight {
  readonly link: number;
  readonly frame: readonly V1Message[] | string | Uint8Array<ArrayBuffer>;
}

/** Where a node reads from. */
interface Source {
  readonly link: number;
  readonly other: number;
}

interface Wire {
  readonly one: number;
  readonly other: number;
}

/** All nodes and what is on its way between them. */
export class Federation {
  /** The graph as it is now. */
  readonly graph: Graph;
  /** Carried so far. */
  readonly counts: Counts = { records: 0, messages: 0, frames: 0, characters: 0 };
  readonly #kind: Kind;
  /** One for each node, as a real node has. */
  readonly #codecs = new Map<number, Codec<V1Message>>();
  readonly #throughCodec: boolean;
  readonly #members: (Member | undefined)[] = [];
  readonly #wires = new Map<number, Wire>();
  readonly #linkOf = new Map<string, number>();
  readonly #stirred = new Set<number>();
  /** What arrives in the next round, by node. */
  #flights = new Map<number, Flight[]>();
  #nextLink = 1;

  /** A federation of the graph's nodes, none of them linked yet. */
  constructor(graph: Graph, kindOf: (nodes: Federation) => Kind, throughCodec: boolean) {
    this.graph = graph;
    this.#throughCodec = throughCodec;
    this.#kind = kindOf(this);
    for (let node = 0; node < graph.size; node++) this.add(node);
  }

  /** A node that lives. */
  member(node: number): Member {
    const member = this.#members[node];
    if (member === undefined) throw new RangeError(`Node ${node} does not live`);
    return member;
  }

  /** Whether a node lives. */
  lives(node: number): boolean {
    return this.#members[node] !== undefined;
  }

  /** Brings a node of the graph to life. */
  add(node: number): void {
    this.#members[node] = this.#kind.make(node, {
      send: (link, messages) => this.#send(node, link, messages),
      stir: () => void this.#stirred.add(node),
    });
  }

  /** Raises a link that the graph has. */
  raise(one: number, other: number): void {
    const link = this.#nextLink++;
    this.#wires.set(link, { one, other });
    this.#linkOf.set(pair(one, other), link);
    this.#kind.join(link, one, other);
  }

  /** Cuts a link, in the graph too: both ends see it at once. */
  cut(one: number, other: number): void {
    this.graph.cut(one, other);
    const link = this.#linkOf.get(pair(one, other));
    if (link === undefined) return;
    this.#linkOf.delete(pair(one, other));
    this.#wires.delete(link);
    for (const end of [one, other]) this.#members[end]?.linkDown(link);
  }

  /** Takes a node away without a word from it. */
  crash(node: number): void {
    this.#members[node] = undefined;
    for (const other of [...this.graph.of(node)]) this.cut(node, other);
  }

  /** Runs until nothing is on its way; returns how many rounds that took. */
  settle(): number {
    this.#turns();
    let rounds = 0;
    while (this.#flights.size > 0) {
      const flights = this.#flights;
      this.#flights = new Map();
      for (const [node, frames] of flights) {
        // A node that has taken its frames lets go of them: what is on its way is most of the memory of a start.
        flights.delete(node);
        this.#deliver(node, frames);
      }
      this.#turns();
      rounds++;
    }
    return rounds;
  }

  /**
   * Raises links of the graph, and runs until nothing is to be said over links that hold one frame at a time: it is made
   * when its receiver reads. What waits is marks in the sender's tables meanwhile, as behind a link of a real node that
   * takes nothing more. Returns how often all nodes read all their links.
   */
  start(links: Iterable<readonly [number, number]>): number {
    for (const [one, other] of links) {
      this.raise(one, other);
      this.#pace(one, other, true);
    }
    // The ends of each link must know each other.
    this.settle();
    const sources = this.#sources();
    let rounds = 0;
    for (let frames = -1; frames !== this.counts.frames; rounds++) {
      frames = this.counts.frames;
      for (const [node, some] of sources) this.#read(node, some);
    }
    for (const { one, other } of this.#wires.values()) this.#pace(one, other, false);
    this.settle();
    return rounds - 1;
  }

  /** A node reads one frame from each of its links. */
  #read(node: number, sources: readonly Source[]): void {
    for (const { link, other } of sources) {
      this.#members[other]?.turn(link);
      const frames = this.#flights.get(node);
      if (frames === undefined) continue;
      this.#flights.delete(node);
      for (const { link, frame } of frames) {
        this.#members[node]?.receive(link, this.#opened(node, frame));
      }
    }
  }

  #sources(): ReadonlyMap<number, readonly Source[]> {
    const sources = new Map<number, Source[]>();
    for (let node = 0; node < this.graph.size; node++) sources.set(node, []);
    for (const [link, { one, other }] of this.#wires) {
      sources.get(one)?.push({ link, other });
      sources.get(other)?.push({ link, other: one });
    }
    return sources;
  }

  #pace(one: number, other: number, isHeld: boolean): void {
    const link = this.#linkOf.get(pair(one, other));
    if (link === undefined) return;
    for (const end of [one, other]) this.#members[end]?.pace(link, isHeld);
  }

  /** A node takes all frames of a round, then has its turn: what it says arrives in the next one. */
  #deliver(node: number, frames: readonly Flight[]): void {
    for (const { link, frame } of frames) {
      // The link may be cut by now.
      if (this.#wires.has(link)) this.#members[node]?.receive(link, this.#opened(node, frame));
    }
    this.#stirred.delete(node);
    this.#members[node]?.turn();
  }

  #turns(): void {
    while (this.#stirred.size > 0) {
      const stirred = [...this.#stirred];
      this.#stirred.clear();
      for (const node of stirred) this.#members[node]?.turn();
    }
  }

  #opened(node: number, frame: Flight["frame"]): readonly V1Message[] {
    if (typeof frame !== "string" && !(frame instanceof Uint8Array)) return frame;
    const decoded = this.#codecOf(node).decode(frame);
    if (!decoded.ok) throw new Error(`The codec refused its own frame: ${decoded.error.message}`);
    return decoded.messages;
  }

  #codecOf(node: number): Codec<V1Message> {
    const codec = this.#codecs.get(node) ?? v1Codec();
    this.#codecs.set(node, codec);
    return codec;
  }

  #send(from: number, link: number, messages: readonly V1Message[]): void {
    const wire = this.#wires.get(link);
    if (wire === undefined) return;
    const to = wire.one === from ? wire.other : wire.one;
    this.#count(messages);
    const flights = this.#flights.get(to) ?? [];
    this.#flights.set(to, flights);
    if (!this.#throughCodec) {
      flights.push({ link, frame: messages });
      return;
    }
    for (let at = 0; at < messages.length; at += MESSAGES_PER_FRAME_MAX) {
      const frame = this.#codecOf(from).encode(messages.slice(at, at + MESSAGES_PER_FRAME_MAX));
      this.counts.characters += frame.length;
      flights.push({ link, frame });
    }
  }

  #count(messages: readonly V1Message[]): void {
    const { counts } = this;
    counts.frames++;
    counts.messages += messages.length;
    // A group's content and its header in one frame are one word.
    const offered = new Set<number>();
    for (const message of messages) {
      if (message.type === "offers") offered.add(message.handle);
      else if (message.type === "want") counts.records++;
      else if (message.type === "reach") {
        counts.records++;
        offered.delete(message.handle);
      }
    }
    counts.records += offered.size;
  }
}

function pair(one: number, other: number): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}
