/**
 * Connections on simulated paths.
 *
 * Each connection is two pipes, first in, first out. The dialler's pipe begins with the wish to be accepted, the acceptor's
 * with its consent, so a silent path holds a dial just as it holds a frame. What a silent path holds arrives when the path
 * works again, unless the connection has ended. Delivery times are absolute: nothing is ever reckoned from a remainder.
 *
 * @module
 */

import type { DialOrder } from "../core/effects.ts";
import { type End, type Item, makeEnds, type Traffic, type Unsent } from "./connection_ends.ts";
import type { EventQueue } from "./event_queue.ts";
import type { Direction, Happening, Place, Process, SimulatedPaths } from "./simulated_paths.ts";
import type { Untaken, WireText } from "./wire_text.ts";

/** Numbers of WebSocket closings that the network itself makes. */
const ABNORMAL = 1006;

/**
 * Sockets of the reference's dialect have no heartbeat of ours where they are accepted: the platform pings, and ends them when
 * two pings in a row bring nothing, in ms.
 */
const PLATFORM_PING_MS = 30_000;

/** Looks on as frames travel, and never touches them. */
export interface LinkWatch {
  /** A frame leaves an end. */
  sent(end: End, said: Untaken["said"]): void;
  /** A frame is taken by the process at this end; not `isRead` = it is lost, since the connection is over there. */
  taken(end: End, said: Untaken["said"], isRead: boolean): void;
  /** The process at this end knows of the connection no more. */
  closed(end: End): void;
  /** An end is congested, or no longer. */
  flowed(end: End, isCongested: boolean): void;
}

/** All connections of a world. */
export class SimulatedNetwork {
  /** What was carried so far. */
  readonly traffic: Traffic = { dials: 0, frames: 0, deliveries: 0, stirredAt: 0 };
  /** Places whose traffic keeps the world from being at rest; `undefined` = all. */
  watched: ReadonlySet<Place> | undefined;
  /** Sees each frame that arrives. */
  onFrame: (from: Place, to: Place, frame: Untaken) => void = () => {};
  readonly #watch: LinkWatch;
  readonly #queue: EventQueue;
  readonly #paths: SimulatedPaths;
  readonly #wire: WireText;
  readonly #places = new Map<string, Place>();
  readonly #ends = new Map<number, End>();
  #last = 0;

  /** @param wire Writes and reads frames. */
  constructor(queue: EventQueue, paths: SimulatedPaths, wire: WireText, watch: LinkWatch) {
    this.#watch = watch;
    this.#queue = queue;
    this.#paths = paths;
    this.#wire = wire;
  }

  /** Makes a place known to those who dial. */
  add(place: Place): void {
    if (place.url !== undefined) this.#places.set(place.url, place);
  }

