// deno-lint-ignore-file no-console
/**
 * A function that nobody offers yet: the error says what there is instead, `explain` says it of every offer, and a call that
 * waits on purpose is answered as soon as a node comes that can.
 *
 * @module
 */
import { connect, FarcallError, startNode } from "@farcall/farcall";

const listen = "ws://127.0.0.1:0";
await using hub = await startNode({ listen });
hub.register("embed", ([text]) => String(text).length, { resources: ["cpu"] });
await using client = await connect(hub.url);

for (const [name, resources] of [["embed", ["gpu"]], ["ebmed", []]] as const) {
  try {
    await client.call(name, ["hello"], { resources });
  } catch (error) {
    if (!(error instanceof FarcallError)) throw error;
    console.log(`${error.code}: ${error.message}`);
  }
}

const { offers } = await client.explain("embed", { resources: ["gpu"] });
for (const { origin, why } of offers) console.log(`the offer of ${origin}: ${why}`);

console.log("waiting for somebody with a gpu:");
const answer = client.call("embed", ["hello"], {
  resources: ["gpu"],
  whenMissing: "wait",
  timeout: 10_000,
});
await using late = await startNode({ listen, peers: [hub.url] });
late.register("embed", ([text]) => [String(text).length], { resources: ["gpu"] });
console.log(`  ${late.url} comes, and the answer is ${JSON.stringify(await answer)}`);
