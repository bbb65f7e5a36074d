import { assertEquals } from "@std/assert";
import { type ConnectionRecord, ConnectionTable } from "../../../lib/core/connection_table.ts";
import { HandOvers } from "../../../lib/core/hand_overs.ts";
import type { Turn } from "../../../lib/core/turn.ts";
import { clusterId, incarnation, nodeUrl } from "../../../lib/protocol/names.ts";

/** Two connections to one peer, the second of which has taken the place of the first. */
class Bench {
  readonly connections = new ConnectionTable();
  readonly old = this.#link(1);
  readonly heir = this.#link(2);
  isSettled = true;
  isSpare = true;
  /** Connections that were pinged, in order. */
  readonly pinged: number[] = [];
  readonly handOvers = new HandOvers(this.connections, {
    isSettled: () => this.isSettled,
    isSpare: () => this.isSpare,
  });

  constructor() {
    this.handOvers.begin(1, 2);
  }

  look(): boolean {
    const nothing = (): void => {};
    const send = (connection: number): void => void this.pinged.push(connection);
    const turn: Turn = {
      ...{ now: 0, edges: { send, dial: nothing, close: nothing } },
      owner: {
        ...{ settle: nothing, report: nothing, invoke: nothing, item: nothing, credit: nothing },
        ...{ abort: nothing, stopped: nothing, items: nothing, wanted: nothing, given: nothing },
      },
    };
    return this.handOvers.isOver(turn, this.old);
  }

  #link(id: number): ConnectionRecord {
    const record = this.connections.open(id, "farcall.v1", "b", "accepted", undefined, 0);
    record.role = "link";
    record.peer = {
      ...{ url: nodeUrl("ws://b"), cluster: clusterId("c"), incarnation: incarnation("1") },
    };
    return record;
  }
}

Deno.test("HandOvers ask over the new connection, then over the old one, and then it can go", () => {
  const bench = new Bench();
  assertEquals([bench.look(), bench.look(), bench.pinged], [false, false, [2]]);
  bench.heir.pongsHeard = 1;
  assertEquals([bench.look(), bench.look(), bench.pinged], [false, false, [2, 1]]);
  bench.old.pongsHeard = 1;
  assertEquals(bench.look(), true);
});

Deno.test("HandOvers wait until the peer was told everything, and ask again when it was told more", () => {
  const bench = new Bench();
  bench.isSettled = false;
  assertEquals([bench.look(), bench.pinged], [false, []]);
  bench.isSettled = true;
  bench.look();
  bench.heir.announced += 1;
  bench.heir.pongsHeard = 1;
  assertEquals([bench.look(), bench.pinged], [false, [2, 2]]);
  bench.heir.pongsHeard = 2;
  bench.look();
  bench.old.pongsHeard = 1;
  bench.heir.announced += 1;
  assertEquals([bench.look(), bench.pinged], [false, [2, 2, 1, 2]]);
  bench.isSettled = false;
  bench.heir.pongsHeard = 3;
  assertEquals(bench.look(), false);
  bench.isSettled = true;
  assertEquals([bench.look(), bench.pinged], [false, [2, 2, 1, 2, 2]]);
});

Deno.test("HandOvers keep the old connection while anything depends on what came over it", () => {
  const bench = new Bench();
  bench.isSpare = false;
  for (const record of [bench.heir, bench.old]) record.pongsHeard = 10;
  assertEquals([bench.look(), bench.look(), bench.look(), bench.look()], [
    false,
    false,
    false,
    false,
  ]);
  bench.isSpare = true;
  assertEquals(bench.look(), true);
});

Deno.test("HandOvers say nothing of a connection that was not replaced, or whose heir is gone", () => {
  const bench = new Bench();
  for (const record of [bench.heir, bench.old]) record.pongsHeard = 10;
  bench.look();
  bench.look();
  bench.connections.remove(2);
  assertEquals(bench.look(), false);
  bench.handOvers.end(1);
  assertEquals([bench.handOvers.has(1), bench.look()], [false, false]);
});
