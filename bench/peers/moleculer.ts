import { ServiceBroker } from "moleculer";
import type { Contestant, EchoClient } from "../echo/contestant.ts";

/** A broker with its TCP transporter; the peer is named, so nothing is found by multicast. */
function broker(nodeID: string, port: number, urls: string[]): ServiceBroker {
  return new ServiceBroker({
    nodeID,
    logger: false,
    transporter: { type: "TCP", options: { udpDiscovery: false, port, urls } },
  });
}

/** A free port; the transporter does not tell which one it took. */
function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

/** Moleculer over its own TCP transporter. */
export const CONTESTANT: Contestant = {
  async serve(): Promise<string> {
    const port = freePort();
    const node = broker("server", port, []);
    node.createService({
      name: "bench",
      actions: { echo: (context) => (context.params as { text: string }).text },
    });
    await node.start();
    return `127.0.0.1:${port}`;
  },

  async connect(address): Promise<EchoClient> {
    const node = broker("client", freePort(), [`${address}/server`]);
    await node.start();
    await node.waitForServices("bench");
    return {
      echo: (text) => node.call("bench.echo", { text }),
      close: () => node.stop(),
    };
  },
};
