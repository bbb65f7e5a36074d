import type { ClusterId, FunctionName, NodeUrl, ResourceName } from "./names.ts";
import { isInitialAnnouncement, type PropagationInfo } from "./propagation.ts";

/** What a node can do, as one HELLO of the reference says it. */
export interface ServerCapabilities {
  /** Functions the node hosts. */
  readonly functions: readonly FunctionName[];
  /** Resources the node has; each of the functions has them all. */
  readonly resources: readonly ResourceName[];
  /** The cluster of whoever sent this copy, which at a hop count above 0 is the forwarder's. */
  readonly clusterId: ClusterId;
  /** Addresses of whoever sent this copy; the first one names it. */
  readonly advertisedUrls: readonly NodeUrl[];
}

/** Capabilities in flight. */
export interface Announcement {
  /** What is offered. */
  readonly capabilities: ServerCapabilities;
  /** Whose it is, how far it came and how far it may go. */
  readonly propagation: PropagationInfo;
}

/**
 * The node that hosts the announced functions.
 *
 * A forwarded copy names it as `originalSource`; an initial one may leave that out and means its sender. The
 * forwarder's own addresses never name the origin of a forwarded copy (quirk Q2 of the reference).
 */
export function originOf(announcement: Announcement): NodeUrl | undefined {
  const { propagation, capabilities } = announcement;
  if (propagation.originalSource !== undefined) return propagation.originalSource;
  return isInitialAnnouncement(propagation) ? capabilities.advertisedUrls[0] : undefined;
}

/**
 * Whether a copy has come back to the node that made it.
 *
 * An initial announcement is never a loop: it comes from its origin over one link, so the receiver can't be the origin.
 */
export function isLoopBack(announcement: Announcement, self: NodeUrl): boolean {
  return !isInitialAnnouncement(announcement.propagation) && originOf(announcement) === self;
}

/**
 * Whether a received copy is to be taken at all: it names an origin other than us, and its hop count is one that a
 * node within `maxHops` links can receive.
 *
 * An initial announcement (hop count 0) passes the loop test by its nature; a forwarded copy of our own does not.
 */
export function shouldProcess(announcement: Announcement, self: NodeUrl): boolean {
  const origin = originOf(announcement);
  return origin !== undefined && origin !== self && !isLoopBack(announcement, self) &&
    announcement.propagation.hopCount < announcement.propagation.maxHops;
}
