import { Broadcaster } from "../client/broadcaster.ts";
import type { Calls } from "../client/calls.ts";
import type { Invocation, NodeOwnerEffects, Outcome } from "../core/effects.ts";
import type { CallId, InvocationId } from "../core/events.ts";
import type { Report } from "../core/reports.ts";
import type { CallError } from "../protocol/errors.ts";
import type { CallEvent } from "../client/call_event.ts";
import type { OfferEvent } from "../client/offer_event.ts";
import type { LinkEvent } from "./events.ts";
import type { FunctionHost } from "../client/function_host.ts";
import type { ItemBatch } from "../protocol/item_batch.ts";

/** Hands what the machine of a node wants of its owner to whoever does it. */
export class NodeOwner implements NodeOwnerEffects {
  /** Offers that came, changed or went. */
  readonly offers: Broadcaster<OfferEvent> = new Broadcaster();
  /** Links that came or went. */
  readonly links: Broadcaster<LinkEvent> = new Broadcaster();
  /** Functions that run here. */
  readonly runs: Broadcaster<CallEvent> = new Broadcaster();
  /** Fulfilled when the machine has left the federation. */
  readonly whenStopped: Promise<void>;
  /** Hears each report before the events that users see. */
  onReport: (report: Report) => void = () => {};
  readonly #calls: Calls;
  readonly #host: FunctionHost;
  readonly #markStopped: () => void;

  /**
   * @param calls Takes the ends of calls that this node made.
   * @param makeHost Makes what runs functions, which tells of each run.
   */
  constructor(calls: Calls, makeHost: (observe: (event: CallEvent) => void) => FunctionHost) {
    this.#calls = calls;
    this.#host = makeHost((event) => this.runs.emit(event));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.whenStopped = promise;
    this.#markStopped = resolve;
  }

  /** What runs the functions. */
  get host(): FunctionHost {
    return this.#host;
  }

  /** Values of a stream that this node reads. */
  items(call: CallId, batch: ItemBatch): void {
    this.#calls.items(call, batch);
  }

  /** The function of a call wants more of a streamed argument, or no more. */
  wanted(call: CallId, arg: number, units: number | undefined): void {
    this.#calls.wanted(call, arg, units);
  }

  /** A call of this node ended. */
  settle(call: CallId, outcome: Outcome): void {
    this.#calls.settle(call, outcome);
  }

  /** Something can be observed. */
  report(report: Report): void {
    this.onReport(report);
    switch (report.type) {
      case "offer_added":
        return this.offers.emit({ type: "added", offer: report.listing });
      case "offer_changed":
        return this.offers.emit({ type: "changed", offer: report.listing });
      case "offer_lost":
        return this.offers.emit({ type: "lost", offer: report.listing });
      case "link_up":
      case "link_down":
      case "link_refused":
      case "dial_failed":
      case "protocol_error":
      case "url_conflict":
        return this.links.emit(report);
    }
  }

  /** A function is to run. */
  invoke(invocation: Invocation): void {
    this.#host.invoke(invocation);
  }

  /** The reader of a run's stream allows more. */
  credit(invocation: InvocationId, units: number): void {
    this.#host.credit(invocation, units);
  }

  /** Items of a streamed argument of a run came. */
  given(invocation: InvocationId, arg: number, batch: ItemBatch | undefined): void {
    this.#host.given(invocation, arg, batch);
  }

  /** A run is wanted no longer. */
  abort(invocation: InvocationId, reason: CallError): void {
    this.#host.abort(invocation, reason);
  }

  /** The node has left. */
  stopped(): void {
    this.#markStopped();
  }

  /** Ends everybody's listening. */
  close(): void {
    this.offers.close();
    this.links.close();
    this.runs.close();
  }
}
