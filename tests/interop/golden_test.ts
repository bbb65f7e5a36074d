import { assert, assertEquals } from "@std/assert";
import { type Conversation, conversations, kindOf } from "./conversations.ts";
import { type Difference, differencesOf } from "./differences.ts";
import { covers, INTENDED_DIFFERENCES } from "./intended_differences.ts";
import { replay } from "./replay.ts";

/** One node of one recording. */
interface Part {
  readonly conversation: Conversation;
  readonly server: string;
}

function partsOf(conversation: Conversation): Part[] {
  const { lines } = conversation;
  const names = new Set(lines.flatMap(({ from, to }) => [from, to]));
  // Nobody plays a process that was killed, or one that was written by hand.
  const killed = new Set(lines.filter((line) => line.code === 1006).map(({ from }) => from));
  return [...names.difference(killed)].filter((name) => name.startsWith("server")).sort()
    .map((server) => ({ conversation, server }));
}

function played({ conversation, server }: Part): readonly Difference[] {
  return differencesOf(conversation, server, replay(conversation, server));
}

function shown({ place, server, what, message, path, recorded, ours }: Difference): string {
  return `${place} ${server}: ${what} ${message} ${path}\n  recorded ${recorded}\n  ours     ${ours}`;
}

const recordings = await conversations();
const parts = recordings.flatMap(partsOf);

for (const part of parts) {
  const { conversation: { name }, server } = part;
  Deno.test(`a node answers as ${server} of ${name} but for what is meant`, () => {
    const unlisted = played(part).filter((one) => {
      return !INTENDED_DIFFERENCES.some((entry) => covers(entry, one));
    });
    assertEquals(unlisted.map(shown), []);
  });
}

Deno.test("every intended difference is met, at each of its places", () => {
  const differences = parts.flatMap(played);
  const unused = INTENDED_DIFFERENCES.flatMap((entry) => {
    const met = differences.filter((one) => covers(entry, one)).map((one) => one.place);
    if (met.length === 0) return [`${entry.message} ${entry.path ?? ""}: ${entry.reason}`];
    return (entry.places ?? []).filter((place) => !met.includes(place))
      .map((place) => `${place}: ${entry.reason}`);
  });
  assertEquals(unused, []);
});

Deno.test("golden tests play every recording, and compare what was said in it", () => {
  assertEquals(new Set(parts.map(({ conversation }) => conversation)).size, 28);
  const counts = parts.map(({ conversation: { lines }, server }) =>
    lines.filter((line) => line.from === server && kindOf(line.json) !== "gossip").length
  );
  const count = counts.reduce((sum, one) => sum + one, 0);
  assert(count >= 250, `Only ${count} frames compared`);
});
