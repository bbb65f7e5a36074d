// deno-lint-ignore-file no-console
/**
 * One request of several commands that feed each other, each on the node that has what it needs. The intermediate results
 * go from node to node; the caller sends one message and gets one back.
 *
 * @module
 */
import { connect, type FarcallNode, startNode } from "@farcall/farcall";

const PAGES: Readonly<Record<string, string>> = {
  "/cranes": "Cranes fly in a wedge. The one in front changes. No crane leads for long.",
};

/** Resolves when `node` knows all the functions. */
async function knows(node: FarcallNode, functions: readonly string[]): Promise<void> {
  const missing = new Set<string>(functions);
  for await (const { type, offer } of node.offers({ signal: AbortSignal.timeout(5_000) })) {
    if (type === "added") missing.delete(offer.fun);
    if (missing.size === 0) return;
  }
  throw new Error(`${node.url} was not told of ${[...missing]} within 5 s`);
}

/** Says where it runs, so that the reader sees it. */
function ran<Result>(node: FarcallNode, what: string, result: Result): Result {
  console.log(`  ${what.padEnd(9)} runs on ${node.url}`);
  return result;
}

const listen = "ws://127.0.0.1:0";
await using hub = await startNode({ listen, cluster: "hub" });
await using web = await startNode({ listen, cluster: "web", peers: [hub.url] });
await using lab = await startNode({ listen, cluster: "lab", peers: [hub.url] });

const told = knows(hub, ["fetch", "sentences", "words"]);
web.register("fetch", ([path]) => {
  return ran(web, "fetch", { path, body: PAGES[String(path)] ?? "" });
}, { resources: ["internet"] });
lab.register("sentences", ([text]) => {
  const lines = String(text).split(/(?<=\.)\s+/);
  return ran(lab, "sentences", { lines, count: lines.length });
}, { resources: ["language-model"] });
hub.register("words", ([line]) => ran(hub, "words", String(line).split(" ").length));
await told;

await using client = await connect(hub.url);
console.log(`one request to ${hub.url}:`);
const answer = await client.request((request) => {
  const page = request.call("fetch", ["/cranes"], { resources: ["internet"] });
  const text = request.call("sentences", [page.body], { resources: ["language-model"] });
  // One call for each sentence, two at a time, in their order.
  const words = request.map(text.lines, "words", (line) => [line], { concurrency: 2 });
  return { page: page.path, count: text.count, words };
}, { timeout: 5_000 });
console.log(`and its answer: ${JSON.stringify(answer)}`);
