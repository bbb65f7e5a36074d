/**
 * Plays one recorded node with a node core: feeds it what the recorded one was sent, in order and at the recorded times,
 * and keeps what it sends.
 *
 * Connections have the numbers of the recording. What the recorded node did of itself is asked of ours at the same
 * moment: a link that it dialled is joined, a function that it announced is registered, after its GOODBYE we drain.
 * Calls that it forwarded are answered as they were answered then.
 */

import type { DialOrder, EdgeEffects, Invocation } from "../../lib/core/effects.ts";
import type { NodeEvent, WireMessage } from "../../lib/core/events.ts";
import { NodeCore } from "../../lib/core/node_core.ts";
import { jsonCodec } from "../../lib/protocol/json_codec.ts";
import type { JsonMessage } from "../../lib/protocol/json_messages.ts";
import type { JsonObject } from "../../lib/protocol/json_value.ts";
import {
  clusterId,
  functionName,
  incarnation,
  maxHops,
  nodeUrl,
  resourceName,
} from "../../lib/protocol/names.ts";
import { Payload } from "../../lib/protocol/payload.ts";
import {
  type Conversation,
  fieldsOf,
  kindOf,
  type Line,
  listOf,
  objectOf,
  parsed,
} from "./conversations.ts";
import { runDemo } from "./demo_functions.ts";
import { KNEW, type RecordedServer, recordedServer } from "./recorded_server.ts";

type Untimed<Event> = Event extends unknown ? Omit<Event, "now"> : never;

/** A frame of ours. */
export interface SentFrame {
  /** The line that was played when it left. */
  readonly place: string;
  readonly connection: number;
  /** Who is at the other end. */
  readonly to: string;
  readonly text: string;
  readonly json: JsonObject;
}

/** What became of a replay. */
export interface Replay {
  readonly sent: readonly SentFrame[];
  /** Connections that ours closed. */
  readonly closed: ReadonlySet<number>;
}

/** The code of a closing that nobody said. */
export const KILLED = 1006;
const START_AT = 1_795_508_000_000;
/** Dialled to carry calls; no number of a recording is that large. */
export const CALL_CONNECTIONS_FROM = 10_000;
/** Dialled back of itself, where the recorded node did not. */
const DIAL_BACKS_FROM = 7_000;
/** Opened before the recording began, and not shown in it. */
const HIDDEN_CONNECTIONS_FROM = 5_000;

/** Plays `server` of a recording. */
export function replay(conversation: Conversation, server: string): Replay {
  const player = new Player(conversation, server);
  player.setUp();
  for (const line of conversation.lines) player.play(line);
  return player;
}

class Player implements Replay {
  readonly sent: SentFrame[] = [];
  readonly closed = new Set<number>();
  readonly #conversation: Conversation;
  readonly #self: RecordedServer;
  readonly #servers = new Map<string, RecordedServer>();
  readonly #core: NodeCore;
  readonly #codec = jsonCodec();
  readonly #functions = new Map<number, string>();
  readonly #names = new Map<number, string>();
  /** The recorded connection that a join is to become, by URL. */
  readonly #joining = new Map<string, number>();
  /** Recorded connections that ours has one link for. */
  readonly #links = new Map<string, number>();
  readonly #queue: { readonly atMs: number; readonly event: Untimed<NodeEvent> }[] = [];
  readonly #dead = new Set<string>();
  readonly #answered = new Set<string>();
  readonly #announced = new Set<string>();
  readonly #edges: EdgeEffects;
  #place = "";
  #atMs = -1_000;
  #wakeAt = Infinity;
  #calls = CALL_CONNECTIONS_FROM;
  #dialBacks = DIAL_BACKS_FROM;
  /** Links are dialled in ticks, connections that carry calls when there is a call. */
  #isTick = false;
  #isLeaving = false;

