// deno-lint-ignore-file no-console
/**
 * Five nodes are restarted one after the other, three times over, while clients call without a pause: no call fails. A node
 * that leaves says so first, answers what it has taken, and tells what it has not; that goes elsewhere.
 *
 * @module
 */
import {
  connect,
  type FarcallClient,
  FarcallError,
  type FarcallNode,
  startNode,
} from "@farcall/farcall";

const NODES = 5;
const ROUNDS = 3;
/** Calls that each client has on their way at any time. */
const AT_ONCE = 32;
/** All is well for so long between two restarts, in ms. */
const PAUSE_MS = Number(Deno.args[0] ?? 100);

/** Starts a node that knows the others and offers `work`. */
async function start(listen: string, peers: readonly string[]): Promise<FarcallNode> {
  const node = await startNode({ listen, peers });
  node.register("work", async ([number]) => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
    return Number(number) * 2;
  });
  return node;
}

/** Resolves when a node lists `work` of all nodes. */
async function knowsAll(node: FarcallNode): Promise<void> {
  const listed = new Set<string>();
  const signal = AbortSignal.timeout(10_000);
  for await (const { type, offer } of node.offers({ function: "work", signal })) {
    if (type === "lost") listed.delete(offer.origin);
    else listed.add(offer.origin);
    if (listed.size === NODES) return;
  }
  throw new Error(`${node.url} lists ${listed.size} of ${NODES} nodes after 10 s`);
}

const tally = { calls: 0, failed: 0 };

/** Calls until it is told to stop. */
async function callOn(client: FarcallClient, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    tally.calls += 1;
    const number = tally.calls;
    try {
      const result = await client.call("work", [number], { idempotent: true, timeout: 10_000 });
      if (result !== number * 2) throw new Error(`${number} gave ${result}`);
    } catch (error) {
      tally.failed += 1;
      console.error(error instanceof FarcallError ? `${error.code}: ${error.message}` : error);
    }
  }
}

/** Ends a node and starts another one in its place. */
async function restart(place: number): Promise<void> {
  await nodes[place]?.drain({ timeout: 5_000 });
  const url = urls[place] ?? "";
  const again = await start(url, urls.filter((peer) => peer !== url));
  nodes[place] = again;
  await knowsAll(again);
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

const nodes: FarcallNode[] = [];
for (let count = 0; count < NODES; count += 1) {
  nodes.push(await start("ws://127.0.0.1:0", nodes.map(({ url }) => url)));
}
await Promise.all(nodes.map(knowsAll));
const urls = nodes.map(({ url }) => url);

{
  await using one = await connect(urls);
  await using other = await connect([...urls.slice(2), ...urls.slice(0, 2)]);
  const stop = new AbortController();
  const began = performance.now();
  const callers = [one, other].flatMap((client) =>
    Array.from({ length: AT_ONCE }, () => callOn(client, stop.signal))
  );
  try {
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const place of urls.keys()) await restart(place);
      console.log(`round ${round}: ${NODES} nodes restarted, ${tally.calls} calls so far`);
    }
  } finally {
    stop.abort();
    await Promise.all(callers);
  }
  const perSecond = Math.round(tally.calls / (performance.now() - began) * 1_000);
  console.log(`${tally.calls} calls, ${tally.failed} failed, ${perSecond} a second`);
}
await Promise.all(nodes.map((node) => node.drain()));
if (tally.failed > 0) Deno.exit(1);
