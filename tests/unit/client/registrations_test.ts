import { assertThrows } from "@std/assert";
import { startNode } from "../../../lib/node/start_node.ts";

Deno.test("register refuses a queue that is longer than 1,024 calls or no length at all", async () => {
  await using node = await startNode({ url: "ws://nobody.example" });
  for (const queue of [1_025, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => node.register("f", () => 1, { queue }), RangeError, "0 to 1024");
  }
  node.register("f", () => 1, { queue: 1_024 });
  node.register("f", () => 1, { queue: 0 });
});
