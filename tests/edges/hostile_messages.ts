import { SOME_LIFE } from "./raw_peer.ts";

/** A mebibyte, in bytes. */
export const MIB = 1024 * 1024;

/** Frames that no dialect reads. */
export const NO_FRAMES: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>> = {
  "an empty frame": "",
  "words": "hello there",
  "half an array": '[{"type":"ping"}',
  "half a string": '["',
  "a trailing comma": '[{"type":"ping"},]',
  "NaN": "NaN",
  "a byte order mark": '\ufeff[{"type":"ping"}]',
  "binary garbage": new Uint8Array([0, 255, 254, 0, 128, 7, 91, 123]),
  "bytes that are no UTF-8": new Uint8Array([91, 34, 0xc3, 0x28, 34, 93]),
  "an array as bytes, cut within a character": new Uint8Array([91, 34, 0xe2, 0x82]),
  "5 MiB of text": `["${"x".repeat(5 * MIB)}"]`,
  "5 MiB of bytes": new Uint8Array(5 * MIB).fill(0x5b),
  "100,000 arrays in each other": "[".repeat(100_000) + "]".repeat(100_000),
  "100,000 objects in each other": '{"a":'.repeat(100_000) + "1" + "}".repeat(100_000),
};

/** A call that can be run. */
export const A_CALL = { type: "call", id: 1, fun: "count", args: [], timeout_ms: 1_000 };

/** A request that lacks its commands. */
export const A_REQUEST = { type: "request", id: 1, commands: [], timeout_ms: 1_000 };

/** A command of a request. */
export function command(name: string, ...args: unknown[]): Record<string, unknown> {
  return { name, fun: "echo", args };
}

/** A group that is in order. */
export const GROUP = {
  origin: "ws://origin.example:1",
  incarnation: SOME_LIFE,
  max_hops: 3,
  scope: "",
  cluster: "default",
  base: 0,
};

/** One message of each type by which offers travel, all of the right shape. */
export const PROPAGATION = {
  digest: { type: "digest", held: [], last: true },
  name: { type: "name", handle: 1, group: GROUP },
  offers: { type: "offers", handle: 1, from: 0, to: 1, final: true, add: [], del: [], floor: 0 },
  reach: { type: "reach", handle: 1, hop_count: 1, seq: 1 },
  want: { type: "want", handle: 1, have: 0 },
  resync: { type: "resync", held: [] },
  fresh: { type: "fresh" },
};
