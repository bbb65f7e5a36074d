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

/** Sends what one turn has to say as one frame: a JSON array. */
class Outbox<Message> {
  readonly #socket: WebSocket;
  #waiting: Message[] = [];

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  push(message: Message): void {
    if (this.#waiting.push(message) === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#socket.send(JSON.stringify(this.#waiting));
    this.#waiting = [];
  }
}

/** The ceiling: a WebSocket with as many JSON messages in one frame as one turn of the loop brings, nothing else. */
export const CONTESTANT: Contestant = {
  serve(): Promise<string> {
    return Promise.resolve(serveSockets((socket) => {
      const outbox = new Outbox<Answer>(socket);
      socket.onmessage = ({ data }: MessageEvent<string>) => {
        const calls: Call[] = JSON.parse(data);
        for (const { id, args } of calls) outbox.push({ id, value: args[0] ?? "" });
      };
    }));
  },

  async connect(address): Promise<EchoClient> {
    const socket = await openUndelayed(address);
    const outbox = new Outbox<Call & { fun: string }>(socket);
    const pending = new Map<number, (value: string) => void>();
    let calls = 0;
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      const answers: Answer[] = JSON.parse(data);
      for (const { id, value } of answers) {
        pending.get(id)?.(value);
        pending.delete(id);
      }
    };
    return {
      echo(text) {
        calls += 1;
        outbox.push({ id: calls, fun: "echo", args: [text] });
        return new Promise((resolve) => pending.set(calls, resolve));
      },
      close() {
        socket.close();
        return Promise.resolve();
      },
    };
  },
};
