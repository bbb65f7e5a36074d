// deno-lint-ignore-file no-console
/**
 * A call that is given up stops at once wherever it has got to: its caller is told, the function's signal fires, and so does
 * that of the function which that one had called. A deadline does the same.
 *
 * @module
 */
import { connect, FarcallError, type FarcallNode, startNode } from "@farcall/farcall";

/** Resolves when `node` lists the function. */
async function lists(node: FarcallNode, name: string): Promise<void> {
  const signal = AbortSignal.timeout(5_000);
  for await (const { type } of node.offers({ function: name, signal })) {
    if (type === "added") return;
  }
  throw new Error(`${node.url} was not told of ${name} within 5 s`);
}

/** Runs until the signal fires. */
function untilAborted(who: string, signal: AbortSignal): Promise<never> {
  console.log(`  ${who} begins`);
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => {
      const { reason } = signal;
      console.log(`  ${who} stops: ${reason instanceof FarcallError ? reason.code : reason}`);
      reject(reason);
    })
  );
}

const listen = "ws://127.0.0.1:0";
const began = Promise.withResolvers<void>();
const ended = { count: 0, all: Promise.withResolvers<void>() };
const quiet = { onError: () => {} };

await using hub = await startNode({ listen, ...quiet });
await using worker = await startNode({ listen, peers: [hub.url], ...quiet });
worker.register("deepest", (_args, { signal }) => {
  began.resolve();
  return untilAborted("deepest", signal).finally(noteEnd);
});
hub.register("outer", async (_args, { client, signal, remaining }) => {
  console.log(`  outer has ${remaining() > 0 ? "some" : "no"} time left and calls deepest`);
  const stopped = untilAborted("outer", signal).finally(noteEnd);
  return await Promise.race([stopped, client.call("deepest")]);
});
await lists(hub, "deepest");

function noteEnd(): void {
  ended.count += 1;
  if (ended.count === 2) ended.all.resolve();
}

await using client = await connect(hub.url);

console.log("cancelled by its caller:");
const giveUp = new AbortController();
const call = client.call("outer", [], { signal: giveUp.signal }).catch((error) => error);
await began.promise;
giveUp.abort();
const cancelled = await call;
if (!(cancelled instanceof FarcallError)) throw new Error(`Not cancelled, but: ${cancelled}`);
console.log(`  the caller gets ${cancelled.code}`);
await ended.all.promise;

console.log("out of time:");
ended.count = 0;
ended.all = Promise.withResolvers();
const late = await client.call("outer", [], { timeout: 500 }).catch((error) => error);
if (!(late instanceof FarcallError)) throw new Error(`Not late, but: ${late}`);
console.log(`  the caller gets ${late.code}, did it run? ${late.ran}`);
await ended.all.promise;
