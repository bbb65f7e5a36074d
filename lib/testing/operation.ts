import type { OperationKind } from "./fault_options.ts";

/**
 * One thing that happens, after a pause. Numbers of nodes are taken as they are, those of flooding nodes come last, and values
 * are taken modulo what there is.
 */
export interface Operation {
  /** What happens. */
  readonly kind: OperationKind;
  /** To which node. */
  readonly node: number;
  /** The other node, where there is one. */
  readonly other: number;
  /** Chooses among what `kind` leaves open: a whole number below 2^30. */
  readonly value: number;
  /** How long nothing happens before, in ms. */
  readonly pauseMs: number;
}
