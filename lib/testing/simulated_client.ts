import { ClientCore } from "../core/client_core.ts";
import type { ClientOwnerEffects } from "../core/effects.ts";
import type { ClientCommand } from "../core/events.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import { MAX_HOPS_CEILING } from "../protocol/limits.ts";
import { functionName, maxHops } from "../protocol/names.ts";
import type { BookedCall } from "./call_book.ts";
import { exactMs } from "./seeded_chance.ts";
import { SimulatedClock } from "./simulated_clock.ts";
import { SimulatedHost } from "./simulated_host.ts";
import { numberOf } from "./simulated_function.ts";
import type { SimulatedNode } from "./simulated_node.ts";
import {
  callCommand,
  requestCommand,
  type SimulatedCallOptions,
  type SimulatedCommand,
  type SimulatedRequestOptions,
  streamCommand,
} from "./simulated_offer.ts";
import type { StreamPlan } from "./stream_plan.ts";
import { type BookedStream, SimulatedStreams } from "./simulated_streams.ts";
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
  readonly #core: ClientCore;
  readonly #host: SimulatedHost<ClientCommand, ClientOwnerEffects>;
  readonly #streams: SimulatedStreams;
  #registrations = 0;

  /** @internal Made by the world; it dials at once. */
  constructor(rooms: WorldRooms, place: Place, nodes: readonly SimulatedNode[]) {
    const { queue, network, chance, faults, calls, noted, told } = rooms;
    this.#rooms = rooms;
    this.#nodes = nodes;
    this.name = place.name;
    this.place = place;
    const core = this.#core = new ClientCore({
      urls: nodes.map(({ address }) => address),
      dialects: ["farcall.v1"],
    });
    const skewMs = exactMs(faults.clockSkewMsMax * (2 * chance.next() - 1));
    const clock = new SimulatedClock(() => queue.now, skewMs);
    this.#host = new SimulatedHost<ClientCommand, ClientOwnerEffects>(
      { queue, network, clock, place, noted },
      core,
      {
        items: (call, batch) => this.#streams.items(call, batch),
        wanted: (call, arg, units) => this.#streams.wanted(call, arg, units),
        given: (invocation, _, batch) => this.#streams.given(invocation, batch),
        credit: (invocation, units) => this.#streams.credit(invocation, units),
        abort: (invocation) => this.#streams.abort(invocation),
        invoke: (invocation) => {
          const run = calls.run(numberOf(invocation.kwargs), invocation.args.value);
          this.#streams.run(invocation, run);
        },
        settle: (call, outcome) => {
          this.#streams.ended(call);
          calls.end(this, call, outcome, queue.now);
        },
        report: (report) => told(this.name, report),
      },
    );
    const post = this.#host.post.bind(this.#host);
    this.#streams = new SimulatedStreams({ queue, chance, post: (stamp) => post(stamp) }, calls);
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

  /** Offers a function through its node, which does with streams what the plan of its call says. */
  register(name: string): void {
    this.#registrations += 1;
    const registration = this.#registrations;
    const offer = { fun: functionName(name), resources: [], scope: "", concurrency: 1_000 };
    this.#host.post((now) => ({
      ...{ type: "register", registration, ...offer, maxHops: maxHops(MAX_HOPS_CEILING), now },
    }));
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

  /** How much of each kind its core holds. */
  sizes(): ReturnType<ClientCore["sizes"]> {
    return this.#core.sizes();
  }

  /** Calls a function of streams. */
  stream(fun: string, plan: StreamPlan, options: SimulatedCallOptions = {}): BookedStream {
    const { calls, queue } = this.#rooms;
    const booked = calls.begin(this, this.name, fun, queue.now);
    const made = this.#streams.begin(booked, plan);
    this.#host.post(streamCommand(booked.number, fun, plan, options));
    return made;
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
