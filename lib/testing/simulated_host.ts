import type { EdgeEffects } from "../core/effects.ts";
import type { EdgeEvent, Timed, WireMessage } from "../core/events.ts";
import type { Machine } from "../core/machine.ts";
import type { EventQueue } from "./event_queue.ts";
import type { SimulatedClock } from "./simulated_clock.ts";
import type { SimulatedNetwork } from "./simulated_network.ts";
import type { Place, Process, Stamp } from "./simulated_paths.ts";

/** Ticks in one turn, at most, as the real driver has it. */
const TICKS_PER_TURN_MAX = 16;

interface Waiting<Command> {
  readonly stamp: Stamp<EdgeEvent | Command>;
  readonly isWanted: (() => boolean) | undefined;
  readonly taken: (() => void) | undefined;
}

/** What runs a machine, and who hears of it. */
export interface HostRooms {
  readonly queue: EventQueue;
  readonly network: SimulatedNetwork;
  readonly clock: SimulatedClock;
  readonly place: Place;
  /** Hears of each event that a machine takes: the trace. */
  readonly noted: (place: Place, event: { readonly type: string }) => void;
}

/**
 * One process: it runs a machine on the simulated network as the driver runs it on a real one. All that waits at one moment
 * is one turn, at the end of which each connection is sent what it has to be sent.
 */
export class SimulatedHost<Command extends Timed & { readonly type: string }, Owner>
  implements Process {
  readonly #rooms: HostRooms;
  readonly #machine: Machine<Command, Owner>;
  readonly #owner: Owner;
  readonly #edges: EdgeEffects;
  readonly #outgoing = new Map<number, WireMessage[]>();
  readonly #closing = new Map<number, { readonly code: number; readonly reason: string }>();
  #waiting: Waiting<Command>[] = [];
  #isTurnDue = false;
  #isStill = false;
  #isDead = false;
  #tickAt = Infinity;
  #armedAt = Infinity;

  /** Runs `machine`, whose effects on its owner go to `owner`. */
  constructor(
    rooms: HostRooms,
    machine: Machine<Command, Owner>,
    owner: Owner,
  ) {
    this.#rooms = rooms;
    this.#machine = machine;
    this.#owner = owner;
    const { network, place } = rooms;
    this.#edges = {
      send: (connection, message) => {
        if (this.#closing.has(connection)) return;
        const messages = this.#outgoing.get(connection);
        if (messages === undefined) this.#outgoing.set(connection, [message]);
        else messages.push(message);
      },
      dial: (dial, order) => network.dial(place, this, dial, order),
      close: (connection, code, reason) => {
        if (!this.#closing.has(connection)) this.#closing.set(connection, { code, reason });
      },
    };
  }

  /** Whether the process stands still. */
  get isStill(): boolean {
    return this.#isStill;
  }

  /** When the machine wants to be woken; `Infinity` = never. */
  get wakeAt(): number {
    return this.#tickAt;
  }

  /** Puts an event in line. */
  post(
    stamp: Stamp<EdgeEvent | Command>,
    isWanted?: () => boolean,
    taken?: () => void,
  ): void {
    if (this.#isDead) return;
    this.#waiting.push({ stamp, isWanted, taken });
    this.#plan();
  }

  /** The process is gone: nothing of it happens any more. */
  die(): void {
    this.#isDead = true;
    this.#waiting = [];
  }

  /** The process stands still: what happens waits. */
  stop(): void {
    this.#isStill = true;
  }

  /** The process goes on. */
  goOn(): void {
    this.#isStill = false;
    this.#plan();
  }

  /** The clock jumped: timers go by what it shows. */
  clockJumped(): void {
    this.#armedAt = Infinity;
    this.#arm();
  }

  #plan(): void {
    if (this.#isTurnDue || this.#isStill || this.#isDead) return;
    this.#isTurnDue = true;
    this.#rooms.queue.add(this.#rooms.queue.now, () => this.#turn());
  }

  #turn(): void {
    this.#isTurnDue = false;
    if (this.#isDead || this.#isStill) return;
    for (let ticks = 0; ticks < TICKS_PER_TURN_MAX; ticks += 1) {
      this.#takeWaiting();
      const now = this.#rooms.clock.now();
      if (this.#tickAt > now) break;
      this.#step({ type: "tick", now });
    }
    this.#takeWaiting();
    this.#flush();
    this.#arm();
    if (this.#waiting.length > 0) this.#plan();
  }

  #takeWaiting(): void {
    while (this.#waiting.length > 0 && !this.#isDead) {
      const batch = this.#waiting;
      this.#waiting = [];
      for (const { stamp, isWanted, taken } of batch) {
        if (isWanted === undefined || isWanted()) {
          this.#step(stamp(this.#rooms.clock.now()));
        }
        taken?.();
      }
    }
  }

  #step(event: EdgeEvent | Command): void {
    this.#rooms.noted(this.#rooms.place, event);
    this.#tickAt = this.#machine.step(event, this.#edges, this.#owner);
  }

  #flush(): void {
    const { network } = this.#rooms;
    for (const [connection, messages] of this.#outgoing) {
      const end = network.end(connection);
      if (end?.process === this) network.send(end, messages);
    }
    this.#outgoing.clear();
    for (const [connection, { code, reason }] of this.#closing) {
      const end = network.end(connection);
      if (end?.process === this) network.close(end, code, reason);
    }
    this.#closing.clear();
  }

  #arm(): void {
    if (this.#isDead || this.#tickAt === Infinity) return;
    const { queue, clock } = this.#rooms;
    const at = Math.max(clock.worldTimeOf(Math.max(this.#tickAt, clock.now() + 1)), queue.now + 1);
    if (this.#armedAt <= at) return;
    this.#armedAt = at;
    queue.add(at, () => {
      if (this.#armedAt !== at) return;
      this.#armedAt = Infinity;
      this.#turn();
    });
  }
}
