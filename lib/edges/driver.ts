/**
 * The one loop that runs any machine on any edges.
 *
 * Whatever happens becomes an event in a queue. One microtask takes them all, steps the machine, obeys its effects, and at
 * the end sends what each connection has to send in as few frames as it can: so the more happens at once, the less each
 * message costs. There is one timer. Nothing that a peer, an edge or the machine's owner does makes the loop throw.
 *
 * @module
 */

import type { DialOrder, EdgeEffects } from "../core/effects.ts";
import type { DialId, EdgeEvent, Timed } from "../core/events.ts";
import type { Machine } from "../core/machine.ts";
import { ConnectionBook } from "./connection_book.ts";
import { guarded } from "./guarded.ts";
import type { LiveConnection } from "./live_connection.ts";
import type { Clock } from "./system_clock.ts";
import type { Connection, ConnectionReader, Dialer, Listener } from "./transport.ts";

/** How often a congested connection is looked at, in ms: transports have no event for "taken". */
const CONGESTION_POLL_MS = 50;
/** Ticks in one turn, at most: a machine that always wants another one must not stop the world. */
const TICKS_PER_TURN_MAX = 16;

/** What a driver runs on. */
export interface DriverEdges {
  /** Opens what the machine wants to be opened; the driver disposes it at its own end. */
  readonly dialer: Dialer;
  /** Tells the time and wakes. */
  readonly clock: Clock;
  /**
   * Hears of defects: what the machine or its owner threw, or a message that could not be written. The loop goes on.
   */
  readonly failed: (error: unknown) => void;
  /** Frames of the `json` dialect. Default `"binary"`: some peers of the reference drop text from nodes. */
  readonly jsonFrames?: "binary" | "text";
}

interface Waiting<Command> {
  readonly event: EdgeEvent | Command;
  /** The connection that a frame came over: frames of one that has ended since are dropped. */
  readonly from: LiveConnection | undefined;
}

/**
 * Runs a machine.
 *
 * @typeParam Command What the machine's owner may tell it.
 * @typeParam Owner The sink for the machine's effects on its owner; its methods may throw, the machine never notices.
 */
export class Driver<Command extends Timed, Owner extends object> implements AsyncDisposable {
  readonly #machine: Machine<Command, Owner>;
  readonly #owner: Owner;
  readonly #dialer: Dialer;
  readonly #clock: Clock;
  readonly #failed: (error: unknown) => void;
  readonly #sink: EdgeEffects;
  readonly #connections: ConnectionBook;
  readonly #dials = new Map<DialId, AbortController>();
  readonly #listeners: Listener[] = [];
  #queue: Waiting<Command>[] = [];
  #isDrainDue = false;
  #tickAt = Infinity;
  #armedAt = Infinity;
  #disarm: () => void = () => {};
  #end: Promise<void> | undefined;
  #isOver = false;

  /** Runs `machine`, which steps first when something is posted or a connection opens. */
  constructor(machine: Machine<Command, Owner>, owner: Owner, edges: DriverEdges) {
    this.#machine = machine;
    this.#dialer = edges.dialer;
    this.#clock = edges.clock;
    this.#failed = (error) => {
      try {
        edges.failed(error);
      } catch {
        // Whoever hears of defects may have some, too.
      }
    };
    this.#owner = guarded(owner, this.#failed);
    const connections = this.#connections = new ConnectionBook({
      now: () => edges.clock.now(),
      happened: (event, from) => this.#enqueue(event, from),
      failed: this.#failed,
      jsonFrames: edges.jsonFrames ?? "binary",
    });
    this.#sink = {
      send: (connection, message) => connections.send(connection, message),
      dial: (dial, order) => void this.#dial(dial, order),
      close: (connection, code, reason) => connections.close(connection, code, reason),
    };
  }

  /**
   * Tells the machine something, at the end of the present turn. After the end of the driver: dropped.
   *
   * @param stamp Makes the command with the time it is given.
   */
  post(stamp: (now: number) => Command): void {
    this.#enqueue(stamp(this.#clock.now()), undefined);
  }

  /** Takes a connection that came in; fit to be handed to a listener as it is. */
  readonly accept = (connection: Connection): ConnectionReader => {
    return this.#connections.open(connection, undefined);
  };

  /** Leaves a listener to this driver, which closes it at its own end. */
  adopt(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /**
   * Ends everything: dials, connections, listeners, dialer, timer. The machine still hears what was posted before, and
   * nothing more. Idempotent.
   */
  [Symbol.asyncDispose](): Promise<void> {
    this.#end ??= this.#dispose();
    return this.#end;
  }

  async #dispose(): Promise<void> {
    // Not from inside a step, and after the turn that is due.
    await Promise.resolve();
    this.#isOver = true;
    this.#queue = [];
    this.#disarm();
    for (const dial of this.#dials.values()) dial.abort();
    await this.#connections.endAll();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
    await this.#dialer[Symbol.asyncDispose]();
  }

  #enqueue(event: EdgeEvent | Command, from: LiveConnection | undefined): void {
    if (this.#isOver) return;
    this.#queue.push({ event, from });
    if (this.#isDrainDue) return;
    this.#isDrainDue = true;
    queueMicrotask(() => this.#drain());
  }

  #drain(): void {
    this.#isDrainDue = false;
    if (this.#isOver) return;
    // What is posted meanwhile is taken in this turn, too.
    this.#isDrainDue = true;
    for (let ticks = 0; ticks < TICKS_PER_TURN_MAX; ticks += 1) {
      this.#takeQueue();
      const now = this.#clock.now();
      if (this.#tickAt > now) break;
      this.#step({ type: "tick", now });
    }
    this.#takeQueue();
    this.#isDrainDue = false;
    this.#connections.flush();
    this.#arm();
  }

  #takeQueue(): void {
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      for (const { event, from } of batch) {
        if (from === undefined || !from.isEnding) this.#step(event);
      }
    }
  }

  #step(event: EdgeEvent | Command): void {
    try {
      this.#tickAt = this.#machine.step(event, this.#sink, this.#owner);
    } catch (error) {
      this.#failed(error);
    }
  }

  #arm(): void {
    if (this.#isOver) return;
    const now = this.#clock.now();
    let at = this.#tickAt;
    // The guard of the turn ended it: go on after others had theirs.
    if (at <= now) at = now + 1;
    if (this.#connections.hasCongested) at = Math.min(at, now + CONGESTION_POLL_MS);
    // A timer that is early enough stays: it looks again. One per turn would cost more than it saves.
    if (this.#armedAt <= at && this.#armedAt > now) return;
    this.#disarm();
    this.#armedAt = at;
    this.#disarm = this.#clock.wake(at, () => this.#woken());
  }

  #woken(): void {
    this.#armedAt = Infinity;
    if (this.#isOver) return;
    this.#connections.lookAtCongested();
    this.#drain();
  }

  async #dial(dial: DialId, order: DialOrder): Promise<void> {
    const giveUp = new AbortController();
    this.#dials.set(dial, giveUp);
    const target = {
      url: order.url,
      subprotocols: order.dialects.filter((dialect) => dialect !== "json"),
      timeoutMs: order.timeoutMs,
    };
    const accept = (connection: Connection): ConnectionReader =>
      this.#connections.open(connection, dial);
    try {
      await this.#dialer.dial(target, accept, giveUp.signal);
    } catch (error) {
      const message = error instanceof Error ? error.message : `Can't dial ${order.url}`;
      this.#enqueue({ type: "dial_failed", dial, message, now: this.#clock.now() }, undefined);
    } finally {
      this.#dials.delete(dial);
    }
  }
}
