// deno-lint-ignore-file no-console
/**
 * A function that gives many values, read over two relays: typed, as fast as the reader reads, ended by leaving the loop, and
 * taken up again where it was when its node is lost.
 *
 * @module
 */
import { contract, type FarcallNode, startNode } from "@farcall/farcall";
import * as v from "valibot";

const tail = contract("tail", {
  args: [v.string()],
  yields: v.object({ number: v.number(), line: v.string() }),
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
}
await known(office, 2);

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
