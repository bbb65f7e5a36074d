import { assert, assertEquals } from "@std/assert";
import { jsonCodec } from "../../../lib/protocol/json_codec.ts";
import { v1Codec } from "../../../lib/protocol/v1_codec.ts";

const CODECS = [jsonCodec(), v1Codec()] as const;

function kinds(frame: string | Uint8Array): readonly string[] {
  return CODECS.map((codec) => {
    const decoded = codec.decode(frame);
    return decoded.ok ? "ok" : decoded.error.kind;
  });
}

const MEBIBYTE = 1024 * 1024;

Deno.test("codecs refuse 5 MiB before parsing, as text and as bytes", () => {
  const text = `{"role":"rpc","u":"1","cmds":[],"x":"${"x".repeat(5 * MEBIBYTE)}"}`;
  assertEquals(kinds(text), ["too_large", "too_large"]);
  assertEquals(kinds(new TextEncoder().encode(text)), ["too_large", "too_large"]);
});

Deno.test("codecs count a text in bytes", () => {
  const text = JSON.stringify("é".repeat(2 * MEBIBYTE));
  assert(text.length < 4 * MEBIBYTE);
  assertEquals(kinds(text), ["too_large", "too_large"]);
});

Deno.test("codecs refuse nesting of 100,000 levels without a stack", () => {
  for (const open of ["[", '{"a":', '[{"a":']) {
    assertEquals(kinds(open.repeat(100_000)), ["too_deep", "too_deep"], open);
  }
});

Deno.test("codecs refuse values at the top level that are no message", () => {
  for (const text of ["null", "true", "0", '"x"']) {
    assertEquals(kinds(text), ["bad_shape", "bad_shape"], text);
  }
  assertEquals(kinds("[1]"), ["bad_shape", "bad_shape"]);
  assertEquals(kinds("{}"), ["unknown_role", "bad_shape"]);
});

Deno.test("jsonCodec keeps __proto__ and constructor as the plain keys they are", () => {
  const decoded = jsonCodec().decode(
    '{"role":"rpc","u":"1","__proto__":{"u":"2"},"cmds":[{"name":"__proto__","fun":"constructor",' +
      '"kwargs":{"__proto__":{"polluted":true},"constructor":1}}]}',
  );
  assert(decoded.ok);
  const [message] = decoded.messages;
  assert(message?.type === "rpc");
  const kwargs = message.commands[0]?.kwargs;
  assert(kwargs !== undefined);
  assertEquals(Object.keys(kwargs), ["__proto__", "constructor"]);
  assert(Object.getPrototypeOf(kwargs) === Object.prototype);
  assert(!("polluted" in {}));
});

Deno.test("jsonCodec keeps a clock with __proto__ from changing its prototype", () => {
  const decoded = jsonCodec().decode(
    '{"role":"gossip","u":"1","cluster_id":"c","peers":[{"url":"ws://a:1","funs":[],"locs":[],' +
      '"last_seen":0,"cluster_id":"c","logical_clock":{"__proto__":1}}]}',
  );
  assert(decoded.ok);
  const [message] = decoded.messages;
  assert(message?.type === "gossip");
  const clock = message.peers[0]?.logicalClock;
  assert(clock !== undefined && Object.hasOwn(clock, "__proto__"));
});

Deno.test("codecs read no inherited property as a field", () => {
  assertEquals(kinds('{"role":"rpc","u":"1","__proto__":{"cmds":[]}}')[0], "bad_shape");
  assertEquals(kinds('[{"__proto__":{"type":"ping"}}]')[1], "bad_shape");
});

Deno.test("codecs refuse each field in each wrong type without throwing", () => {
  const values: readonly unknown[] = [null, true, 0, -1, 1.5, "", "x", [], [[]], {}, { a: {} }];
  const messages: readonly Record<string, unknown>[] = [
    { role: "rpc", u: "1", cmds: [], return_intermediate_results: false },
    { role: "server", u: "1", server: {} },
    { role: "gossip", u: "1", cluster_id: "c", peers: [] },
    { role: "internal-rpc", u: "1", command: "f", args: [], kwargs: {} },
    { r: 1, u: "1", error: null, intermediate_results: [], execution_summary: null },
  ];
  let refused = 0;
  for (const message of messages) {
    for (const key of Object.keys(message)) {
      for (const value of values) {
        if (kinds(JSON.stringify({ ...message, [key]: value }))[0] !== "ok") refused++;
      }
    }
  }
  assert(refused > 100, `Only ${refused} refused`);
});

Deno.test("codecs keep their messages short whatever the frame holds", () => {
  const long = "x".repeat(1_000_000);
  for (const frame of [{ role: long }, { role: "server", u: "1", server: { what: long } }]) {
    const decoded = jsonCodec().decode(JSON.stringify(frame));
    assert(!decoded.ok && decoded.error.message.length < 200);
  }
  const decoded = v1Codec().decode(JSON.stringify([{ type: long }]));
  assert(!decoded.ok && decoded.error.message.length < 200);
});

Deno.test("jsonCodec takes no id of unbounded length for an answer", () => {
  const decoded = jsonCodec().decode(JSON.stringify({ role: "x", u: "u".repeat(1_025) }));
  assert(!decoded.ok && decoded.error.replyTo === undefined);
});