  /** Dials for a process; the answer is an `opened` or a `dial_failed`. */
  dial(place: Place, process: Process, dial: number, order: DialOrder): void {
    this.traffic.dials += 1;
    const target = this.#places.get(order.url);
    const fail = (message: string): void => post(process, { type: "dial_failed", dial, message });
    if (target === undefined) return fail(`No host is called ${order.url}`);
    const near = this.#connect(place, target);
    near.process = process;
    near.dial = dial;
    const { isCut } = this.#paths.direction(place, target);
    if (isCut || this.#paths.direction(target, place).isCut) {
      near.dial = undefined;
      this.#ends.delete(near.id);
      return fail(`No route to ${target.name}`);
    }
    this.#push(near, { type: "opened" });
    this.#queue.add(this.#queue.now + order.timeoutMs, () => {
      if (near.dial === undefined) return;
      near.dial = undefined;
      this.#push(near, { type: "closed", code: ABNORMAL, reason: "dial given up" });
      this.#forget(near);
      fail(`${target.name} did not answer in ${order.timeoutMs} ms`);
    });
  }

  /** An end by the number its machine knows. */
  end(id: number): End | undefined {
    return this.#ends.get(id);
  }

  /** Sends one turn's messages over an end, in as few frames as the codec takes. */
  send(end: End, messages: Parameters<WireText["write"]>[1]): void {
    if (!end.isOpen) return;
    const { direction } = end.out;
    for (const frame of this.#wire.write(end, messages)) {
      end.out.held += 1;
      this.#push(end, { type: "frame", frame });
      this.#watch.sent(end, frame.said);
      if (frame.isStirring) this.#stir(direction);
    }
    if (!end.out.isCongested && end.out.held > direction.windowFrames) {
      end.out.isCongested = true;
      this.#watch.flowed(end, true);
      post(end.process, { type: "congested", connection: end.id }, () => end.isOpen);
    }
  }

  /** Ends a connection from one end, after what was sent before. */
  close(end: End, code: number, reason: string): void {
    if (!end.isOpen) return;
    end.isOpen = false;
    this.#watch.closed(end);
    this.#push(end, { type: "closed", code, reason });
    const { process } = end;
    const away = this.#paths.delayMs(end.out.direction);
    const back = this.#paths.delayMs(end.peer().out.direction);
    this.#queue.add(this.#queue.now + away + back, () => {
      if (end.process === process) {
        post(process, { type: "closed", connection: end.id, code, reason });
      }
      this.#forget(end);
    });
  }

  /** A process is gone. Its host closes what it had, or, without power, says nothing any more. */
  died(process: Process, isSilent: boolean): void {
    for (const end of [...this.#ends.values()]) {
      if (end.process !== process) continue;
      end.isOpen = false;
      this.#watch.closed(end);
      end.process = undefined;
      end.dial = undefined;
      if (!isSilent) this.#push(end, { type: "closed", code: ABNORMAL, reason: "process ended" });
      this.#forget(end);
    }
  }

  /** Resets what is open between two places: each end sees it when it does, and what was on its way is lost. */
  reset(one: Place, other: Place): void {
    for (const end of [...this.#ends.values()]) {
      const { from, to } = end.out.direction;
      if (!(from === one && to === other) && !(from === other && to === one)) continue;
      if (end.out.isDead) continue;
      end.out.isDead = true;
      end.out.items = [];
      const at = this.#queue.now + this.#paths.delayMs(end.out.direction);
      const item = { at, type: "closed", code: ABNORMAL, reason: "connection reset" } as const;
      this.#queue.add(at, () => this.#closed(end, item));
    }
  }

  /** A direction works again: what waits in it arrives. */
  resume(direction: Direction): void {
    for (const end of [...this.#ends.values()]) {
      if (end.out.direction !== direction || end.out.items.length === 0) continue;
      const at = this.#queue.now + this.#paths.delayMs(direction);
      this.#queue.add(at, () => this.#arrive(end));
    }
  }

  #connect(place: Place, target: Place): End {
    const ways = [
      this.#paths.direction(place, target),
      this.#paths.direction(target, place),
    ] as const;
    const [near, far] = makeEnds(ways, this.#last);
    this.#last = far.id;
    this.#ends.set(near.id, near).set(far.id, far);
    return near;
  }

  #push(end: End, item: Unsent): void {
    const { out } = end;
    if (out.isDead) return;
    const at = Math.max(out.lastAt, this.#queue.now + this.#paths.delayMs(out.direction));
    out.lastAt = at;
    out.items.push({ ...item, at });
    this.#queue.add(at, () => this.#arrive(end));
  }

  #arrive(source: End): void {
    const { out } = source;
    while (!out.direction.isSilent) {
      const item = out.items[0];
      if (item === undefined || item.at > this.#queue.now) return;
      out.items.shift();
      const target = source.peer();
      if (item.type === "opened") this.#opened(source, target);
      else if (item.type === "closed") this.#closed(target, item);
      else this.#frame(source, target, item.frame);
    }
  }

  #opened(source: End, target: End): void {
    const { dialect } = target;
    const happening = { type: "opened", connection: target.id, dialect } as const;
    const remote = source.place.url ?? source.place.name;
    if (target.isDialler) {
      const { dial, process } = target;
      if (dial === undefined) return;
      target.dial = undefined;
      target.isOpen = true;
      return post(process, { ...happening, dial, remote });
    }
    const { process, isDark } = target.place;
    if (process === undefined) {
      if (!isDark) this.#push(target, { type: "closed", code: ABNORMAL, reason: "refused" });
      return;
    }
    target.process = process;
    target.isOpen = true;
    post(process, { ...happening, dial: undefined, remote }, undefined, () => {
      this.#push(target, { type: "opened" });
    });
    if (dialect === "json") this.#ping(target, 0);
  }

  #ping(end: End, unanswered: number): void {
    this.#queue.add(this.#queue.now + PLATFORM_PING_MS, () => {
      if (!end.isOpen) return;
      const { process, out } = end.peer();
      const isAnswered = process !== undefined && !out.direction.isSilent &&
        !end.out.direction.isSilent;
      if (isAnswered || unanswered === 0) return this.#ping(end, isAnswered ? 0 : 1);
      this.#closed(end, { at: this.#queue.now, type: "closed", code: ABNORMAL, reason: "no pong" });
    });
  }

  #frame(source: End, target: End, frame: Untaken): void {
    const { process } = target;
    if (!target.isOpen || process === undefined) {
      // A host that knows of no such connection says so.
      this.#watch.taken(target, frame.said, false);
      const isHostUp = target.place.process !== undefined || !target.place.isDark;
      if (isHostUp) this.#push(target, { type: "closed", code: ABNORMAL, reason: "unknown here" });
      return;
    }
    this.traffic.frames += 1;
    this.traffic.deliveries += frame.count;
    this.onFrame(source.place, target.place, frame);
    const happening = this.#wire.read(target, frame);
    post(process, happening, () => target.isOpen, () => {
      this.#watch.taken(target, frame.said, target.isOpen);
      if (frame.isStirring) this.#stir(source.out.direction);
      const { out } = source;
      out.held -= 1;
      if (!out.isCongested || out.held > out.direction.windowFrames / 2) return;
      out.isCongested = false;
      this.#watch.flowed(source, false);
      post(source.process, { type: "drained", connection: source.id }, () => source.isOpen);
    });
  }

  #closed(end: End, { code, reason }: Extract<Item, { type: "closed" }>): void {
    const { process, dial } = end;
    if (dial !== undefined) {
      end.dial = undefined;
      post(process, { type: "dial_failed", dial, message: reason });
    } else if (end.isOpen) {
      end.isOpen = false;
      const told = (): void => this.#watch.closed(end);
      post(process, { type: "closed", connection: end.id, code, reason }, undefined, told);
    }
    this.#forget(end);
  }

  /** The end is over: its number is never used again, and what is still in its pipe goes its way. */
  #forget(end: End): void {
    this.#ends.delete(end.id);
  }

  #stir({ from, to, isSilent }: Direction): void {
    if (isSilent) return;
    if (this.watched !== undefined && !(this.watched.has(from) && this.watched.has(to))) return;
    this.traffic.stirredAt = this.#queue.now;
  }
}

function post(
  process: Process | undefined,
  happening: Happening,
  isWanted?: () => boolean,
  taken?: () => void,
): void {
  process?.post((now) => ({ ...happening, now }), isWanted, taken);
}
