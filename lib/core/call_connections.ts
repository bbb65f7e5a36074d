import {
  CALL_CONNECTION_IDLE_MS,
  DIAL_HEAD_START_MS,
  DIAL_TIMEOUT_MS,
  LEGACY_CALL_CONNECTIONS_MAX,
  SILENT_MS,
  UNDIALABLE_MS,
} from "../protocol/limits.ts";
import type { NodeUrl } from "../protocol/names.ts";
import { CLOSE } from "./close_codes.ts";
import type { ConnectionRecord, ConnectionTable } from "./connection_table.ts";
import type { DialBook } from "./dial_book.ts";
import type { ConnectionId } from "./events.ts";
import type { Drop } from "./link_keeper.ts";
import type { Turn } from "./turn.ts";

/** What the owner of waiting calls is told. */
export interface CallWaiter {
  /** The call can be sent over this connection now. */
  ready(turn: Turn, call: number, record: ConnectionRecord): void;
  /** No connection could be had. */
  unreachable(turn: Turn, call: number, message: string): void;
  /** Whether calls that were sent over a connection have not ended. */
  carries(connection: ConnectionId): boolean;
}

/** Connections to one node, dialled only to carry calls. */
interface Target {
  readonly url: NodeUrl;
  dialing: number;
  /** When the first of those dials began. */
  dialingSince: number;
  /** Until then nobody waits for an answer of it who has another way. */
  silentUntil: number;
  /** Carries any number of calls at once. */
  v1: ConnectionId | undefined;
  /** Each carries one call at a time (the reference serves in order), with the time it was last used. */
  readonly json: Map<ConnectionId, { call: number | undefined; usedAt: number }>;
  readonly waiting: Set<number>;
  undialableUntil: number;
  usedAt: number;
}

/**
 * Call connections: dialled to reach a provider that has no link to us. They are no links and change no distance.
 */
export class CallConnections {
  readonly #targets = new Map<NodeUrl, Target>();
  readonly #connections: ConnectionTable;
  readonly #dials: DialBook;
  readonly #drop: Drop;
  readonly #waiter: CallWaiter;

  /** @param waiter Is told when a waiting call can leave, or that it can't. */
  constructor(
    connections: ConnectionTable,
    dials: DialBook,
    drop: Drop,
    waiter: CallWaiter,
  ) {
    this.#connections = connections;
    this.#dials = dials;
    this.#drop = drop;
    this.#waiter = waiter;
  }

  /** Calls that wait in line or hold a `json` connection. */
  get queuedCount(): number {
    let count = 0;
    for (const { waiting, json } of this.#targets.values()) {
      count += waiting.size;
      for (const slot of json.values()) if (slot.call !== undefined) count += 1;
    }
    return count;
  }

  /** The open `farcall.v1` call connection to a node. */
  openTo(url: NodeUrl, now: number): ConnectionId | undefined {
    const target = this.#targets.get(url);
    if (target?.v1 === undefined) return undefined;
    target.usedAt = now;
    return target.v1;
  }

