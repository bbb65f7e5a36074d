/**
 * The contract of transports as a test suite: what a dialer, a listener and their connections must do so that the rest of
 * farcall works over them.
 *
 * @module
 */

import { DialError } from "../edges/transport.ts";
import type { Accept, Dialer, DialErrorCode, Frame, Listener } from "../edges/transport.ts";
import { RecordingOwner } from "./recorder.ts";
import type { Recorder } from "./recorder.ts";

/** The edge under test, as one test gets it: fresh, and disposed afterwards. */
export interface TestedEdge extends AsyncDisposable {
  /** Listens somewhere free. */
  listen(accept: Accept, subprotocols: readonly string[]): Promise<Listener>;
  /** Dials what `listen` listens on. */
  readonly dialer: Dialer;
  /** What the tests offer where they don't care. Default: `"p"`. */
  readonly subprotocol?: string;
}

/** Registers one test, for instance `Deno.test`, or `test` of another runner. */
export type RegisterTest = (name: string, body: () => Promise<void>) => void;

/**
 * Registers the contract's tests for one edge.
 *
 * @param name Stands in front of each test's name.
 * @param makeEdge Makes a fresh edge; called once for each test.
 * @param test Registers a test.
 *
 * @example
 * ```ts ignore
 * testTransport("MemoryNetwork", () => Promise.resolve(memoryEdge()), Deno.test);
 * ```
 */
export function testTransport(
  name: string,
  makeEdge: () => Promise<TestedEdge>,
  test: RegisterTest,
): void {
  for (const [sentence, body] of RULES) {
    test(`${name} ${sentence}`, async () => {
      await using edge = await makeEdge();
      await body(edge);
    });
  }
}

type Rule = readonly [sentence: string, body: (edge: TestedEdge) => Promise<void>];

