/**
 * Call a function anywhere in a federation of clusters by its name and the resources it needs.
 *
 * A node registers functions. Each is announced from node to node, as far as its hop limit allows, so every node in reach
 * knows who hosts it, and a client connected to any of them calls it without knowing where it lives. There is no server to
 * install: a node is this module inside your program.
 *
 * - {@linkcode startNode} starts a node: `register` offers functions, `call` and `request` call them.
 * - {@linkcode connect} connects a client; `@farcall/farcall/client` has it for browsers, Node and Bun.
 * - {@linkcode FarcallError} is what failed calls reject with: `code` says why, `ran` whether the function ran.
 *
 * @example Serve in one place, call from another
 * ```ts
 * import { connect, startNode } from "@farcall/farcall";
 * import { assertEquals } from "@std/assert";
 *
 * await using node = await startNode({ listen: "ws://127.0.0.1:0", cluster: "lab-a" });
 * node.register("embed", ([text]) => [String(text).length], { resources: ["gpu"] });
 *
 * await using client = await connect(node.url);
 * const vector = await client.call("embed", ["hello"], { resources: ["gpu"], timeout: 2_000 });
 * assertEquals(vector, [5]);
 * ```
 *
 * @module
 */

export { startNode } from "./lib/node/start_node.ts";
export { FarcallNode } from "./lib/node/node.ts";
export type {
  ClusterPolicy,
  ExportRule,
  ImportRule,
  LinkRule,
} from "./lib/federation/cluster_policy.ts";
export type { Patterns } from "./lib/federation/name_patterns.ts";
export type { PeerReader } from "./lib/edges/peer_reader.ts";
export type { Listen, NodeEdges, NodeOptions, NodeTls, Peering } from "./lib/node/options.ts";
export { type FunctionOptions, Offer } from "./lib/client/offer.ts";
export type {
  ArgumentOf,
  ArgumentTuple,
  ContractFunction,
  FunctionArgs,
  FunctionContext,
  RegisteredFunction,
  YieldingFunction,
} from "./lib/client/function_context.ts";
export type { Items } from "./lib/client/item_iterator.ts";
export type { CallEvent } from "./lib/client/call_event.ts";
export type { LinkEvent } from "./lib/node/events.ts";
export type { OfferEvent } from "./lib/client/offer_event.ts";
export type { ClientOfferEvent } from "./lib/client/offer_watch.ts";
export { PublicError, type PublicErrorOptions } from "./lib/client/public_error.ts";
export { installProcessGuard } from "./lib/node/process_guard.ts";

export {
  Contract,
  contract,
  type ReturningContract,
  type YieldingContract,
} from "./lib/contract/contract.ts";
export type * from "./lib/contract/terms.ts";
export {
  type GivenItems,
  streamed,
  StreamedSchema,
  type TakenItems,
} from "./lib/contract/streamed.ts";
export {
  DeclaredError,
  declaredError,
  type DeclaredErrorOf,
  type DeclaredErrorOptions,
  isDeclaredError,
} from "./lib/contract/declared_error.ts";
export type { FieldIssue } from "./lib/contract/checking.ts";
export type * from "./lib/contract/inference.ts";
export type * from "./lib/contract/standard_schema.ts";

export { connect } from "./lib/node/connect.ts";
export { FarcallClient } from "./lib/client/client.ts";
export type { ConnectionEvent } from "./lib/client/client_owner.ts";
export type { ClientOptions } from "./lib/client/options.ts";
export type { ListenOptions, Missable } from "./lib/client/broadcaster.ts";
export type * from "./lib/client/call_options.ts";
export {
  type ExplainedOffer,
  type Explanation,
  OFFER_PATHS,
  OFFER_REASONS,
  type OfferPath,
  type OfferReason,
} from "./lib/core/explain.ts";
export { ItemStream } from "./lib/client/item_stream.ts";
export type { Calling } from "./lib/client/calling.ts";
export { TypedCalls } from "./lib/client/typed_calls.ts";
export { digestOf } from "./lib/client/contract_digest.ts";
export type {
  DescribedContract,
  DescribedOffer,
  FunctionDescription,
} from "./lib/client/description.ts";
export type {
  Futurable,
  FuturableFields,
  Future,
  FutureFields,
  FutureOf,
  resultType,
  travellingType,
  UnknownFuture,
} from "./lib/client/future.ts";
export type { RequestBuilder, Resolved } from "./lib/client/request_builder.ts";
export {
  type RequestCallEvent,
  type RequestEvent,
  RequestProgress,
} from "./lib/client/request_progress.ts";

export { Driver, type DriverEdges } from "./lib/edges/driver.ts";
export * from "./lib/edges/transport.ts";
export { type Clock, systemClock } from "./lib/edges/system_clock.ts";
export { type Entropy, type Seed, systemEntropy } from "./lib/edges/entropy.ts";
export { MemoryNetwork } from "./lib/edges/memory_network.ts";
export { nativeDialer, type NativeDialerOptions } from "./lib/edges/native_dialer.ts";
export { webSocketDialer, type WebSocketDialerOptions } from "./lib/edges/websocket_dialer.ts";
export type { PumpOptions } from "./lib/edges/pump.ts";

export * from "./lib/protocol/announcement.ts";
export {
  type AskedContract,
  type ContractDifference,
  type ContractDigest,
  contractDigest,
  type OfferContract,
} from "./lib/protocol/contract_facts.ts";
export * from "./lib/protocol/errors.ts";
export * from "./lib/protocol/json_value.ts";
export * from "./lib/protocol/names.ts";
export * from "./lib/protocol/propagation.ts";
export type { Listing } from "./lib/federation/function_registry.ts";

export type { CoreSizes } from "./lib/core/core_sizes.ts";
export type { RouterSizes } from "./lib/federation/hop_router.ts";
export type { Reach } from "./lib/protocol/reach.ts";
export type { Caller } from "./lib/core/effects.ts";
export type { Dialect, Timed } from "./lib/core/events.ts";
export type { LinkView } from "./lib/core/link_view.ts";
export type { Report } from "./lib/core/reports.ts";