  /** Whether a dial to this node failed a short while ago. */
  isUndialable(url: NodeUrl, now: number): boolean {
    return (this.#targets.get(url)?.undialableUntil ?? 0) > now;
  }

  /** When a call that waits for the node may look for another way; `undefined` = at no time, it is connected. */
  headStartEndsAt(url: NodeUrl, now: number): number | undefined {
    const target = this.#targets.get(url);
    if (target === undefined) return now + DIAL_HEAD_START_MS;
    if (isConnected(target)) return undefined;
    if (target.silentUntil > now) return now;
    return (target.dialing > 0 ? target.dialingSince : now) + DIAL_HEAD_START_MS;
  }

  /** Nobody waits for the node any longer, as it did not answer: it is dialled on, for those to come. */
  isSilent(turn: Turn, url: NodeUrl): void {
    const target = this.#target(url);
    target.silentUntil = turn.now + SILENT_MS;
    if (target.dialing === 0 && target.undialableUntil <= turn.now) this.#dial(turn, target);
  }

  /** Puts a call in line for a connection to the node, and dials where that helps. */
  wait(turn: Turn, url: NodeUrl, call: number): void {
    const target = this.#target(url);
    target.waiting.add(call);
    this.#serve(turn, target);
  }

  /** The call ended while it waited. */
  leave(url: NodeUrl, call: number): void {
    this.#targets.get(url)?.waiting.delete(call);
  }

  /** A call connection is ready: a `json` one when it is open, a `farcall.v1` one after the peer's hello. */
  ready(turn: Turn, record: ConnectionRecord): void {
    if (record.dialedUrl === undefined) return;
    const target = this.#target(record.dialedUrl);
    target.dialing = Math.max(0, target.dialing - 1);
    target.undialableUntil = 0;
    target.silentUntil = 0;
    if (record.dialect === "farcall.v1") target.v1 = record.id;
    else target.json.set(record.id, { call: undefined, usedAt: turn.now });
    this.#serve(turn, target);
  }

  /** A dial failed, or its connection ended before it was ready: whoever waits is told. */
  failed(turn: Turn, url: NodeUrl, message: string): void {
    const target = this.#target(url);
    target.dialing = Math.max(0, target.dialing - 1);
    if (isConnected(target) || target.dialing > 0) return;
    target.undialableUntil = turn.now + UNDIALABLE_MS;
    const waiting = [...target.waiting];
    target.waiting.clear();
    for (const call of waiting) this.#waiter.unreachable(turn, call, message);
  }

  /** A connection that carried calls is gone; what was sent over it is its owner's business. */
  closed(turn: Turn, record: ConnectionRecord, reason: string): void {
    const target = record.dialedUrl === undefined ? undefined : this.#targets.get(record.dialedUrl);
    if (target === undefined) return;
    if (target.v1 === record.id) target.v1 = undefined;
    else if (!target.json.delete(record.id)) return this.failed(turn, target.url, reason);
    this.#serve(turn, target);
  }

  /** The answer to the one call on a `json` connection is here. */
  freed(turn: Turn, record: ConnectionRecord): void {
    const target = record.dialedUrl === undefined ? undefined : this.#targets.get(record.dialedUrl);
    const slot = target?.json.get(record.id);
    if (target === undefined || slot === undefined) return;
    slot.call = undefined;
    slot.usedAt = turn.now;
    this.#serve(turn, target);
  }

  /** The call on a connection was given up: a `json` connection is blocked by it, so it is replaced. */
  abandoned(turn: Turn, record: ConnectionRecord): void {
    this.#drop(turn, record, CLOSE.normal, "call given up");
  }

  /** Closes idle connections and forgets idle targets; cheap enough for every few seconds. */
  expire(turn: Turn): void {
    for (const target of [...this.#targets.values()]) {
      this.#expireTarget(turn, target);
      const isIdle = target.v1 === undefined && target.json.size === 0 && target.dialing === 0 &&
        target.waiting.size === 0 && target.undialableUntil <= turn.now &&
        target.silentUntil <= turn.now;
      if (isIdle) this.#targets.delete(target.url);
    }
  }

  #expireTarget(turn: Turn, target: Target): void {
    const before = turn.now - CALL_CONNECTION_IDLE_MS;
    const v1 = target.v1 === undefined ? undefined : this.#connections.get(target.v1);
    if (v1 !== undefined && this.#waiter.carries(v1.id)) target.usedAt = turn.now;
    else if (v1 !== undefined && target.usedAt < before) this.#drop(turn, v1, CLOSE.normal, "idle");
    for (const [id, slot] of [...target.json]) {
      const record = this.#connections.get(id);
      if (record !== undefined && slot.call === undefined && slot.usedAt < before) {
        this.#drop(turn, record, CLOSE.normal, "idle");
      }
    }
  }

  #target(url: NodeUrl): Target {
    const known = this.#targets.get(url);
    if (known !== undefined) return known;
    const made: Target = {
      url,
      dialing: 0,
      dialingSince: 0,
      silentUntil: 0,
      v1: undefined,
      json: new Map(),
      waiting: new Set(),
      undialableUntil: 0,
      usedAt: 0,
    };
    this.#targets.set(url, made);
    return made;
  }

  #serve(turn: Turn, target: Target): void {
    for (const call of [...target.waiting]) {
      const record = this.#freeConnection(turn, target, call);
      if (record === undefined) break;
      target.waiting.delete(call);
      this.#waiter.ready(turn, call, record);
    }
    const wanted = target.json.size > 0
      ? Math.min(target.waiting.size, LEGACY_CALL_CONNECTIONS_MAX - target.json.size)
      : Math.min(target.waiting.size, 1);
    if (target.v1 !== undefined) return;
    while (target.dialing < wanted) this.#dial(turn, target);
  }

  #freeConnection(turn: Turn, target: Target, call: number): ConnectionRecord | undefined {
    if (target.v1 !== undefined) {
      target.usedAt = turn.now;
      return this.#connections.get(target.v1);
    }
    for (const [id, slot] of target.json) {
      if (slot.call !== undefined) continue;
      slot.call = call;
      return this.#connections.get(id);
    }
    return undefined;
  }

  #dial(turn: Turn, target: Target): void {
    if (target.dialing === 0) target.dialingSince = turn.now;
    target.dialing += 1;
    const dial = this.#dials.add({ url: target.url, purpose: "call" });
    turn.edges.dial(dial, {
      url: target.url,
      dialects: ["farcall.v1", "json"],
      timeoutMs: DIAL_TIMEOUT_MS,
    });
  }
}

function isConnected({ v1, json }: Target): boolean {
  return v1 !== undefined || json.size > 0;
}
