import { assert, assertEquals } from "@std/assert";
import { digestMessages, type Held, resyncMessage } from "../../../lib/federation/digests.ts";
import { frameBytes } from "../../../lib/edges/frame_size.ts";
import { MESSAGE_BYTES_MAX } from "../../../lib/protocol/limits.ts";
import { nodeUrl } from "../../../lib/protocol/names.ts";
import { v1Codec } from "../../../lib/protocol/v1_codec.ts";
import { isPropagation, type PropagationMessage } from "../../../lib/protocol/v1_messages.ts";
import { announced, EMPTY_DIGEST, group, Talk } from "./router_talk.ts";

const GROUPS = 30_000;
const codec = v1Codec();

/** The messages as their receiver reads them, each in a frame of its own. */
function crossed(messages: readonly PropagationMessage[]): PropagationMessage[] {
  return messages.flatMap((message) => {
    const frame = codec.encode([message]);
    const bytes = frameBytes(frame);
    assert(bytes < MESSAGE_BYTES_MAX, `a ${message.type} of ${bytes} bytes`);
    const decoded = codec.decode(frame);
    assert(decoded.ok);
    return decoded.messages.filter(isPropagation);
  });
}

/** A node that was told of many groups over link 1. */
function informed(): Talk {
  const talk = new Talk();
  talk.up(1, "first");
  for (let n = 0; n < GROUPS; n++) talk.hear(1, ...announced(n, group(`o${n}`), 1));
  talk.flush();
  return talk;
}

Deno.test("A digest of 30,000 groups crosses in several messages, and nothing the peer holds is sent again", () => {
  const [one, other] = [informed(), informed()];
  for (const talk of [one, other]) {
    talk.router.linkUp(
      2,
      { url: group("peer").origin, cluster: group("peer").cluster },
      "vector",
      0,
    );
  }
  const digest = one.say(2);
  assert(digest.length > 1, "one message");
  assertEquals(
    digest.map((message) => message.type === "digest" && message.last),
    digest.map((_, at) => at === digest.length - 1),
  );
  // Nothing is told before the last part, and only headers after it.
  const received = crossed(digest);
  other.flush();
  for (const part of received.slice(0, -1)) {
    assertEquals(other.hear(2, part), undefined);
    assertEquals(other.say(2), []);
  }
  assertEquals(other.hear(2, ...received.slice(-1)), undefined);
  const told = other.say(2);
  const count = (type: PropagationMessage["type"]): number =>
    told.filter((message) => message.type === type).length;
  assertEquals([count("reach"), count("offers")], [GROUPS, 0]);
});

Deno.test("A resync of a node that holds 30,000 groups is a message that a frame can carry", () => {
  const talk = informed();
  talk.router.resync(1);
  const sent = talk.say(1);
  assertEquals(sent.map(({ type }) => type), ["resync"]);
  crossed(sent);
});

Deno.test("A digest of nothing is one message, and one long name alone is one too", () => {
  assertEquals(digestMessages([]), [EMPTY_DIGEST]);
  const long = "x".repeat(2_000);
  const held: Held[] = Array.from({ length: 300 }, (_, n) => ({
    group: group("o", {
      origin: nodeUrl(`ws://${n}.example/${long}`),
      scope: "\u0001".repeat(4_096),
    }),
    seq: n + 1,
  }));
  const messages = digestMessages(held);
  assertEquals(messages.flatMap((message) => message.held), held);
  assertEquals(messages.map(({ last }) => last).indexOf(true), messages.length - 1);
  assert(messages.length > 1 && messages.every((message) => message.held.length > 0));
  crossed([...messages, resyncMessage(held)]);
});
