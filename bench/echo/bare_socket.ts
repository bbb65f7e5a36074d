import type { Contestant, EchoClient } from "./contestant.ts";
import { openUndelayed, serveSockets } from "../undelayed_socket.ts";

interface Call {
  readonly id: number;
  readonly args: readonly string[];
}

interface Answer {
  readonly id: number;
  readonly value: string;
}

/** The baseline: a WebSocket, one JSON message a frame, nothing else. */
export const CONTESTANT: Contestant = {
  serve(): Promise<string> {
    return Promise.resolve(serveSockets((socket) => {
      socket.onmessage = ({ data }: MessageEvent<string>) => {
        const { id, args }: Call = JSON.parse(data);
        socket.send(JSON.stringify({ id, value: args[0] }));
      };
    }));
  },

  async connect(address): Promise<EchoClient> {
    const socket = await openUndelayed(address);
    const pending = new Map<number, (value: string) => void>();
    let calls = 0;
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      const { id, value }: Answer = JSON.parse(data);
      pending.get(id)?.(value);
      pending.delete(id);
    };
    return {
      echo(text) {
        calls += 1;
        socket.send(JSON.stringify({ id: calls, fun: "echo", args: [text] }));
        return new Promise((resolve) => pending.set(calls, resolve));
      },
      close() {
        socket.close();
        return Promise.resolve();
      },
    };
  },
};
