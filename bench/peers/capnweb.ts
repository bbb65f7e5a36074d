import { newWebSocketRpcSession, RpcTarget } from "capnweb";
import type { Contestant, EchoClient } from "../echo/contestant.ts";
import { serveSockets } from "../undelayed_socket.ts";

class Bench extends RpcTarget {
  echo(text: string): string {
    return text;
  }
}

/** Cap'n Web over the platform's WebSocket. */
export const CONTESTANT: Contestant = {
  serve(): Promise<string> {
    return Promise.resolve(serveSockets((socket) => {
      newWebSocketRpcSession(socket, new Bench());
    }));
  },

  async connect(address): Promise<EchoClient> {
    const socket = new WebSocket(address);
    await new Promise((resolve) => socket.onopen = resolve);
    const bench = newWebSocketRpcSession<Bench>(socket);
    return {
      echo: (text) => bench.echo(text),
      close() {
        socket.close();
        return Promise.resolve();
      },
    };
  },
};
