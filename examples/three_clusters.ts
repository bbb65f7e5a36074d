// deno-lint-ignore-file no-console
/**
 * Three clusters on real sockets in one process: who hears of a function at which hop, a call over two hops, and what a
 * caller gets when the node is gone.
 *
 * @module
 */
import { connect, FarcallError, type FarcallNode, startNode } from "@farcall/farcall";

/** Resolves when `node` lists embed at a distance, or at `undefined` no longer lists it. */
async function hears(node: FarcallNode, distance: number | undefined): Promise<void> {
  const signal = AbortSignal.timeout(5_000);
  for await (const { type, offer } of node.offers({ function: "embed", signal })) {
    if ((type === "lost" ? undefined : offer.distance) === distance) return;
  }
  throw new Error(`${node.url} did not hear of the change within 5 s`);
}

function embedListing(node: FarcallNode): string {
  const listed = node.listOffers().find((offer) => offer.fun === "embed");
  if (listed === undefined) return "does not know embed";
  const { distance, origin, resources } = listed;
  return distance === 0
    ? `offers embed [${resources}] itself`
    : `knows: embed [${resources}] at ${origin}, ${distance} link${distance === 1 ? "" : "s"} away`;
}

function show(clusters: ReadonlyMap<string, FarcallNode>): void {
  for (const [cluster, node] of clusters) {
    console.log(`  ${cluster}  ${node.url}  ${embedListing(node)}`);
  }
}

const listen = "ws://127.0.0.1:0";
await using a = await startNode({ listen, cluster: "lab-a" });
await using b = await startNode({ listen, cluster: "lab-b", peers: [a.url] });
await using c = await startNode({ listen, cluster: "lab-c", peers: [b.url] });
const clusters = new Map([["lab-a", a], ["lab-b", b], ["lab-c", c]]);

console.log(`
  cluster lab-a            cluster lab-b            cluster lab-c
  ┌──────────┐             ┌──────────┐             ┌──────────┐
  │  node a  │────────────▶│  node b  │────────────▶│  node c  │◀── client
  └──────────┘ hop count 0 └──────────┘ hop count 1 └──────────┘
   registers embed          1 link away              2 links away
`);

const arrived = Promise.all([hears(b, 1), hears(c, 2)]);
a.register("embed", ([text]) => Array.from(String(text), (letter) => letter.charCodeAt(0)), {
  resources: ["gpu"],
});
await arrived;
console.log("node a has registered embed, and each node was told:");
show(clusters);

await using client = await connect(c.url);
const vector = await client.call("embed", ["hi"], { resources: ["gpu"] });
console.log(`\na client of node c calls embed("hi") with [gpu]: ${JSON.stringify(vector)}`);

const gone = Promise.all([hears(b, undefined), hears(c, undefined)]);
await a.drain();
await gone;
console.log("\nnode a has left, and what it offered with it:");
show(new Map([...clusters].filter(([, node]) => node !== a)));

try {
  await client.call("embed", ["hi"], { resources: ["gpu"] });
} catch (error) {
  if (!(error instanceof FarcallError)) throw error;
  console.log(`\nthe same call now ends at once:\n  ${error.code}: ${error.message}`);
  console.log(`  did it run? ${error.ran}; may it succeed later? ${error.retryable}`);
}
