import { assertEquals } from "@std/assert";
import { excessOf, leftoversOf, type SizedNode } from "../../../lib/testing/size_checker.ts";

const NOTHING = {
  ...{ groups: 0, links: 0, dirty: 0, retained: 0, reference: 0, connections: 0, calls: 0 },
  ...{ requests: 0, running: 0, listings: 0, own: 0, inbound: 0, queued: 0 },
  ...{ parked: 0, slotQueue: 0, stuck: 0, streams: 0, kept: 0 },
};

function sized(counts: Partial<typeof NOTHING>, wakeAt = Infinity, peers = 0): SizedNode {
  const sizes = (): typeof NOTHING => ({ ...NOTHING, ...counts });
  return { name: "a", peers: { size: peers }, wakeAt, sizes };
}

const texts = (found: readonly { readonly text: string }[]): string[] =>
  found.map(({ text }) => text);

Deno.test("excessOf finds more in line than there are groups and links (I7)", () => {
  assertEquals(excessOf(sized({ groups: 3, links: 2, dirty: 6 })), []);
  assertEquals(texts(excessOf(sized({ groups: 3, links: 2, dirty: 7 }))), [
    "a has 7 groups in line, of 3 groups on 2 links",
  ]);
});

Deno.test("leftoversOf finds whatever is left in the last node (I7)", () => {
  assertEquals(leftoversOf(sized({})), []);
  assertEquals(texts(leftoversOf(sized({ retained: 2, calls: 1 }, 5))), [
    "a is alone and still has 2 retained, 1 calls, a timer",
  ]);
  assertEquals(leftoversOf(sized({}, 5, 1)), [], "a peer is dialled for ever");
});