  constructor(conversation: Conversation, server: string) {
    this.#conversation = conversation;
    const { before, lines } = conversation;
    const names = new Set([...before, ...lines].flatMap(({ from, to }) => [from, to]));
    for (const name of names) this.#servers.set(name, recordedServer(conversation, name));
    this.#self = recordedServer(conversation, server);
    this.#edges = {
      send: (connection, message) => this.#sent(connection, message),
      dial: (dial, order) => this.#dialed(dial, order),
      close: (connection) => void this.closed.add(connection),
    };
    this.#core = new NodeCore({
      url: nodeUrl(this.#self.url),
      cluster: clusterId(this.#self.cluster),
      incarnation: incarnation("01M86A0000"),
      peers: [],
    });
  }

  /** Brings the node to where the recording begins; what it sends meanwhile is forgotten. */
  setUp(): void {
    this.#step({ type: "boot", seed: new Uint32Array([1, 2, 3, 4]) });
    for (const { name, resources } of this.#self.functions) this.#register(name, resources);
    const { before, lines } = this.#conversation;
    const opened = new Set(
      lines.filter((line) => line.event === "open").map((line) => line.connection),
    );
    for (const line of [...before, ...lines]) {
      if (opened.has(line.connection) || !this.#concerns(line)) continue;
      opened.add(line.connection);
      this.#open(line.connection, this.#other(line), this.#isDialed(line.connection), true);
    }
    const { name } = this.#conversation;
    for (const [index, peer] of (KNEW[name]?.[this.#self.name] ?? []).entries()) {
      this.#open(HIDDEN_CONNECTIONS_FROM + index, peer, false, true);
    }
    this.#pass(0);
    this.sent.length = 0;
    this.closed.clear();
  }

  /** Plays one line. */
  play(line: Line): void {
    if (!this.#concerns(line)) return;
    this.#pass(line.atMs);
    this.#place = line.place;
    const connection = this.#numberOf(line);
    if (line.event === "open") {
      const isDialed = line.from === this.#self.name;
      this.#open(line.connection, this.#other(line), isDialed, false);
    } else if (line.from === this.#self.name) this.#act(line);
    else if (this.closed.has(connection)) return;
    else if (line.event === "frame") this.#feed(connection, line.frame);
    else this.#step({ type: "closed", connection, code: 1000, reason: "" });
    if (line.event === "close" && line.code === KILLED) this.#killed(line.from);
    this.#pass(line.atMs);
  }

  /** What ours dialled is not in the recording, and ends with its peer all the same. */
  #killed(peer: string): void {
    this.#dead.add(peer);
    const connection = this.#links.get(peer) ?? 0;
    if (connection <= DIAL_BACKS_FROM || connection > CALL_CONNECTIONS_FROM) return;
    this.#links.delete(peer);
    this.#step({ type: "closed", connection, code: KILLED, reason: "" });
  }

  #concerns(line: Line): boolean {
    return line.from === this.#self.name || line.to === this.#self.name;
  }

  #other(line: Line): string {
    return line.from === this.#self.name ? line.to : line.from;
  }

  #numberOf(line: Line): number {
    const link = this.#links.get(this.#other(line));
    return link !== undefined && this.#isDialed(line.connection) ? link : line.connection;
  }

  /** Whether the recorded node dialled; where the opening is missing, what went over it tells. */
  #isDialed(connection: number): boolean {
    const { before, lines: after } = this.#conversation;
    const lines = [...before, ...after].filter((line) => line.connection === connection);
    const opening = lines.find((line) => line.event === "open");
    if (opening !== undefined) return opening.from === this.#self.name;
    return lines.some((line) => {
      const kind = kindOf(line.json);
      return line.from === this.#self.name
        ? ["gossip", "HELLO_ACK", "GOODBYE", "internal-rpc"].includes(kind)
        : line.event === "close"
        ? false
        : kind === "response" || kind === "internal-answer";
    });
  }

  #carriesCalls(connection: number): boolean {
    return this.#conversation.lines.some((line) =>
      line.connection === connection && line.from === this.#self.name &&
      kindOf(line.json) === "internal-rpc"
    );
  }

  #open(connection: number, peer: string, isDialed: boolean, isSetUp: boolean): void {
    this.#names.set(connection, peer);
    const url = this.#servers.get(peer)?.url ?? "";
    if (!isDialed) {
      const opened = { type: "opened", connection, dialect: "json", remote: peer } as const;
      this.#step({ ...opened, dial: undefined });
      if (isSetUp && peer.startsWith("server")) this.#greet(connection, peer);
      return;
    }
    const carriesCalls = this.#carriesCalls(connection);
    const isEmpty = !this.#conversation.lines.some((line) =>
      line.connection === connection && line.event === "frame"
    );
    if (carriesCalls || (isEmpty && !isSetUp) || this.#links.has(peer)) return;
    this.#links.set(peer, connection);
    this.#joining.set(url, connection);
    this.#step({ type: "join", url: nodeUrl(url) });
    this.#pass(this.#atMs);
    if (isSetUp) this.#greet(connection, peer);
  }

  /** The peer's handshake, where it was not recorded. */
  #greet(connection: number, peer: string): void {
    const known = recordedServer(this.#conversation, peer);
    const sets = Map.groupBy(known.functions, (one) => one.resources.join(" "));
    if (sets.size === 0) sets.set("", []);
    for (const [resources, functions] of sets) {
      const names = functions.map((one) => one.name);
      const locs = resources.split(" ").filter((one) => one !== "");
      this.#feed(connection, helloFrom(known, names, locs));
    }
  }

  #feed(connection: number, frame: string | Uint8Array): void {
    const decoded = this.#codec.decode(frame);
    this.#step(
      decoded.ok
        ? { type: "received", connection, messages: decoded.messages }
        : { type: "malformed", connection, error: decoded.error },
    );
  }

  /** What the recorded node did of itself. */
  #act(line: Line): void {
    const fields = fieldsOf(line.json);
    const kind = kindOf(line.json);
    if (kind === "GOODBYE" && !this.#isLeaving) {
      this.#isLeaving = true;
      this.#step({ type: "drain", timeoutMs: 0 });
    }
    const isOwn = kind === "HELLO" && fields["original_source"] === this.#self.url;
    const id = String(fields["announcement_id"]);
    if (!isOwn || this.#announced.has(id)) return;
    this.#announced.add(id);
    const [name] = listOf(fields["funs"]);
    const resources = listOf(fields["locs"]).map(String);
    this.#register(String(name), resources);
  }

  #register(name: string, resources: readonly string[]): void {
    const registration = this.#functions.size + 1;
    this.#functions.set(registration, name);
    this.#step({
      type: "register",
      registration,
      fun: functionName(name),
      resources: resources.map(resourceName),
      maxHops: maxHops(3),
      scope: "",
      concurrency: 100,
    });
  }

  #pass(atMs: number): void {
    for (let round = 0; round < 100_000; round += 1) {
      this.#queue.sort((a, b) => a.atMs - b.atMs);
      const [next] = this.#queue;
      const wakeMs = this.#wakeAt - START_AT;
      const dueMs = Math.min(next?.atMs ?? Infinity, wakeMs);
      if (dueMs > atMs) break;
      this.#atMs = Math.max(this.#atMs, dueMs);
      if (next !== undefined && next.atMs <= wakeMs) {
        this.#queue.shift();
        this.#step(next.event);
      } else this.#step({ type: "tick" });
    }
    this.#atMs = Math.max(this.#atMs, atMs);
  }

  #step(event: Untimed<NodeEvent>): void {
    this.#isTick = event.type === "tick";
    const timed = { ...event, now: START_AT + this.#atMs } as NodeEvent;
    this.#wakeAt = this.#core.step(timed, this.#edges, {
      items: () => {},
      wanted: () => {},
      given: () => {},
      settle: () => {},
      report: () => {},
      invoke: (invocation) => this.#invoke(invocation),
      credit: () => {},
      abort: () => {},
      stopped: () => {},
    });
  }

  #invoke({ invocation, registration, args, kwargs }: Invocation): void {
    const list = listOf(args.value);
    const named = objectOf(kwargs?.value);
    const run = runDemo(this.#functions.get(registration) ?? "", list, named, this.#self.name);
    if ("error" in run) return this.#soon({ type: "threw", invocation, error: run.error });
    const value = Payload.fromValue(run.value);
    this.#soon({ type: "returned", invocation, value }, run.delayMs);
  }

  #soon(event: Untimed<NodeEvent>, delayMs = 0): void {
    this.#queue.push({ atMs: this.#atMs + delayMs, event });
  }

  #dialed(dial: number, { url }: DialOrder): void {
    const joined = this.#joining.get(url);
    this.#joining.delete(url);
    const [peer] = [...this.#servers.values()].filter((one) => one.url === url);
    if (joined === undefined && this.#isTick) return this.#dialedBack(dial, url, peer);
    const connection = joined ?? (this.#calls += 1);
    this.#names.set(connection, peer?.name ?? url);
    this.#soon({ type: "opened", connection, dialect: "json", dial, remote: url });
  }

  /** A link that ours dials because its peer dialled: the recorded node's own one, where it has one. */
  #dialedBack(dial: number, url: string, peer: RecordedServer | undefined): void {
    if (peer === undefined || this.#dead.has(peer.name)) {
      return this.#soon({ type: "dial_failed", dial, message: "Nobody listens there" });
    }
    const recorded = this.#conversation.lines.find((line) =>
      line.event === "open" && line.from === this.#self.name && line.to === peer.name &&
      !this.#names.has(line.connection) && !this.#carriesCalls(line.connection)
    );
    const connection = recorded?.connection ?? (this.#dialBacks += 1);
    this.#names.set(connection, peer.name);
    this.#links.set(peer.name, connection);
    this.#soon({ type: "opened", connection, dialect: "json", dial, remote: url });
    const decoded = this.#codec.decode(helloFrom(peer, [], []));
    if (decoded.ok) this.#soon({ type: "received", connection, messages: decoded.messages });
  }

  #sent(connection: number, message: WireMessage): void {
    // Every connection is opened in the json dialect.
    const frame = this.#codec.encode([message as JsonMessage]);
    const text = typeof frame === "string" ? frame : new TextDecoder().decode(frame);
    const json = parsed(text) ?? {};
    const to = this.#names.get(connection) ?? "";
    this.sent.push({ place: this.#place, connection, to, text, json });
    if (connection > CALL_CONNECTIONS_FROM) this.#answerCall(connection, json);
  }

  /** Answers a call of ours as the same call was answered in the recording; silence stays silence. */
  #answerCall(connection: number, json: JsonObject): void {
    const { name, fun, args } = objectOf(listOf(json["cmds"])[0]);
    if (typeof name !== "string") return;
    const call = this.#conversation.lines.find((line) =>
      line.from === this.#self.name && line.json?.["command"] === fun &&
      JSON.stringify(line.json?.["args"]) === JSON.stringify(args) &&
      !this.#answered.has(line.place)
    );
    if (call === undefined) return;
    this.#answered.add(call.place);
    const answer = this.#conversation.lines.find((line) =>
      kindOf(line.json) === "internal-answer" && line.json?.["u"] === call.json?.["u"]
    );
    if (answer === undefined) return;
    const response = { r: { [name]: answer.json?.["answer"] }, error: null, u: json["u"] };
    const decoded = this.#codec.decode(JSON.stringify(response));
    if (!decoded.ok) throw new Error(decoded.error.message);
    this.#soon({ type: "received", connection, messages: decoded.messages });
  }
}

function helloFrom(
  { cluster, url }: RecordedServer,
  funs: readonly string[],
  locs: readonly string[],
): string {
  const server = { what: "HELLO", funs, locs, cluster_id: cluster, advertised_urls: [url] };
  return JSON.stringify({ role: "server", server, u: "set-up" });
}
