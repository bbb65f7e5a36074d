import * as v from "valibot";
import { connect, contract, type FarcallClient, type FarcallNode, startNode } from "../../mod.ts";
import type { Contestant, EchoClient } from "./contestant.ts";

/** The function with a contract: arguments and results are checked on both sides. */
export const ECHO = contract("checked_echo", { args: [v.string()], returns: v.string() });
/** So far that the function is heard of behind every relay. */
const HOPS = { maxHops: 8 };

/** A cluster for each node: nodes of one cluster would link to each other, past the relays. */
async function serve(next: string | undefined): Promise<string> {
  const node = await startNode({
    listen: "ws://127.0.0.1:0",
    cluster: `cluster-${Deno.pid}`,
    reach: "relay",
    peers: next === undefined ? [] : [next],
  });
  if (next === undefined) {
    node.register("echo", ([text]) => text, HOPS);
    node.register(ECHO, ([text]) => text, HOPS);
  } else await lists(node, ECHO.name);
  return node.url;
}

async function lists(node: FarcallNode, name: string): Promise<void> {
  for await (const { type } of node.offers({ function: name })) if (type === "added") return;
}

/** farcall with all settings as they are, but for the relays that the others have none of. */
export function farcall(
  call: (client: FarcallClient, text: string) => Promise<unknown>,
): Contestant {
  return {
    serve,
    async connect(address): Promise<EchoClient> {
      const client = await connect(address);
      return {
        echo: (text) => call(client, text),
        close: () => client.close(),
      };
    },
  };
}
