import type { CallCommand } from "../core/events.ts";
import type { ItemBatch } from "../protocol/item_batch.ts";
import { Inlet, Outlet } from "./simulated_flow.ts";
import type { StreamPlan } from "./stream_plan.ts";
import { Pace, type StreamEdges } from "./stream_run.ts";

/** A call with streams, at its caller: reads what the function gives, gives what the function asks for. */
export class StreamCall {
  /** Items that came, of those that were asked for. */
  readonly inlet: Inlet;
  readonly #edges: StreamEdges<CallCommand>;
  readonly #call: number;
  readonly #plan: StreamPlan;
  readonly #accuse: (wrong: string) => void;
  readonly #reading: Pace;
  readonly #giving: Pace;
  /** The argument, once it was asked for. */
  #outlet: Outlet | undefined;
  #wasGiven = false;
  #wasStopped = false;
  #read = 0;
  #isOver = false;

  /** @param accuse Hears what is wrong. */
  constructor(
    edges: StreamEdges<CallCommand>,
    call: number,
    plan: StreamPlan,
    accuse: (wrong: string) => void,
  ) {
    this.#edges = edges;
    this.#call = call;
    this.#plan = plan;
    this.#accuse = accuse;
    this.inlet = new Inlet(0);
    this.#reading = new Pace(edges, () => this.#readOne());
    this.#giving = new Pace(edges, () => this.#giveSome());
  }

  /** Items came. */
  items(batch: ItemBatch): void {
    if (this.#isOver || !this.#plan.asks) this.#accuse("got an item that it did not wait for");
    this.inlet.push(batch);
    if (this.inlet.wrong !== undefined) this.#accuse(this.inlet.wrong);
    this.#reading.wake();
  }

  /** Its function wants so much more of its argument; `undefined` = no more. */
  wanted(arg: number, units: number | undefined): void {
    const isWrong = this.#isOver || this.#plan.gives === undefined || arg !== 0;
    if (isWrong) return this.#accuse(`was asked for args[${arg}], and has nothing to give`);
    if (units === undefined) {
      if (this.#wasStopped) this.#accuse("was told twice that no more is wanted");
      this.#wasStopped = true;
      return;
    }
    this.#outlet ??= new Outlet(0, this.#plan.weight);
    this.#outlet.allow(units);
    this.#giving.wake();
  }

  /** The call has ended, or its process has. */
  end(): void {
    this.#isOver = true;
  }

  #readOne(): boolean {
    if (this.#isOver || !this.inlet.hasItem) return false;
    const units = this.inlet.read();
    this.#read += 1;
    const isEnough = this.#read >= this.#plan.readsUntil;
    const word = isEnough ? { type: "cancel" as const } : { type: "read" as const, units };
    this.#edges.post((now) => ({ ...word, call: this.#call, now }));
    return !isEnough;
  }

  #giveSome(): boolean {
    const outlet = this.#outlet;
    const { gives = 0 } = this.#plan;
    const mayGive = !this.#isOver && !this.#wasGiven && !this.#wasStopped;
    if (!mayGive || outlet === undefined || !outlet.isOpen) return false;
    const left = gives - outlet.next;
    this.#wasGiven = left <= 0;
    const batch = left <= 0 ? undefined : outlet.write(Math.min(left, 3));
    this.#edges.post((now) => ({ type: "give", call: this.#call, arg: 0, batch, now }));
    return !this.#wasGiven;
  }
}
