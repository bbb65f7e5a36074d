/**
 * What can be observed of a node. Metadata only: no argument and no result ever shows up in an event.
 *
 * @module
 */

import type { Report } from "../core/reports.ts";

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
