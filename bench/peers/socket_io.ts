import { createServer } from "node:http";
import { Server } from "socket.io";
import { io } from "socket.io-client";
import type { Contestant, EchoClient } from "../echo/contestant.ts";

/** Socket.IO over WebSockets, calls by acknowledgement. */
export const CONTESTANT: Contestant = {
  serve(): Promise<string> {
    const http = createServer();
    const server = new Server(http, { transports: ["websocket"] });
    server.on("connection", (socket) => {
      socket.on("echo", (text: string, answer: (text: string) => void) => answer(text));
    });
    return new Promise((resolve) => {
      http.listen(0, "127.0.0.1", () => {
        const at = http.address();
        resolve(`http://127.0.0.1:${typeof at === "object" && at !== null ? at.port : 0}`);
      });
    });
  },

  async connect(address): Promise<EchoClient> {
    const socket = io(address, { transports: ["websocket"] });
    await new Promise<void>((resolve) => socket.on("connect", () => resolve()));
    return {
      echo: (text) => new Promise((resolve) => socket.emit("echo", text, resolve)),
      close() {
        socket.close();
        return Promise.resolve();
      },
    };
  },
};
