// deno-lint-ignore-file no-console
/**
 * A program that nobody can dial, like a page in a browser, offers a function through the node that it is connected to; it is
 * called from two clusters away, and its offer ends with its connection.
 *
 * @module
 */
import { contract, FarcallError, startNode } from "@farcall/farcall";
// The entry for browsers: no name of a server's platform is in it.
import { connect } from "@farcall/farcall/client";
import * as v from "valibot";

const askUser = contract("ask_user", {
  args: [v.string()],
  returns: v.object({ answer: v.string() }),
  resources: ["screen"],
});

await using hub = await startNode({ listen: "ws://127.0.0.1:0", cluster: "hub" });
await using lab = await startNode({ listen: "ws://127.0.0.1:0", cluster: "lab", peers: [hub.url] });
await using office = await startNode({
  listen: "ws://127.0.0.1:0",
  cluster: "office",
  peers: [lab.url],
});

const page = await connect(hub.url);
page.register(askUser, ([question]) => {
  console.log(`the page is asked: ${question}`);
  return { answer: "yes" };
});

const { answer } = await office.call(askUser, ["Start the run?"], { whenMissing: "wait" });
const [offer] = office.listOffers().filter(({ fun }) => fun === "ask_user");
console.log(`the office, ${offer?.distance} links away, hears: ${answer}`);

await page.close();
for await (const { type } of office.offers({ function: "ask_user" })) if (type === "lost") break;
try {
  await office.call(askUser, ["And now?"]);
} catch (error) {
  if (!(error instanceof FarcallError)) throw error;
  console.log(`the page is closed: ${error.code}, ran: ${error.ran}`);
}
