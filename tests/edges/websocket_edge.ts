import type { Dialer } from "../../lib/edges/transport.ts";
import { listenWebSocket } from "../../lib/edges/websocket_listener.ts";
import type { TestedEdge } from "../../lib/testing/transport_contract.ts";

/** A dialer against listeners on the loopback. */
export function webSocketEdge(dialer: Dialer): TestedEdge {
  return {
    dialer,
    listen: (accept, subprotocols) => listenWebSocket({ subprotocols }, accept),
    [Symbol.asyncDispose]: () => dialer[Symbol.asyncDispose](),
  };
}
