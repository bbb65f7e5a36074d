/**
 * Tests for those who write edges: a transport of your own is fit for farcall when it passes
 * {@linkcode testTransport}.
 *
 * @example
 * ```ts ignore
 * import { testTransport } from "@farcall/farcall/testing";
 *
 * testTransport("my transport", makeMyEdge, Deno.test);
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
