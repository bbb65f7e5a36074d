import { ClientCore } from "../core/client_core.ts";
import type { ClientOwnerEffects } from "../core/effects.ts";
import type { ClientCommand } from "../core/events.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import type { BookedCall } from "./call_book.ts";
import { exactMs } from "./seeded_chance.ts";
import { SimulatedClock } from "./simulated_clock.ts";
import { SimulatedHost } from "./simulated_host.ts";
import type { SimulatedNode } from "./simulated_node.ts";
import {
  callCommand,
  requestCommand,
  type SimulatedCallOptions,
  type SimulatedCommand,
  type SimulatedRequestOptions,
} from "./simulated_offer.ts";
import type { Place } from "./simulated_paths.ts";
import type { WorldRooms } from "./world_rooms.ts";

/** A client of a simulated world: a real client core that lives as long as the world. */
export class SimulatedClient {
  /** Its name in the world. */
  readonly name: string;
  /** @internal Where it is on the network. */
  readonly place: Place;
  readonly #rooms: WorldRooms;
  readonly #nodes: readonly SimulatedNode[];
  readonly #host: SimulatedHost<ClientCommand, ClientOwnerEffects>;

  /** @internal Made by the world; it dials at once. */
  constructor(rooms: WorldRooms, place: Place, nodes: readonly SimulatedNode[]) {
    const { queue, network, chance, faults, calls, noted, told } = rooms;
    this.#rooms = rooms;
    this.#nodes = nodes;
    this.name = place.name;
    this.place = place;
    const core = new ClientCore({
      urls: nodes.map(({ address }) => address),
      dialects: ["farcall.v1"],
    });
    const skewMs = exactMs(faults.clockSkewMsMax * (2 * chance.next() - 1));
    const clock = new SimulatedClock(() => queue.now, skewMs);
    this.#host = new SimulatedHost<ClientCommand, ClientOwnerEffects>(
      { queue, network, clock, place, noted },
      core,
      {
        items: () => {},
        wanted: () => {},
        given: () => {},
        invoke: () => {},
        credit: () => {},
        abort: () => {},
        settle: (call, outcome) => calls.end(this, call, outcome, queue.now),
        report: (report) => told(this.name, report),
      },
    );
    place.process = this.#host;
    const seed = chance.words();
    this.#host.post((now) => ({ type: "boot", seed, now }));
  }

  /** Functions that the first of its nodes that is alive has in its reach. */
  functions(): string[] {
    return this.#nodes.find((node) => node.isAlive)?.functions() ?? [];
  }

  /** Leaves for good: what it waits for ends as cancelled. */
  close(): void {
    this.#host.post((now) => ({ type: "close", now }));
  }

  /** Calls a function by its name; the returned entry tells how it ended, once it has. */
  call(
    fun: string,
    args: readonly JsonValue[] = [],
    options: SimulatedCallOptions = {},
  ): BookedCall {
    const { calls, queue } = this.#rooms;
    const entry = calls.begin(this, this.name, fun, queue.now);
    this.#host.post(callCommand(entry.number, fun, args, options));
    return entry;
  }

  /** Asks for several commands that feed each other. */
  request(
    commands: readonly SimulatedCommand[],
    options: SimulatedRequestOptions = {},
  ): BookedCall {
    const { calls, queue } = this.#rooms;
    const entry = calls.beginRequest(this, this.name, commands, queue.now);
    this.#host.post(requestCommand(entry.number, commands, options));
    return entry;
  }
}
