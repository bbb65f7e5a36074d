/**
 * What a machine tells about itself. Readers (events for users, metrics, pictures) look at reports and never at the
 * machine's tables.
 *
 * @module
 */

import type { Listing } from "../federation/function_registry.ts";
import type { NodeUrl } from "../protocol/names.ts";
import type { Dialect } from "./events.ts";

/** Something that a user may want to observe. */
export type Report =
  | {
    /** An offer came into reach, changed its distance or resources, or is gone. */
    readonly type: "offer_added" | "offer_changed" | "offer_lost";
    readonly listing: Listing;
  }
  | {
    readonly type: "link_up" | "link_down";
    readonly peer: NodeUrl;
    readonly dialect: Dialect;
    readonly reason: string;
  }
  | {
    /**
     * A node of the reference that we dialled does not take our announcements, for the reason that it gives: mostly
     * because its cluster is another one. The socket stays, and calls to that node may still work.
     */
    readonly type: "link_refused";
    readonly peer: NodeUrl;
    readonly message: string;
  }
  | {
    /** A peer or server could not be reached; it is tried again `retryInMs` later. */
    readonly type: "dial_failed";
    readonly url: string;
    readonly message: string;
    readonly retryInMs: number | undefined;
  }
  | {
    /** A peer sent something that it must not; `closed` tells whether that ended the connection. */
    readonly type: "protocol_error";
    readonly remote: string;
    readonly message: string;
    readonly closed: boolean;
  }
  | {
    /** A limit stopped something; says which and what. */
    readonly type: "limit_reached";
    readonly limit: string;
    readonly message: string;
  }
  | {
    /** Another node lives under our URL. */
    readonly type: "url_conflict";
    readonly url: NodeUrl;
  }
  | {
    /** A client is connected, or no longer. */
    readonly type: "connected" | "disconnected";
    readonly url: string;
    readonly dialect: Dialect | undefined;
    readonly reason: string;
  };
