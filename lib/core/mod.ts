/**
 * The pure machines for those who bring edges of their own: one event in, effects out, no clock, no socket, no randomness but
 * the seed in `boot`. `Driver` of `@farcall/farcall` runs them on any transport; a simulator steps them itself.
 *
 * @module
 */

export * from "./client_core.ts";
export * from "./close_codes.ts";
export type { CoreSizes } from "./core_sizes.ts";
export * from "./effects.ts";
export * from "./events.ts";
export {
  type ExplainedOffer,
  type Explanation,
  OFFER_PATHS,
  OFFER_REASONS,
  type OfferPath,
  type OfferReason,
} from "./explain.ts";
export type { LinkView } from "./link_view.ts";
export * from "./machine.ts";
export * from "./node_core.ts";
export * from "./reports.ts";
export type { Reach, ReachWord } from "../protocol/reach.ts";
export type { NodeIdentity } from "./link_keeper.ts";

export { batchOf, type ItemBatch } from "../protocol/item_batch.ts";
export { Payload } from "../protocol/payload.ts";
export * from "../protocol/json_messages.ts";
export * from "../protocol/request_command.ts";
export * from "../protocol/v1_messages.ts";
export type * from "../protocol/v1_stream_messages.ts";
export * from "../protocol/kept_value.ts";
export * from "../protocol/v1_requests.ts";
export type {
  ClusterPolicy,
  ExportRule,
  ImportRule,
  LinkRule,
} from "../federation/cluster_policy.ts";
export type { Patterns } from "../federation/name_patterns.ts";
export type { RouterSizes } from "../federation/hop_router.ts";
