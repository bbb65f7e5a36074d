import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../../lib/protocol/json_value.ts";
import { v1Codec } from "../../../lib/protocol/v1_codec.ts";
import { jsonCodec } from "../../../lib/protocol/json_codec.ts";

const REQUEST = { type: "request", id: 1, timeout_ms: 1_000 };
const STEP = { name: "a", fun: "f", args: [null] };

function takes(...commands: readonly JsonObject[]): boolean {
  return v1Codec().decode(JSON.stringify([{ ...REQUEST, commands }])).ok;
}

function commands(count: number): JsonObject[] {
  return Array.from({ length: count }, (_, at) => ({ name: `c${at}`, fun: "f", args: [] }));
}

Deno.test("a request of farcall.v1 has references of the right shape, and as many as it may", () => {
  const ref = { at: ["args", 0], of: "b" };
  assert(takes({ ...STEP, refs: [ref] }));
  assert(takes({ ...STEP, refs: [{ at: ["kwargs", "k", 0], path: ["x"] }] }));
  assert(takes({ ...STEP, refs: new Array(4_096).fill(ref) }));
  assert(!takes({ ...STEP, refs: new Array(4_097).fill(ref) }));
  for (
    const wrong of [
      { at: ["args"], of: "b" },
      { at: ["locs", 0], of: "b" },
      { at: ["args", 0.5], of: "b" },
      { at: ["args", null], of: "b" },
      { at: "args", of: "b" },
      { at: ["args", ...new Array(65).fill(0)], of: "b" },
      { at: ["args", 0], of: 1 },
      { at: ["args", 0], of: "b", path: [0] },
      { at: ["args", 0], of: "b", path: new Array(65).fill("x") },
    ]
  ) assert(!takes({ ...STEP, refs: [wrong] }), JSON.stringify(wrong));
});

Deno.test("a map of farcall.v1 goes over one list, 1 to 64 items at once", () => {
  assert(takes({ ...STEP, over: { of: "b", concurrency: 64 } }));
  for (const concurrency of [0, 65, 1.5, -1, "4", null]) {
    assert(!takes({ ...STEP, over: { of: "b", concurrency } }), `${concurrency}`);
  }
  assert(!takes({ ...STEP, over: { concurrency: 4 } }));
});

Deno.test("a request of 10,000 commands is refused by both codecs, and cheaply", () => {
  assert(takes(...commands(256)));
  assert(!takes(...commands(257)));
  assert(!takes(...commands(10_000)));
  const rpc = (count: number): string =>
    JSON.stringify({ role: "rpc", u: "1", cmds: commands(count) });
  assert(jsonCodec().decode(rpc(256)).ok);
  const refused = jsonCodec().decode(rpc(10_000));
  assert(!refused.ok);
  assertEquals(refused.error.replyTo, "1");
});
