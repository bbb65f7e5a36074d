/**
 * What can be observed of a node. Metadata only: no argument and no result ever shows up in an event.
 *
 * @module
 */

import type { Report } from "../core/reports.ts";
import type { Listing } from "../federation/function_registry.ts";

/** An offer came into reach, now says something else (distance, life, cluster, radius), or is gone. */
export interface OfferEvent {
  /** What happened. */
  readonly type: "added" | "changed" | "lost";
  /** The offer as it is now; when lost, as it was. */
  readonly offer: Listing;
}

/**
 * A link came or went, a peer could not be reached, refused us or broke the protocol, or another node lives under our
 * URL.
 */
export type LinkEvent = Extract<
  Report,
  {
    readonly type:
      | "link_up"
      | "link_down"
      | "link_refused"
      | "dial_failed"
      | "protocol_error"
      | "url_conflict";
  }
>;