const RULES: readonly Rule[] = [
  ["agrees on the first offered subprotocol the listener knows", async (edge) => {
    await using pair = await open(edge, { offered: ["x", "b", "a"], known: ["a", "b"] });
    equal(pair.dialled.connection.subprotocol, "b", "the dialling side's subprotocol");
    equal(pair.accepted.connection.subprotocol, "b", "the accepting side's subprotocol");
  }],
  ["opens without a subprotocol when none is shared", async (edge) => {
    await using pair = await open(edge, { offered: ["x"], known: ["a"] });
    equal(pair.dialled.connection.subprotocol, "", "the dialling side's subprotocol");
    equal(pair.accepted.connection.subprotocol, "", "the accepting side's subprotocol");
  }],
  ["opens without a subprotocol when none is offered", async (edge) => {
    await using pair = await open(edge, { offered: [], known: ["a"] });
    equal(pair.accepted.connection.subprotocol, "", "the accepting side's subprotocol");
  }],
  ["carries frames of all sizes whole and in order in both directions", async (edge) => {
    await using pair = await open(edge);
    const frames = sampleFrames();
    for (
      const [from, to] of [[pair.dialled, pair.accepted], [pair.accepted, pair.dialled]] as const
    ) {
      for (const frame of frames) from.connection.send(frame);
      await to.until(() => to.frames.length === frames.length);
      frames.forEach((frame, at) => sameFrame(to.frames[at], frame, `frame ${at}`));
    }
  }],
  ["delivers what is sent inside accept, after accept returned", async (edge) => {
    const greet = (recorder: Recorder): void => {
      recorder.connection.send("first");
      recorder.connection.send("second");
    };
    await using pair = await open(edge, { accepting: greet, dialling: greet });
    for (const side of [pair.accepted, pair.dialled]) {
      await side.until(() => side.frames.length === 2);
      equal(side.frames.join(), "first,second", "the frames");
    }
  }],
  ["gives each receiver bytes of its own", async (edge) => {
    await using pair = await open(edge);
    const sent = new Uint8Array([1, 2, 3]);
    pair.dialled.connection.send(sent);
    pair.dialled.connection.send(sent);
    await pair.accepted.until(() => pair.accepted.frames.length === 2);
    const [first, second] = pair.accepted.frames;
    if (typeof first !== "object") throw new Error("The first frame did not arrive as bytes");
    first[0] = 9;
    sameFrame(second, new Uint8Array([1, 2, 3]), "the second frame");
    equal(sent[0], 1, "the sender's bytes");
  }],
  ["reports a closing once on both sides, with its code and reason", async (edge) => {
    for (const closing of ["dialled", "accepted"] as const) {
      await using pair = await open(edge);
      pair[closing].connection.close(4001, "enough");
      pair[closing].connection.close(4002, "again");
      for (const side of [pair.dialled, pair.accepted]) {
        const { code, reason, clean } = await side.end();
        equal(`${code} ${reason} ${clean}`, "4001 enough false", "the closing");
      }
      await settle(edge);
      equal(pair.dialled.closings.length, 1, "closings of the dialling side");
      equal(pair.accepted.closings.length, 1, "closings of the accepting side");
    }
  }],
  ["calls a closing with 1000 clean on both sides", async (edge) => {
    await using pair = await open(edge);
    pair.accepted.connection.close(1000, "");
    equal((await pair.dialled.end()).clean, true, "clean at the dialling side");
    equal((await pair.accepted.end()).clean, true, "clean at the accepting side");
  }],
  ["reports the own close after the call of close returned", async (edge) => {
    await using pair = await open(edge);
    pair.dialled.connection.close(1000, "");
    equal(pair.dialled.closings.length, 0, "closings inside the call");
    await pair.dialled.end();
  }],
  ["reports one closing each when both sides close at the same time", async (edge) => {
    await using pair = await open(edge);
    pair.dialled.connection.close(4001, "");
    pair.accepted.connection.close(4002, "");
    equal((await pair.dialled.end()).code, 4001, "the dialling side's code");
    equal((await pair.accepted.end()).code, 4002, "the accepting side's code");
    await settle(edge);
    equal(pair.dialled.closings.length + pair.accepted.closings.length, 2, "closings in all");
  }],
  ["delivers frames sent before close, and none sent after", async (edge) => {
    await using pair = await open(edge);
    pair.dialled.connection.send("before");
    pair.dialled.connection.close(1000, "");
    pair.dialled.connection.send("after");
    await pair.accepted.end();
    equal(pair.accepted.frames.join(), "before", "the frames");
  }],
  ["receives nothing after its own close", async (edge) => {
    await using pair = await open(edge);
    pair.accepted.connection.send("late");
    pair.dialled.connection.close(1000, "");
    await pair.accepted.end();
    equal(pair.dialled.frames.length, 0, "frames after close");
  }],
  ["survives codes nobody may send and reasons nobody can", async (edge) => {
    await using pair = await open(edge);
    pair.dialled.connection.close(1006, "é\n" + "x".repeat(1_000));
    for (const side of [pair.dialled, pair.accepted]) {
      const { code, reason } = await side.end();
      equal(code, 4500, "the code");
      equal(reason, "??" + "x".repeat(98), "the reason");
    }
  }],
  ["closes with 4500 when an owner throws in received", async (edge) => {
    await using pair = await open(edge);
    pair.accepted.received = () => {
      throw new Error("Owner failed");
    };
    pair.dialled.connection.send("x");
    equal((await pair.dialled.end()).code, 4500, "the peer's code");
    equal((await pair.accepted.end()).code, 4500, "the owner's code");
  }],
  ["survives an owner that throws in closed", async (edge) => {
    await using pair = await open(edge);
    const heard = new Promise<void>((resolve) => {
      pair.accepted.closed = () => {
        resolve();
        throw new Error("Owner failed");
      };
    });
    pair.dialled.connection.close(1000, "");
    await heard;
    await settle(edge);
  }],
  ["closes with 4500 when the accepting owner throws in accept", async (edge) => {
    const failing = (): void => {
      throw new Error("Owner failed");
    };
    await using pair = await open(edge, { accepting: failing });
    equal((await pair.dialled.end()).code, 4500, "the peer's code");
  }],
  ["rejects the dial when the dialling owner throws in accept", async (edge) => {
    const owner = new RecordingOwner();
    const listener = await edge.listen(owner.accept, []);
    const failing: Accept = () => {
      throw new Error("Owner failed");
    };
    await rejects(edge, listener.url, failing, new AbortController().signal, "handshake");
    equal((await (await owner.first()).end()).code, 4500, "the peer's code");
    await listener.close();
  }],
  ["lets an owner close inside accept", async (edge) => {
    const bye = (recorder: Recorder): void => recorder.connection.close(4001, "bye");
    await using pair = await open(edge, { accepting: bye });
    equal((await pair.dialled.end()).code, 4001, "the peer's code");
    equal((await pair.accepted.end()).code, 4001, "the owner's code");
  }],
  ["counts bytes not taken yet, down to 0", async (edge) => {
    await using pair = await open(edge);
    pair.dialled.connection.send("x".repeat(1_000));
    if (!(pair.dialled.connection.bufferedBytes >= 0)) throw new Error("Expected a count of bytes");
    await pair.accepted.until(() => pair.accepted.frames.length === 1);
    pair.accepted.connection.send("answer");
    await pair.dialled.until(() => pair.dialled.frames.length === 1);
    equal(pair.dialled.connection.bufferedBytes, 0, "bytes after the answer");
  }],
  ["refuses a dial when nobody listens any more", async (edge) => {
    const listener = await edge.listen(new RecordingOwner().accept, []);
    await listener.close();
    await listener.close();
    await rejects(edge, listener.url, neverAccept, new AbortController().signal, "refused");
  }],
  ["closes what is open when its listener closes", async (edge) => {
    await using pair = await open(edge);
    await pair.listener.close();
    equal((await pair.accepted.end()).code, 1000, "the accepting side's code");
    equal((await pair.dialled.end()).code, 1000, "the dialling side's code");
  }],
  ["gives up a dial that is aborted before or while it opens", async (edge) => {
    const owner = new RecordingOwner();
    const listener = await edge.listen(owner.accept, []);
    await rejects(edge, listener.url, neverAccept, AbortSignal.abort(), "aborted");
    const abort = new AbortController();
    const dial = rejects(edge, listener.url, neverAccept, abort.signal, "aborted");
    abort.abort();
    await dial;
    await listener.close();
  }],
  [
    "leaves an open connection alone when the dial's signal aborts or the dialer ends",
    async (edge) => {
      const abort = new AbortController();
      await using pair = await open(edge, { signal: abort.signal });
      abort.abort();
      await edge.dialer[Symbol.asyncDispose]();
      await edge.dialer[Symbol.asyncDispose]();
      pair.dialled.connection.send("still here");
      await pair.accepted.until(() => pair.accepted.frames.length === 1);
      await rejects(edge, pair.listener.url, neverAccept, new AbortController().signal, "aborted");
    },
  ],
  ["rejects URLs it can't dial", async (edge) => {
    const { signal } = new AbortController();
    await rejects(edge, "not a url", neverAccept, signal, "unsupported_url");
  }],
];

