import { assertEquals } from "@std/assert";
import { functionName, maxHops } from "../../../lib/protocol/names.ts";
import type { V1Message } from "../../../lib/protocol/v1_messages.ts";
import { type CoreNode, CoreWorld } from "./core_world.ts";

/** A client that offers functions, none of which is called. */
function clientWith(node: CoreNode, connection: number, offers: number): void {
  const messages: V1Message[] = [{ type: "hello", role: "client" }];
  for (let id = 1; id <= offers; id += 1) {
    messages.push({
      ...{ type: "offer", id, fun: functionName(`c${connection}f${id}`), resources: [] },
      ...{ maxHops: maxHops(3), scope: "", concurrency: 1, queue: 0 },
    });
  }
  const opened = { dialect: "farcall.v1", dial: undefined, remote: "client" } as const;
  node.step({ type: "opened", connection, ...opened });
  node.step({ type: "received", connection, messages });
}

Deno.test("ClientOffers takes 256 functions of one client, says so, and has room for the next client", () => {
  const world = new CoreWorld();
  const node = world.node("ws://n");
  clientWith(node, 7, 257);
  assertEquals(node.offers().length, 256);
  const limits = node.reports.flatMap((one) => one.type === "limit_reached" ? [one.limit] : []);
  assertEquals(limits, ["OFFERS_PER_CLIENT_MAX"]);
  clientWith(node, 8, 1);
  assertEquals(node.offers().length, 257);
  node.step({ type: "closed", connection: 7, code: 1000, reason: "" });
  assertEquals(node.offers(), ["c8f1@0"]);
});
