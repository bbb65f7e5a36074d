/**
 * Calling functions of a federation from anywhere: browsers, servers, workers. Nothing in here needs more than a WebSocket.
 *
 * @example Three lines to call
 * ```ts
 * import { startNode } from "@farcall/farcall";
 * import { connect } from "@farcall/farcall/client";
 * import { assertEquals } from "@std/assert";
 *
 * await using node = await startNode({ listen: "ws://127.0.0.1:0" });
 * node.register("add", ([a, b]) => Number(a) + Number(b));
 *
 * await using client = await connect(node.url);
 * assertEquals(await client.call("add", [1, 2]), 3);
 * ```
 *
 * @module
 */

export { connect } from "./connect.ts";
export { FarcallClient } from "./client.ts";
export type { ConnectionEvent } from "./client_owner.ts";
export type { ClientOptions } from "./options.ts";
export type { CallEvent } from "./call_event.ts";
export type { OfferEvent } from "./offer_event.ts";
export type { ClientOfferEvent } from "./offer_watch.ts";
export type { Listing } from "../federation/function_registry.ts";
export type { ListenOptions, Missable } from "./broadcaster.ts";
export type * from "./call_options.ts";
export {
  type ExplainedOffer,
  type Explanation,
  OFFER_PATHS,
  OFFER_REASONS,
  type OfferPath,
  type OfferReason,
} from "../core/explain.ts";
export { ItemStream } from "./item_stream.ts";
export type {
  ArgumentOf,
  ArgumentTuple,
  ContractFunction,
  FunctionArgs,
  FunctionContext,
  RegisteredFunction,
  YieldingFunction,
} from "./function_context.ts";
export type { Items } from "./item_iterator.ts";
export { type FunctionOptions, Offer } from "./offer.ts";
export { PublicError, type PublicErrorOptions } from "./public_error.ts";
export type { Calling } from "./calling.ts";
export { TypedCalls } from "./typed_calls.ts";
export { digestOf } from "./contract_digest.ts";
export type { DescribedContract, DescribedOffer, FunctionDescription } from "./description.ts";
export type {
  AskedContract,
  ContractDifference,
  ContractDigest,
  OfferContract,
} from "../protocol/contract_facts.ts";
export type {
  Futurable,
  FuturableFields,
  Future,
  FutureFields,
  FutureOf,
  resultType,
  travellingType,
  UnknownFuture,
} from "./future.ts";
export type { Reach } from "../protocol/reach.ts";
export type { RequestBuilder, Resolved } from "./request_builder.ts";
export { type RequestCallEvent, type RequestEvent, RequestProgress } from "./request_progress.ts";
export { type CallError, type ErrorCode, FarcallError, type Ran } from "../protocol/errors.ts";
export {
  Contract,
  contract,
  type ReturningContract,
  type YieldingContract,
} from "../contract/contract.ts";
export type * from "../contract/terms.ts";
export {
  type GivenItems,
  streamed,
  StreamedSchema,
  type TakenItems,
} from "../contract/streamed.ts";
export {
  DeclaredError,
  declaredError,
  type DeclaredErrorOf,
  type DeclaredErrorOptions,
  isDeclaredError,
} from "../contract/declared_error.ts";
export type { FieldIssue } from "../contract/checking.ts";
export type * from "../contract/inference.ts";
export type * from "../contract/standard_schema.ts";
export type { JsonObject, JsonValue } from "../protocol/json_value.ts";
