import { assertEquals } from "@std/assert";
import type { EdgeEffects } from "../../../lib/core/effects.ts";
import type { WireMessage } from "../../../lib/core/events.ts";
import {
  announcementId,
  clusterId,
  functionName,
  hopCount,
  maxHops,
  nodeUrl,
} from "../../../lib/protocol/names.ts";
import { FloodingCore } from "../../../lib/testing/flooding_core.ts";

const ORIGIN = nodeUrl("ws://origin:1");
const DIALLED = 1;
const ACCEPTED = 2;

/** A flooding node of cluster `mine` that has dialled one node and was dialled by another. */
class Bench {
  readonly core = new FloodingCore({
    url: nodeUrl("ws://me:1"),
    cluster: clusterId("mine"),
    life: 1,
    peers: [nodeUrl("ws://dialled:1")],
  });
  sent: { readonly connection: number; readonly message: WireMessage }[] = [];
  readonly #edges: EdgeEffects = {
    send: (connection, message) => void this.sent.push({ connection, message }),
    dial: (dial) => void (this.dial = dial),
    close: () => {},
  };
  dial = 0;

  constructor() {
    this.step({ type: "boot", now: 1_000 });
    const opened = { type: "opened", dialect: "json", remote: "", now: 1_000 } as const;
    this.step({ ...opened, connection: DIALLED, dial: this.dial });
    this.step({ ...opened, connection: ACCEPTED, dial: undefined });
    this.sent = [];
  }

  step(event: Parameters<FloodingCore["step"]>[0]): void {
    this.core.step(event, this.#edges);
  }

  /** It hears of `fun`, `hops` links away, from a node of another cluster or of its own. */
  hear(connection: number, id: string, hops: number, cluster = "theirs"): void {
    const announcement = {
      capabilities: {
        ...{ functions: [functionName("f"), functionName("g")], resources: [] },
        ...{ clusterId: clusterId(cluster), advertisedUrls: [nodeUrl("ws://sender:1")] },
      },
      propagation: {
        ...{ hopCount: hopCount(hops), maxHops: maxHops(3) },
        ...{ announcementId: announcementId(id), originalSource: ORIGIN },
      },
    };
    const message: WireMessage = { type: "HELLO", u: "1", announcement };
    this.step({ type: "received", connection, messages: [message], now: 1_001 });
  }

  /** Copies that it sent over the socket that it dialled: functions and hop count. */
  copies(): string[] {
    return this.sent.flatMap(({ connection, message }) => {
      if (message.type !== "HELLO" || connection !== DIALLED) return [];
      const { capabilities, propagation } = message.announcement;
      return [`${capabilities.functions.join(",")}@${propagation.hopCount}`];
    });
  }
}

Deno.test("FloodingCore passes the first function of the first copy on, over sockets that it dialled", () => {
  const bench = new Bench();
  bench.hear(ACCEPTED, "id1", 0);
  bench.hear(ACCEPTED, "id1", 0);
  bench.hear(ACCEPTED, "id2", 1);
  assertEquals(bench.copies(), ["f@1", "f@2"]);
  assertEquals([...bench.core.heard.get(ORIGIN) ?? []], ["f", "g"]);
});

Deno.test("FloodingCore passes nothing on within its cluster, without an id, or out of the radius", () => {
  const bench = new Bench();
  bench.hear(ACCEPTED, "id1", 0, "mine");
  bench.hear(ACCEPTED, "", 0);
  bench.hear(ACCEPTED, "id3", 2);
  assertEquals(bench.copies(), []);
});

Deno.test("FloodingCore takes what comes over a socket that it dialled for the dialled node's own", () => {
  const bench = new Bench();
  bench.hear(DIALLED, "id1", 1);
  assertEquals(bench.sent, [], "it only listens there");
  assertEquals([...bench.core.heard.keys()], ["ws://dialled:1"]);
});

Deno.test("FloodingCore forgets an origin by its GOODBYE", () => {
  const bench = new Bench();
  bench.hear(ACCEPTED, "id1", 1);
  const goodbye: WireMessage = {
    ...{ type: "GOODBYE", u: "2", departing: ORIGIN, clusterId: clusterId("theirs") },
    ...{ reason: "graceful_shutdown", timestamp: 0 },
  };
  bench.step({ type: "received", connection: ACCEPTED, messages: [goodbye], now: 1_002 });
  assertEquals([...bench.core.heard.keys()], []);
});
