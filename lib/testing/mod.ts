/**
 * Tests for those who use farcall, and for those who write edges.
 *
 * {@linkcode SimulatedWorld} is a federation in one thread: real node cores and client cores talk through the real codec
 * over simulated links, and everything follows from one seed. Register functions of your own, break what you like, and let
 * it settle: it tells each promise that was not kept. {@linkcode simulate} draws whole stories of faults from a seed;
 * {@linkcode failureReport} shortens one that ends badly, and tells it.
 *
 * A transport of your own is fit for farcall when it passes {@linkcode testTransport}.
 *
 * @example A call over two links, and what is listed when the provider is dead
 * ```ts
 * import { SimulatedWorld } from "@farcall/farcall/testing";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const world = new SimulatedWorld({ seed: 7 });
 * const a = world.addNode("a", {
 *   setup: (node) => void node.register("add", ([x, y]) => Number(x) + Number(y)),
 * });
 * const b = world.addNode("b", { peers: [a] });
 * const c = world.addNode("c", { peers: [b] });
 * assertEquals(world.settle().violations, []);
 *
 * const call = c.call("add", [2, 3]);
 * world.settle();
 * assert(call?.outcome?.ok && call.outcome.value.value === 5);
 *
 * a.kill();
 * assertEquals(world.settle().violations, []);
 * assertEquals(c.listings(), []);
 * ```
 *
 * @module
 */

export { testTransport } from "./transport_contract.ts";
export type { RegisterTest, TestedEdge } from "./transport_contract.ts";
export { Recorder, RecordingOwner } from "./recorder.ts";
export { DialError } from "../edges/transport.ts";
export type {
  Accept,
  Closing,
  Connection,
  ConnectionReader,
  Dialer,
  DialErrorCode,
  DialTarget,
  Frame,
  Listener,
} from "../edges/transport.ts";

export { callStorm, type CallStormOptions, type CallStormResult } from "./call_storm.ts";
export { SimulatedWorld } from "./simulated_world.ts";
export type { Rest, SimulatedWorldOptions } from "./simulated_world.ts";
export type { LinkPolicy, SimulatedNode, SimulatedNodeOptions } from "./simulated_node.ts";
export type {
  BookedOffer,
  SimulatedCallOptions,
  SimulatedCommand,
  SimulatedOfferOptions,
  SimulatedRequestOptions,
} from "./simulated_offer.ts";
export type { SimulatedFlooder } from "./simulated_flooder.ts";
export type { Dialable, SimulatedFlooderOptions } from "./simulated_flooder.ts";
export type { StreamPlan } from "./stream_plan.ts";
export type { BookedStream } from "./simulated_streams.ts";
export type { SimulatedClient } from "./simulated_client.ts";
export type { SimulatedContext, SimulatedFunction } from "./simulated_function.ts";
export type { BookedCall, BookedCommand } from "./call_book.ts";
export type { Traffic } from "./connection_ends.ts";
export type { Violation } from "./violation.ts";
export type { HearJson, Tamper } from "./wire_text.ts";
export { OPERATION_WEIGHTS } from "./fault_options.ts";
export type { FaultOptions, OperationKind } from "./fault_options.ts";
export { TOPOLOGIES } from "./topology.ts";
export type { Edge, Topology } from "./topology.ts";
export { drawStory } from "./story.ts";
export type { Operation } from "./operation.ts";
export type { CompanyOptions } from "./story_company.ts";
export type { Fate, SimulationMode, Story, StoryOptions } from "./story.ts";
export { runStory, simulate, STORY_FUNCTIONS } from "./simulate.ts";
export type { RunOptions, RunResult } from "./simulate.ts";
export { shrinkStory } from "./shrink_story.ts";
export { drawing, failureReport } from "./failure_report.ts";
