// deno-lint-ignore-file no-console -- a program for people
/**
 * What one call costs without sockets and promises: a client core and a node core that hand each other their messages, as they
 * are and as frames of the codec.
 *
 * `deno run --allow-read bench/core_calls.ts [--calls 400000] [--in-flight 64]`
 *
 * Shown is processor time of the main thread and of the engine's helpers. Every answer is compared with what was sent.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { parseArgs } from "node:util";
import { ClientCore } from "../lib/core/client_core.ts";
import type { ClientOwnerEffects, EdgeEffects, NodeOwnerEffects } from "../lib/core/effects.ts";
import type { WireMessage } from "../lib/core/events.ts";
import { NodeCore } from "../lib/core/node_core.ts";
import type { Codec } from "../lib/protocol/codec.ts";
import { clusterId, functionName, incarnation, maxHops, nodeUrl } from "../lib/protocol/names.ts";
import { Payload } from "../lib/protocol/payload.ts";
import { v1Codec } from "../lib/protocol/v1_codec.ts";
import type { V1Message } from "../lib/protocol/v1_messages.ts";

const HELLO = '"hello"';
const CONNECTION = 1;

/** What a machine sends and dials, until it is taken. */
class Outbox implements EdgeEffects {
  readonly dials: number[] = [];
  #messages: V1Message[] = [];

  send(_connection: number, message: WireMessage): void {
    // Both machines speak farcall.v1 only.
    this.#messages.push(message as V1Message);
  }

  dial(dial: number): void {
    this.dials.push(dial);
  }

  close(): void {
    throw new Error("A machine closed the connection");
  }

  take(): V1Message[] {
    const taken = this.#messages;
    this.#messages = [];
    return taken;
  }
}

function ignore(): void {}

const IGNORING = {
  ...{ items: ignore, settle: ignore, report: ignore, invoke: ignore, credit: ignore },
  ...{ abort: ignore, given: ignore, wanted: ignore, stopped: ignore },
};

/** A client and a node, connected. */
class Exchange {
  settled = 0;
  readonly #client = new ClientCore({ urls: ["ws://node"] });
  readonly #node = new NodeCore({
    ...{ url: nodeUrl("ws://node"), cluster: clusterId("one"), peers: [] },
    incarnation: incarnation("01A"),
  });
  readonly #clientOut = new Outbox();
  readonly #nodeOut = new Outbox();
  readonly #clientOwner: ClientOwnerEffects = {
    ...IGNORING,
    settle: (_call, outcome): void => {
      if (!outcome.ok || outcome.value.text !== HELLO) throw new Error("A wrong answer");
      this.settled += 1;
    },
  };
  readonly #nodeOwner: NodeOwnerEffects = {
    ...IGNORING,
    invoke: ({ invocation, args }): void => {
      this.#invoked.push({ invocation, args });
    },
  };
  #invoked: { readonly invocation: number; readonly args: Payload }[] = [];
  readonly #codecs: readonly [Codec<V1Message>, Codec<V1Message>] | undefined;
  #now = 1_000_000;
  #calls = 0;

  /** @param isCoded Messages travel as frames. */
  constructor(isCoded: boolean) {
    this.#codecs = isCoded ? [v1Codec(), v1Codec()] : undefined;
    const now = this.#now;
    const seed = new Uint32Array([1, 2, 3, 4]);
    this.#client.step({ type: "boot", seed, now }, this.#clientOut, this.#clientOwner);
    this.#toNode({ type: "boot", seed, now });
    this.#toNode({
      ...{ type: "register", registration: 1, fun: functionName("echo"), resources: [] },
      ...{ maxHops: maxHops(3), scope: "", concurrency: 4_096, now },
    });
    const opened = { type: "opened", connection: CONNECTION, dialect: "farcall.v1" } as const;
    this.#toNode({ ...opened, dial: undefined, remote: "client", now });
    const dial = this.#clientOut.dials[0];
    const event = { ...opened, dial, remote: "node", now };
    this.#client.step(event, this.#clientOut, this.#clientOwner);
    this.#carry();
    this.#carry();
  }

  /** So many calls at once, to their ends. */
  batch(count: number): void {
    const fun = functionName("echo");
    for (let index = 0; index < count; index += 1) {
      this.#calls += 1;
      this.#client.step(
        {
          ...{ type: "call", call: this.#calls, fun, resources: [] },
          ...{ args: Payload.fromText(`[${HELLO}]`), kwargs: undefined, timeoutMs: 30_000 },
          now: this.#now,
        },
        this.#clientOut,
        this.#clientOwner,
      );
    }
    this.#carry();
    this.#now += 1;
  }

  /** What the client has sent goes to the node, the functions end, and the answers go back. */
  #carry(): void {
    const now = this.#now;
    const asked = this.#through(this.#clientOut.take(), 0);
    if (asked.length > 0) {
      this.#toNode({ type: "received", connection: CONNECTION, messages: asked, now });
    }
    const invoked = this.#invoked;
    this.#invoked = [];
    for (const { invocation, args } of invoked) {
      const value = Payload.fromText(args.text.slice(1, -1));
      this.#toNode({ type: "returned", invocation, value, now });
    }
    const answers = this.#through(this.#nodeOut.take(), 1);
    if (answers.length === 0) return;
    const event = { type: "received", connection: CONNECTION, messages: answers, now } as const;
    this.#client.step(event, this.#clientOut, this.#clientOwner);
  }

  #toNode(event: Parameters<NodeCore["step"]>[0]): void {
    this.#node.step(event, this.#nodeOut, this.#nodeOwner);
  }

  #through(messages: V1Message[], from: 0 | 1): readonly V1Message[] {
    if (this.#codecs === undefined || messages.length === 0) return messages;
    const decoded = this.#codecs[from === 0 ? 1 : 0].decode(
      this.#codecs[from].encode(messages),
    );
    if (!decoded.ok) throw new Error(decoded.error.message);
    return decoded.messages;
  }
}

/** Microseconds of processor time for a call. */
function cost(isCoded: boolean, calls: number, inFlight: number): number {
  const exchange = new Exchange(isCoded);
  const batches = Math.ceil(calls / inFlight);
  // What is first is compiled first: it does not count.
  for (let index = 0; index < batches / 4; index += 1) exchange.batch(inFlight);
  const before = exchange.settled;
  const began = cpuUsage();
  for (let index = 0; index < batches; index += 1) exchange.batch(inFlight);
  const { user, system } = cpuUsage(began);
  return (user + system) / (exchange.settled - before);
}

const { values } = parseArgs({
  args: Deno.args,
  options: {
    calls: { type: "string", default: "400000" },
    "in-flight": { type: "string", default: "64" },
  },
});
for (const isCoded of [false, true]) {
  const micros = cost(isCoded, Number(values.calls), Number(values["in-flight"]));
  const what = isCoded ? "as frames of the codec" : "messages handed over";
  console.log(`${what.padEnd(24)}${micros.toFixed(2)} µs a call`);
}
