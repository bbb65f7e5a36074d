/** A peer that started anew while its former life's connection still looks alive. */
import { assertEquals } from "@std/assert";
import { NodeCore } from "../../../lib/core/node_core.ts";
import type { NodeEvent } from "../../../lib/core/events.ts";
import { clusterId, incarnation, nodeUrl } from "../../../lib/protocol/names.ts";

const PEER = { url: nodeUrl("ws://peer.example:9000"), cluster: clusterId("c") };

Deno.test("NodeCore takes the link of a peer's new life within 1.5 s, though the old one is not closed yet", () => {
  const core = new NodeCore({
    ...{ url: nodeUrl("ws://me.example:9000"), cluster: clusterId("c") },
    incarnation: incarnation("L1"),
    peers: [],
  });
  const closed: number[] = [];
  const nothing = (): void => {};
  const step = (event: NodeEvent): void => {
    const edges = { send: nothing, dial: nothing, close: (id: number) => void closed.push(id) };
    const calls = {
      items: nothing,
      wanted: nothing,
      given: nothing,
      credit: nothing,
      settle: nothing,
      invoke: nothing,
    };
    const owner = { ...calls, report: nothing, abort: nothing };
    core.step(event, edges, { ...owner, stopped: nothing });
  };
  const link = (connection: number, life: string): void => {
    step({
      type: "opened",
      connection,
      dialect: "farcall.v1",
      dial: undefined,
      remote: "r",
      now: connection,
    });
    const hello = { type: "hello", role: "link", ...PEER, incarnation: incarnation(life) } as const;
    step({ type: "received", connection, messages: [hello], now: connection });
  };
  step({ type: "boot", seed: Uint32Array.of(1, 2, 3, 4), now: 0 });
  link(1, "L1");
  link(2, "L2");
  assertEquals(closed, []);
  assertEquals([...core.links()].map(({ peer }) => peer), [PEER.url]);
  // The former life is not asked whether it is still there.
  for (let now = 100; now <= 1_500; now += 100) step({ type: "tick", now });
  assertEquals(closed, [1]);
  assertEquals([...core.links()].map(({ peer }) => peer), [PEER.url]);
});
