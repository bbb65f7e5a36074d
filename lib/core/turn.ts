import type { EdgeEffects, NodeOwnerEffects } from "./effects.ts";

/** What every room of the node core gets with a step: the time and the two sinks. */
export interface Turn {
  /** The event's time, in ms. */
  readonly now: number;
  /** Sink for the edges. */
  readonly edges: EdgeEffects;
  /** Sink for the owner. */
  readonly owner: NodeOwnerEffects;
}
