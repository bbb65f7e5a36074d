import type { NodeUrl } from "../protocol/names.ts";
import type { ConnectionPurpose } from "./connection_table.ts";
import type { DialId } from "./events.ts";

/** A dial on its way. */
export interface PendingDial {
  readonly url: NodeUrl;
  readonly purpose: Exclude<ConnectionPurpose, "accepted">;
  /** Nobody told us to dial: we heard of the node. */
  readonly isLearnt?: boolean;
}

/** Dials on their way, by their numbers: what for is decided when they are made, not when they succeed. */
export class DialBook {
  readonly #dials = new Map<DialId, PendingDial>();
  #last = 0;

  /** Notes a dial and gives it its number. */
  add(dial: PendingDial): DialId {
    this.#last += 1;
    this.#dials.set(this.#last, dial);
    return this.#last;
  }

  /** The end of a dial, good or bad. */
  take(id: DialId): PendingDial | undefined {
    const dial = this.#dials.get(id);
    this.#dials.delete(id);
    return dial;
  }
}
