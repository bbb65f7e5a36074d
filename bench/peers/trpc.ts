import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { initTRPC } from "@trpc/server";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { WebSocketServer } from "ws";
import type { Contestant, EchoClient } from "../echo/contestant.ts";

const { procedure, router: routerOf } = initTRPC.create();

function isText(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("Not a text");
  return value;
}

const router = routerOf({ echo: procedure.input(isText).query(({ input }) => input) });

/** tRPC over its WebSocket link. */
export const CONTESTANT: Contestant = {
  serve(): Promise<string> {
    const sockets = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    applyWSSHandler({ wss: sockets, router });
    return new Promise((resolve) => {
      sockets.on("listening", () => {
        const at = sockets.address();
        resolve(`ws://127.0.0.1:${typeof at === "object" && at !== null ? at.port : 0}`);
      });
    });
  },

  connect(address): Promise<EchoClient> {
    const socket = createWSClient({ url: address });
    const client = createTRPCClient<typeof router>({ links: [wsLink({ client: socket })] });
    return Promise.resolve({
      echo: (text) => client.echo.query(text),
      async close() {
        await socket.close();
      },
    });
  },
};
