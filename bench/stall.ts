/**
 * The stall test: does any message arrive some 40 ms late because a socket waited for an acknowledgement?
 *
 * Runs what provokes it over the dialer of nodes and, in the same run, over its fallback (pieces) and the baseline (the
 * plain WebSocket), both with fewer calls. Exits with 1 if anything through the pump took 30 ms or more. `--quick` makes fewer calls.
 *
 * Run: `deno run --allow-net --allow-read --allow-write bench/stall.ts [--quick]`. The same with an MTU of 1,500 needs a
 * loopback set so by its owner (`ip link set lo mtu 1500`).
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program for people

import { nativeDialer } from "../lib/edges/native_dialer.ts";
import { acceptPieces, PIECES_SUBPROTOCOL, PLAIN_SUBPROTOCOL } from "../lib/edges/piece_frames.ts";
import type { Connection, Dialer, Frame } from "../lib/edges/transport.ts";
import { webSocketDialer } from "../lib/edges/websocket_dialer.ts";
import { listenWebSocket } from "../lib/edges/websocket_listener.ts";

const LATE_MS = 30;
const SIZES = [1_025, 1_200, 1_447, 2_048, 16_384, 65_000];
const RANDOM_SIZE_MAX = 300_000;

/** Times in ms of one kind of exchange. */
type Times = Map<string, number[]>;

/** A connection whose peer notes when frames arrive, and answers those that start with "?". */
interface Line {
  readonly connection: Connection;
  /** Sends a frame to be answered; resolves with the time it took. */
  ask(frame: string): Promise<number>;
  /** Sends a frame nobody answers; resolves with the time until the peer had it. */
  tell(frame: string): Promise<number>;
}

/** Both ends live in this process, so one clock times both. */
class Loopback {
  #arrived: (() => void) | undefined;

  listen(): ReturnType<typeof listenWebSocket> {
    const subprotocols = [PIECES_SUBPROTOCOL, PLAIN_SUBPROTOCOL];
    return listenWebSocket(
      { subprotocols },
      acceptPieces((connection) => ({
        received: (frame: Frame): void => {
          if (typeof frame === "string" && frame.startsWith("?")) connection.send("!");
          else this.#arrived?.();
        },
        closed: (): void => {},
      })),
    );
  }

  async dial(dialer: Dialer, url: string): Promise<Line> {
    let answered: (() => void) | undefined;
    let line: Line | undefined;
    const timed = async (connection: Connection, frame: string, wait: Promise<void>) => {
      const began = performance.now();
      connection.send(frame);
      await wait;
      return performance.now() - began;
    };
    await dialer.dial(
      { url, subprotocols: [PLAIN_SUBPROTOCOL], timeoutMs: 5_000 },
      (connection) => {
        line = {
          connection,
          ask: (frame) => timed(connection, frame, new Promise((done) => answered = done)),
          tell: (frame) => timed(connection, frame, new Promise((done) => this.#arrived = done)),
        };
        return { received: () => answered?.(), closed: () => {} };
      },
      new AbortController().signal,
    );
    if (line === undefined) throw new Error("The connection did not open");
    return line;
  }
}

async function measure(dialer: Dialer, rounds: number, calls: number): Promise<Times> {
  const loopback = new Loopback();
  const listener = await loopback.listen();
  const times: Times = new Map();
  const note = (kind: string, ms: number): void => {
    times.set(kind, [...times.get(kind) ?? [], ms]);
  };
  for (let round = 0; round < rounds; round += 1) {
    for (const size of [40, ...SIZES]) {
      const fresh = await loopback.dial(dialer, listener.url);
      note("first message after open", await fresh.ask("?".padEnd(size, "x")));
      fresh.connection.close(1000, "");
    }
  }
  const line = await loopback.dial(dialer, listener.url);
  for (const size of SIZES) {
    for (let round = 0; round < rounds; round += 1) {
      note(`${size} B, answered`, await line.ask("?".padEnd(size, "x")));
    }
  }
  for (let round = 0; round < rounds; round += 1) {
    await line.ask("?");
    await line.tell("-".padEnd(40, "x"));
    note("second short frame, none answered", await line.tell("-".padEnd(40, "x")));
  }
  const random: number[] = [];
  for (let call = 0; call < calls; call += 1) {
    // Half of them small, where most real messages are.
    const size = Math.ceil(Math.random() * (call % 2 === 0 ? 2_000 : RANDOM_SIZE_MAX));
    random.push(await line.ask("?".padEnd(size, "x")));
  }
  times.set("calls of random sizes", random);
  line.connection.close(1000, "");
  await listener.close();
  await dialer[Symbol.asyncDispose]();
  return times;
}

function percentile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function shown(ms: number): string {
  return ms.toFixed(2).padStart(8);
}

const quick = Deno.args.includes("--quick");
const pumped = await measure(webSocketDialer(), quick ? 5 : 30, quick ? 1_000 : 10_000);
const rounds = quick ? 3 : 10;
const pieces = await measure(webSocketDialer({ pump: "never" }), rounds, quick ? 300 : 2_000);
const plain = await measure(nativeDialer(), rounds, quick ? 30 : 200);

console.log(
  "p50 and max in ms".padEnd(36),
  "|              pump |            pieces |             plain |",
);
const others = [[...pieces.values()], [...plain.values()]];
let late = 0;
[...pumped].forEach(([kind, times], at) => {
  late += times.filter((ms) => ms >= LATE_MS).length;
  const columns = [times, ...others.map((other) => other[at] ?? [])];
  const cells = columns.map((some) =>
    `${shown(percentile(some, 0.5))} ${shown(percentile(some, 1))}`
  );
  const ratio = percentile(columns[2] ?? [], 0.5) / percentile(times, 0.5);
  console.log(kind.padEnd(36), `| ${cells.join(" | ")} |`, `plain : pump ${ratio.toFixed(1)}`);
});
if (late > 0) {
  console.error(`${late} messages through the pump took ${LATE_MS} ms or more`);
  Deno.exit(1);
}
console.log(`Nothing through the pump took ${LATE_MS} ms or more`);
