/**
 * How a call gets to its provider: `"direct"` over a link or a connection that is dialled for it, `"relay"` along links from
 * node to node, `"auto"` directly where the provider answers soon, and along links where it does not.
 */
export type Reach = "auto" | "direct" | "relay";

/** All of them. */
export const REACHES: readonly Reach[] = ["auto", "direct", "relay"];

/** Whether a value says how a call gets to its provider. */
export function isReach(value: unknown): value is Reach {
  return REACHES.some((reach) => reach === value);
}

/** What a message may say of it. */
export interface ReachWord {
  /** How providers are reached; absent = as the node that is asked does it. */
  readonly reach?: Reach;
}

/** The word for a wish; none for none. */
export function reachWord(reach: Reach | undefined): ReachWord {
  return reach === undefined ? {} : { reach };
}
