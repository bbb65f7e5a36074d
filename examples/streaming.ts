// deno-lint-ignore-file no-console
/**
 * Streams in both directions, over a relay: a function gives lines without end, as fast as they are read, and goes on at another
 * node when its own is lost; another one is given lines and answers while they still come.
 *
 * @module
 */
import { contract, type FarcallNode, startNode, streamed } from "@farcall/farcall";
import * as v from "valibot";

const tail = contract("tail", {
  args: [v.string()],
  yields: v.object({ number: v.number(), line: v.string() }),
});

const count = contract("count", {
  args: [streamed(v.string()), v.number()],
  yields: v.object({ lines: v.number(), letters: v.number() }),
});

let made = 0;

/** Lines without end; each has a number, so that a reader can say where to go on. */
async function* follow(
  path: string,
  from: number,
): AsyncGenerator<{ number: number; line: string }> {
  for (let number = from;; number += 1) {
    made += 1;
    yield { number, line: `${path}: line ${number}, ${"and so on, ".repeat(100)}` };
  }
}

/** Counts what it is given, and says now and then how far it is. */
async function* counted(
  lines: AsyncIterable<string>,
  every: number,
): AsyncGenerator<{ lines: number; letters: number }> {
  const seen = { lines: 0, letters: 0 };
  for await (const line of lines) {
    seen.lines += 1;
    seen.letters += line.length;
    if (seen.lines % every === 0) yield { ...seen };
  }
}

function start(cluster: string, peers: readonly string[]): Promise<FarcallNode> {
  return startNode({
    listen: "ws://127.0.0.1:0",
    cluster,
    peers,
    reach: "relay",
    onError: () => {},
  });
}

async function known(node: FarcallNode, count: number): Promise<void> {
  let seen = 0;
  for await (const { type } of node.offers({ function: "tail" })) {
    if (type === "added") seen += 1;
    if (seen === count) return;
  }
}

await using hub = await start("hub", []);
await using office = await start("office", [hub.url]);
const providers = await Promise.all(["lab-a", "lab-b"].map((lab) => start(lab, [hub.url])));
for (const node of providers) {
  node.register(tail, ([path], { resumeFrom, signal }) => {
    console.log(`${node.cluster} begins at line ${resumeFrom}`);
    signal.addEventListener("abort", () => console.log(`${node.cluster} is not read any more`));
    return follow(path, resumeFrom);
  });
  node.register(count, ([lines, every]) => counted(lines, every));
}
await known(office, 2);

/** As many lines as anybody wants. */
async function* written(): AsyncGenerator<string> {
  let line = 0;
  try {
    for (;; line += 1) yield `line ${line}`;
  } finally {
    console.log(`no more lines are wanted after less than ${Math.ceil(line / 10_000) * 10_000}`);
  }
}

for await (const { lines, letters } of office.stream(count, [written(), 1_000])) {
  console.log(`${lines} lines, ${letters} letters`);
  if (lines === 3_000) break;
}

let expected = 0;
for await (const { number } of office.stream(tail, ["/var/log/app"], { resumeFrom: 0 })) {
  if (number !== expected) throw new Error(`Line ${number} came in place of ${expected}`);
  expected += 1;
  if (number === 10) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    console.log(`10 lines read, and no more than ${Math.ceil(made / 1_000) * 1_000} made`);
  }
  if (number === 2_000) {
    const reading = providers.find((node) => node.counts().running > 0);
    console.log(`${reading?.cluster} goes away`);
    await reading?.drain({ timeout: 0 });
  }
  if (number === 4_000) break;
}
console.log(`${expected} lines in order, from two nodes`);
await Promise.all(providers.map((node) => node.drain({ timeout: 0 })));