interface OpenOptions {
  readonly offered?: readonly string[];
  readonly known?: readonly string[];
  readonly accepting?: (recorder: Recorder) => void;
  readonly dialling?: (recorder: Recorder) => void;
  readonly signal?: AbortSignal;
}

interface OpenPair extends AsyncDisposable {
  readonly listener: Listener;
  readonly accepted: Recorder;
  readonly dialled: Recorder;
}

const TIMEOUT_MS = 5_000;

async function open(edge: TestedEdge, options: OpenOptions = {}): Promise<OpenPair> {
  const usual = edge.subprotocol ?? "p";
  const accepting = new RecordingOwner(options.accepting);
  const dialling = new RecordingOwner(options.dialling);
  const listener = await edge.listen(accepting.accept, options.known ?? [usual]);
  const target = {
    url: listener.url,
    subprotocols: options.offered ?? [usual],
    timeoutMs: TIMEOUT_MS,
  };
  await edge.dialer.dial(target, dialling.accept, options.signal ?? new AbortController().signal);
  const dialled = await dialling.first();
  const accepted = await accepting.first();
  const end = async (): Promise<void> => {
    dialled.connection.close(1000, "test over");
    await listener.close();
  };
  return { listener, accepted, dialled, [Symbol.asyncDispose]: end };
}

/** Lets anything that would still come for an ended connection come: a whole exchange on another one. */
async function settle(edge: TestedEdge): Promise<void> {
  await using pair = await open(edge);
  pair.dialled.connection.send("ping");
  await pair.accepted.until(() => pair.accepted.frames.length === 1);
}

const neverAccept: Accept = () => {
  throw new Error("This connection must not open");
};

async function rejects(
  edge: TestedEdge,
  url: string,
  accept: Accept,
  signal: AbortSignal,
  code: DialErrorCode,
): Promise<void> {
  const target = { url, subprotocols: [], timeoutMs: TIMEOUT_MS };
  const outcome = await edge.dialer.dial(target, accept, signal).then(
    () => "open",
    (error: unknown) => error,
  );
  if (!(outcome instanceof DialError)) throw new Error(`Expected a DialError, got ${outcome}`);
  equal(outcome.code, code, "the code of the DialError");
  equal(outcome.url, url, "the URL of the DialError");
}

function sampleFrames(): Frame[] {
  const sizes = [1, 2, 125, 126, 999, 1_000, 1_001, 1_024, 1_025, 1_999, 16_384, 65_536, 300_000];
  const texts = sizes.map((size) => "0123456789".repeat(size / 10 + 1).slice(0, size));
  const bytes = sizes.map((size) => Uint8Array.from({ length: size }, (_, at) => at % 251));
  const unicode = ["é".repeat(700), "日本".repeat(400), "x" + "😀".repeat(600), ".+\u0000"];
  return [...texts, ...unicode, ...bytes, "", new Uint8Array(), "end"];
}

function sameFrame(actual: Frame | undefined, expected: Frame, what: string): void {
  if (typeof expected === "string" || typeof actual !== "object") {
    if (actual !== expected) {
      throw new Error(`Expected ${what} to be ${shown(expected)}, got ${shown(actual)}`);
    }
    return;
  }
  equal(actual.length, expected.length, `the length of ${what}`);
  const at = expected.findIndex((byte, index) => byte !== actual[index]);
  if (at >= 0) throw new Error(`Expected ${what} unchanged, byte ${at} is ${actual[at]}`);
}

function shown(frame: Frame | undefined): string {
  if (typeof frame === "string") return JSON.stringify(frame.slice(0, 40));
  return frame === undefined ? "nothing" : `${frame.length} bytes`;
}

function equal<T extends string | number | boolean | undefined>(
  actual: T,
  expected: T,
  what: string,
): void {
  if (actual === expected) return;
  throw new Error(
    `Expected ${what} to be ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`,
  );
}
