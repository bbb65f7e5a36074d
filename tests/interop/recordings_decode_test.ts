import { assert, assertEquals } from "@std/assert";
import type { ProtocolError } from "../../lib/protocol/errors.ts";
import { jsonCodec } from "../../lib/protocol/json_codec.ts";
import { type RecordedFrame, recordedFrames } from "./recordings.ts";

/** Frames that must be refused, by recording and line: all broken on purpose, or deeper than we go. */
const REFUSED: Readonly<Record<string, ProtocolError["kind"]>> = {
  "dialed-link-reader:8": "bad_shape",
  "hello-variants-raw:11": "bad_shape",
  "hello-variants-raw:14": "bad_shape",
  "json-edge:9": "not_json",
  "json-edge:48": "too_deep",
  "json-edge:49": "too_deep",
  "json-edge:52": "too_deep",
  "json-edge:59": "not_json",
  "json-edge:66": "not_json",
  "json-edge:69": "bad_shape",
  "json-edge:74": "bad_shape",
  "malformed:2": "not_json",
  "malformed:5": "not_json",
  "malformed:8": "bad_shape",
  "malformed:11": "bad_shape",
  "malformed:14": "unknown_role",
  "malformed:18": "unknown_role",
  "malformed:20": "unknown_role",
  "malformed:24": "bad_shape",
  "malformed:27": "bad_shape",
  "malformed:30": "bad_shape",
  "malformed:33": "bad_shape",
  "malformed:36": "bad_shape",
  "malformed:39": "not_json",
  "server-roles-raw:5": "bad_shape",
  "server-roles-raw:17": "bad_shape",
};

/** Frames that come out otherwise than they went in, and as what. */
const REWRITTEN: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  // Numbers: JavaScript knows one kind, and no whole numbers beyond 53 bits.
  "json-edge:13": [["1.0", "1"]],
  "json-edge:17": [["100.0", "100"]],
  "json-edge:21": [["-0.0", "0"]],
  "json-edge:25": [["9007199254740993", "9007199254740992"]],
  "json-edge:29": [["18446744073709551615", "18446744073709552000"]],
  "json-edge:33": [["1.8446744073709552e19", "18446744073709552000"]],
  "json-edge:37": [["-9.223372036854776e18", "-9223372036854776000"]],
  "routed-call:13": [["10.0", "10"]],
  "routed-call:14": [["10.0", "10"]],
  "rpc-dependencies:5": [["3.0", "3"], ["300.0", "300"]],
  "unserialisable-results:8": [["1e308", "1e+308"]],
  "unserialisable-results:13": [["9007199254740993", "9007199254740992"]],
  // The results so far travel no further, since the receiver would substitute a second time.
  "routed-call:12": [['{"a":5,"l":"local"}', "{}"]],
  "routed-call:18": [['{"a":5}', "{}"]],
  "routed-call:20": [['{"a":5,"b":6}', "{}"]],
};

/** Whether the reference itself wrote it: its servers, and its client, which leaves nothing out. */
function isByReference(recorded: RecordedFrame): boolean {
  return recorded.from.startsWith("server") || recorded.text.endsWith(',"debug_mode":false}');
}

function expected(recorded: RecordedFrame): string {
  const rewritten = REWRITTEN[recorded.place] ?? [];
  return rewritten.reduce((text, [from, to]) => text.replaceAll(from, to), recorded.text);
}

const recordings = await recordedFrames();
const codec = jsonCodec({ frames: "text" });

Deno.test("recordings are all there", () => {
  assertEquals(recordings.length, 707);
});

Deno.test("jsonCodec decodes every recorded frame except those that must be refused", () => {
  const refusals: Record<string, ProtocolError["kind"]> = {};
  for (const { place, frame } of recordings) {
    const decoded = codec.decode(frame);
    if (!decoded.ok) refusals[place] = decoded.error.kind;
  }
  assertEquals(refusals, REFUSED);
});

Deno.test("jsonCodec decodes text and bytes to the same", () => {
  for (const { frame, text } of recordings) {
    if (typeof frame !== "string") continue;
    assertEquals(codec.decode(new TextEncoder().encode(text)), codec.decode(frame));
  }
});

Deno.test("jsonCodec writes what the reference wrote as the reference wrote it", () => {
  let compared = 0;
  for (const recorded of recordings) {
    if (!isByReference(recorded) || REFUSED[recorded.place] !== undefined) continue;
    const decoded = codec.decode(recorded.frame);
    assert(decoded.ok, recorded.place);
    assertEquals(codec.encode(decoded.messages), expected(recorded), recorded.place);
    compared++;
  }
  assert(compared > 600, `Only ${compared} frames compared`);
});
