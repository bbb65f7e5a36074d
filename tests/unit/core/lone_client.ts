/**
 * A client core with nobody at the other end but the test.
 *
 * @module
 */
import { assert } from "@std/assert";
import { ClientCore } from "../../../lib/core/client_core.ts";
import type {
  ClientOwnerEffects,
  DialOrder,
  EdgeEffects,
  Invocation,
  Outcome,
} from "../../../lib/core/effects.ts";
import type { ClientEvent, Dialect, WireMessage } from "../../../lib/core/events.ts";
import type { Report } from "../../../lib/core/reports.ts";
import type { CallError } from "../../../lib/protocol/errors.ts";
import type { ItemBatch } from "../../../lib/protocol/item_batch.ts";
import { functionName, nodeUrl, resourceName } from "../../../lib/protocol/names.ts";
import { Payload } from "../../../lib/protocol/payload.ts";

type Untimed<Event> = Event extends unknown ? Omit<Event, "now"> : never;

/** The client. */
export class LoneClient {
  readonly core: ClientCore;
  readonly sent: WireMessage[] = [];
  readonly dials: DialOrder[] = [];
  readonly closed: number[] = [];
  readonly reports: Report[] = [];
  readonly outcomes = new Map<number, Outcome>();
  /** What functions ask for of streamed arguments: call, place, units. */
  readonly wanted: (readonly [number, number, number | undefined])[] = [];
  /** Functions that were to run, and what their streamed arguments brought. */
  readonly invocations: Invocation[] = [];
  readonly given: (readonly [number, number, ItemBatch | undefined])[] = [];
  readonly aborted: CallError[] = [];
  now = 1_000_000;
  wakeAt = Infinity;
  #connection = 0;

  constructor(urls: string[] = ["ws://a", "ws://b"]) {
    this.core = new ClientCore({ urls });
    this.step({ type: "boot", seed: new Uint32Array([1, 2, 3, 4]) });
  }

  step(event: Untimed<ClientEvent>): void {
    const edges: EdgeEffects = {
      send: (_, message) => void this.sent.push(message),
      dial: (_, order) => void this.dials.push(order),
      close: (connection) => void this.closed.push(connection),
    };
    const owner: ClientOwnerEffects = {
      items: () => {},
      wanted: (call, arg, units) => void this.wanted.push([call, arg, units]),
      given: (run, arg, batch) => void this.given.push([run, arg, batch]),
      invoke: (invocation) => void this.invocations.push(invocation),
      credit: () => {},
      abort: (_, reason) => void this.aborted.push(reason),
      settle: (call, outcome) => {
        assert(!this.outcomes.has(call), "a call ends once");
        this.outcomes.set(call, outcome);
      },
      report: (report) => void this.reports.push(report),
    };
    this.wakeAt = this.core.step({ ...event, now: this.now } as ClientEvent, edges, owner);
  }

  /** Ticks until the core has no wish before `ms` are over. */
  pass(ms: number): void {
    const until = this.now + ms;
    while (this.wakeAt <= until) {
      this.now = Math.max(this.now, this.wakeAt);
      this.step({ type: "tick" });
    }
    this.now = until;
  }

  open(dialect: Dialect = "farcall.v1"): number {
    this.#connection += 1;
    const connection = this.#connection;
    const dial = this.dials.length;
    this.step({ type: "opened", connection, dialect, dial, remote: "test" });
    if (dialect === "farcall.v1") {
      this.receive({ type: "hello", role: "client", url: nodeUrl("ws://a") });
    }
    return connection;
  }

  receive(message: WireMessage): void {
    this.step({ type: "received", connection: this.#connection, messages: [message] });
  }

  call(
    call: number,
    timeoutMs = 30_000,
    idempotent = false,
    streamed?: readonly number[],
  ): void {
    this.step({
      ...{ idempotent, streamed },
      type: "call",
      call,
      fun: functionName("echo"),
      resources: [resourceName("gpu")],
      args: Payload.fromValue(["hi"]),
      kwargs: undefined,
      timeoutMs,
    });
  }

  ended(call: number): unknown {
    const outcome = this.outcomes.get(call);
    if (outcome === undefined) return undefined;
    return outcome.ok ? outcome.value.value : `${outcome.error.code}/${outcome.error.ran}`;
  }
}
