import { assertEquals } from "@std/assert";
import { ConnectionTable } from "../../../lib/core/connection_table.ts";
import type { ConnectionRecord, ConnectionRole } from "../../../lib/core/connection_table.ts";
import { Heartbeat } from "../../../lib/core/heartbeat.ts";
import type { Turn } from "../../../lib/core/turn.ts";

/** What a heartbeat did with one connection of a kind, second by second: `ping@s`, then `drop@s`. */
function history(
  role: ConnectionRole,
  purpose: ConnectionRecord["purpose"],
  dialect: ConnectionRecord["dialect"],
  seconds: number,
  stepS = 1,
  isSpare = false,
  offers = false,
): string[] {
  const done: string[] = [];
  const connections = new ConnectionTable();
  const record = connections.open(1, dialect, "test", purpose, undefined, 0);
  record.role = role;
  let second = 0;
  const heartbeat = new Heartbeat(
    connections,
    () => {
      done.push(`drop@${second}`);
      connections.remove(1);
    },
    () => isSpare,
    () => offers,
  );
  const nothing = (): void => {};
  for (; second <= seconds; second += stepS) {
    const turn: Turn = {
      now: second * 1_000,
      edges: { send: () => void done.push(`ping@${second}`), dial: nothing, close: nothing },
      owner: {
        items: nothing,
        wanted: nothing,
        given: nothing,
        credit: nothing,
        settle: nothing,
        report: nothing,
        invoke: nothing,
        abort: nothing,
        stopped: nothing,
      },
    };
    heartbeat.step(turn);
  }
  return done;
}

Deno.test("Heartbeat pings a silent link after 5 s and drops it after 15 s", () => {
  assertEquals(history("link", "accepted", "farcall.v1", 40), ["ping@5", "drop@15"]);
  assertEquals(history("caller", "call", "farcall.v1", 40), ["ping@5", "drop@15"]);
});

Deno.test("Heartbeat is more patient with those who only call", () => {
  assertEquals(history("client", "accepted", "farcall.v1", 60), ["ping@15", "drop@30"]);
});

Deno.test("Heartbeat is as strict with a client that offers functions as with a link", () => {
  assertEquals(history("client", "accepted", "farcall.v1", 60, 1, false, true), [
    ...["ping@5", "drop@15"],
  ]);
});

Deno.test("Heartbeat drops a connection that says no hello in 5 s", () => {
  assertEquals(history("new", "accepted", "farcall.v1", 40), ["drop@6"]);
});

Deno.test("Heartbeat leaves clients of the reference's dialect to the platform", () => {
  assertEquals(history("new", "accepted", "json", 200), []);
});

Deno.test("Heartbeat drops a dialled node of the reference that answers no HELLO for 75 s", () => {
  assertEquals(history("reference", "link", "json", 200), ["drop@76"]);
});

Deno.test("Heartbeat does not hold its own standstill against a peer", () => {
  assertEquals(history("link", "accepted", "farcall.v1", 60, 20), []);
});

Deno.test("Heartbeat never takes a standstill for a sign of life in the future", () => {
  const connections = new ConnectionTable();
  const record = connections.open(1, "farcall.v1", "test", "accepted", undefined, 0);
  record.role = "link";
  let droppedAt = 0;
  const nothing = (): void => {};
  const owner = {
    items: () => {},
    wanted: () => {},
    given: () => {},
    credit: () => {},
    settle: nothing,
    report: nothing,
    invoke: nothing,
    abort: nothing,
    stopped: nothing,
  };
  const edges = { send: nothing, dial: nothing, close: nothing };
  const heartbeat = new Heartbeat(
    connections,
    (turn) => {
      droppedAt = turn.now;
      connections.remove(1);
    },
    () => false,
    () => false,
  );
  heartbeat.step({ now: 0, edges, owner });
  // The node stood still for a minute; a frame that had waited is taken in the turn in which it notices.
  record.heardAt = 60_000;
  for (let now = 60_000; now <= 200_000; now += 1_000) heartbeat.step({ now, edges, owner });
  assertEquals(droppedAt, 75_000);
});

Deno.test("Heartbeat closes a silent socket of a node of the reference after 120 s if that node has another one", () => {
  const socket = ["reference", "accepted", "json", 200, 1] as const;
  assertEquals(history(...socket, true), ["drop@121"]);
  assertEquals(history(...socket, false), []);
  assertEquals(history("new", "accepted", "json", 200, 1, true), []);
});
