import { connect } from "@nats-io/transport-node";
import type { Contestant, EchoClient } from "../echo/contestant.ts";

/** Starts a real server on a port of its own choice, and tells where it listens. */
async function natsServer(): Promise<string> {
  const server = new Deno.Command("nats-server", {
    args: ["--addr", "127.0.0.1", "--port", "-1"],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  Deno.addSignalListener("SIGTERM", () => {
    server.kill("SIGKILL");
    Deno.exit(0);
  });
  let text = "";
  for await (const part of server.stderr.pipeThrough(new TextDecoderStream())) {
    text += part;
    const found = /Listening for client connections on (\S+)/.exec(text)?.[1];
    if (found !== undefined && text.includes("Server is ready")) return found;
  }
  throw new Error(`nats-server did not start: ${text}`);
}

/** NATS request and reply through its server: one process more than the others have. */
export const CONTESTANT: Contestant = {
  async serve(): Promise<string> {
    const address = await natsServer();
    const connection = await connect({ servers: address });
    connection.subscribe("echo", {
      callback: (_error, message) => void message.respond(message.data),
    });
    await connection.flush();
    return address;
  },

  async connect(address): Promise<EchoClient> {
    const connection = await connect({ servers: address });
    return {
      echo: async (text) => (await connection.request("echo", text)).string(),
      close: () => connection.close(),
    };
  },
};
