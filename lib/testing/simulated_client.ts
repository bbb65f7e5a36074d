import { ClientCore } from "../core/client_core.ts";
import type { CallerEffects } from "../core/effects.ts";
import type { ClientCommand } from "../core/events.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import type { BookedCall } from "./call_book.ts";
import { exactMs } from "./seeded_chance.ts";
import { SimulatedClock } from "./simulated_clock.ts";
import { SimulatedHost } from "./simulated_host.ts";
import type { SimulatedNode } from "./simulated_node.ts";
import { callCommand, type SimulatedCallOptions } from "./simulated_offer.ts";
import type { Place } from "./simulated_paths.ts";
import type { WorldRooms } from "./world_rooms.ts";

/** A client of a simulated world: a real client core that lives as long as the world. */
export class SimulatedClient {
  /** Its name in the world. */
  readonly name: string;
  /** @internal Where it is on the network. */
  readonly place: Place;
  readonly #rooms: WorldRooms;
  readonly #host: SimulatedHost<ClientCommand, CallerEffects>;

  /** @internal Made by the world; it dials at once. */
  constructor(rooms: WorldRooms, place: Place, nodes: readonly SimulatedNode[]) {
    const { queue, network, chance, faults, calls, noted, told } = rooms;
    this.#rooms = rooms;
    this.name = place.name;
    this.place = place;
    const core = new ClientCore({
      urls: nodes.map(({ url }) => url),
      dialects: ["farcall.v1"],
    });
    const skewMs = exactMs(faults.clockSkewMsMax * (2 * chance.next() - 1));
    const clock = new SimulatedClock(() => queue.now, skewMs);
    this.#host = new SimulatedHost<ClientCommand, CallerEffects>(
      { queue, network, clock, place, noted },
      core,
      {
        settle: (call, outcome) => calls.end(this, call, outcome, queue.now),
        report: (report) => told(this.name, report),
      },
    );
    place.process = this.#host;
    const seed = chance.words();
    this.#host.post((now) => ({ type: "boot", seed, now }));
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
}
