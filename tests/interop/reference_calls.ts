import type { Accept, Connection, Frame } from "../../lib/edges/transport.ts";
import type { JsonObject, JsonValue } from "../../lib/protocol/json_value.ts";
import type { Step } from "./reference_request.ts";
import { DIALED_FRAME_BYTES_MAX, frameOf, readFrame } from "./reference_wire.ts";

interface CallLink {
  readonly connection: Connection;
  readonly waiting: Map<string, (answer: JsonValue) => void>;
}

/** Closes a socket that we dialled when what comes in is above 1 MiB; code 1009 is for the platform to say. */
export function isTooLong(connection: Connection, frame: Frame): boolean {
  const isLong = frame.length > DIALED_FRAME_BYTES_MAX;
  if (isLong) connection.close(1000, "message too big");
  return isLong;
}

/** Calls of a node of the reference to others: one socket for each, dialled for that alone. */
export class ReferenceCalls {
  readonly #links = new Map<string, CallLink>();
  readonly #dial: (url: string, accept: Accept) => Promise<void>;
  readonly #got: (json: JsonObject) => void;
  #ids = 0;

  constructor(
    dial: (url: string, accept: Accept) => Promise<void>,
    got: (json: JsonObject) => void,
  ) {
    this.#dial = dial;
    this.#got = got;
  }

  /** Calls a function there. Fulfilled by the answer, and never by anything else. */
  async call(url: string, { fun: command, args, kwargs }: Step): Promise<JsonValue> {
    const link = this.#links.get(url) ?? await this.#open(url);
    this.#ids += 1;
    const u = `C${this.#ids}`;
    const { promise, resolve } = Promise.withResolvers<JsonValue>();
    link.waiting.set(u, resolve);
    link.connection.send(frameOf({ role: "internal-rpc", command, args, kwargs, results: {}, u }));
    return await promise;
  }

  async #open(url: string): Promise<CallLink> {
    const { promise, resolve } = Promise.withResolvers<CallLink>();
    await this.#dial(url, (connection) => {
      const link = { connection, waiting: new Map() };
      this.#links.set(url, link);
      resolve(link);
      return {
        received: (frame) => {
          if (isTooLong(connection, frame)) return;
          const read = readFrame(frame);
          if (read.kind !== "message" || read.role !== "internal-answer") return;
          this.#got(read.json);
          link.waiting.get(String(read.json["u"]))?.(read.json["answer"] ?? null);
        },
        closed: () => void this.#links.delete(url),
      };
    });
    return await promise;
  }
}
