/**
 * Streamed arguments at a client: of calls that it makes, and of functions that it offers.
 */
import { assert, assertEquals } from "@std/assert";
import { batchOf } from "../../../lib/protocol/item_batch.ts";
import { STREAM_CREDIT } from "../../../lib/protocol/limits.ts";
import { functionName, maxHops } from "../../../lib/protocol/names.ts";
import { Payload } from "../../../lib/protocol/payload.ts";
import { LoneClient } from "./lone_client.ts";

const NONE = Payload.fromText("[]");

function give(client: LoneClient, call: number, ...items: number[]): void {
  const batch = items.length === 0 ? undefined : batchOf(items.map(String));
  client.step({ type: "give", call, arg: 0, batch });
}

Deno.test("ClientCore gives a streamed argument when it is asked for, and not before", () => {
  const client = new LoneClient();
  client.open();
  client.call(1, 30_000, false, [0]);
  const sent = client.sent.at(-1);
  assertEquals([sent?.type, sent?.type === "call" && sent.streamed], ["call", [0]]);
  const before = client.sent.length;
  give(client, 1, 1);
  assertEquals(client.sent.length, before, "nobody has asked");
  client.receive({ type: "credit", id: 1, arg: 0, units: 500 });
  assertEquals(client.wanted, [[1, 0, 500]]);
  give(client, 1, 1, 2);
  give(client, 1);
  const [items, end] = client.sent.slice(-2);
  assert(items?.type === "items" && items.arg === 0);
  assertEquals([items.batch.list.value, end], [[1, 2], { type: "end", id: 1, arg: 0 }]);
  client.receive({ type: "stop", id: 1, arg: 0 });
  assertEquals(client.wanted.at(-1), [1, 0, undefined]);
  client.receive({ type: "result", id: 1, value: Payload.fromValue("hi") });
  client.receive({ type: "credit", id: 1, arg: 0, units: 500 });
  give(client, 1, 3);
  assertEquals([client.ended(1), client.wanted.length, client.sent.at(-1)], ["hi", 2, end]);
});

Deno.test("I8: ClientCore sends a call again whose argument was not asked for, and no other", () => {
  for (const isAsked of [false, true]) {
    const client = new LoneClient();
    const connection = client.open();
    client.call(1, 30_000, true, [0]);
    if (isAsked) client.receive({ type: "credit", id: 1, arg: 0, units: 500 });
    client.step({ type: "closed", connection, code: 1006, reason: "lost" });
    assertEquals(client.ended(1), isAsked ? "UNAVAILABLE/yes" : undefined);
    client.pass(1_000);
    client.open();
    const again = client.sent.filter(({ type }) => type === "call").length;
    assertEquals(again, isAsked ? 1 : 2);
  }
});

Deno.test("ClientCore says that json has no streamed arguments", () => {
  const client = new LoneClient();
  client.open("json");
  client.call(1, 30_000, false, [0]);
  assertEquals([client.ended(1), client.sent.length], ["UNSUPPORTED_VERSION/no", 0]);
});

Deno.test("ClientCore asks for the streamed arguments of a function that it offers as far as it reads", () => {
  const client = new LoneClient();
  client.step({
    ...{ type: "register", registration: 1, fun: functionName("f"), resources: [] },
    ...{ maxHops: maxHops(3), scope: "", concurrency: 9 },
  });
  client.open();
  const call = { type: "call", fun: functionName("f"), resources: [], args: NONE } as const;
  client.receive({ ...call, id: 1, timeoutMs: 1_000, offer: 1, streamed: [0] });
  const [run] = client.invocations;
  assertEquals(run?.streamed, [0]);
  const invocation = run?.invocation ?? -1;
  client.step({ type: "want", invocation, arg: 0, units: 0 });
  const credit = { type: "credit", id: 1, arg: 0, units: STREAM_CREDIT } as const;
  assertEquals(client.sent.at(-1), credit);
  client.receive({ type: "items", id: 1, arg: 0, batch: batchOf(["1", "2"]) });
  assertEquals(client.given.map(([, , batch]) => batch?.list.value), [[1, 2]]);
  client.step({ type: "want", invocation, arg: 0, units: undefined });
  assertEquals(client.sent.at(-1), { type: "stop", id: 1, arg: 0 });
  client.receive({ type: "items", id: 1, arg: 0, batch: batchOf(["3"]) });
  client.receive({ type: "end", id: 1, arg: 0 });
  assertEquals(client.given.length, 1, "it wanted no more");
  client.receive({ ...call, id: 2, timeoutMs: 1_000, offer: 1, streamed: [0] });
  client.receive({ type: "items", id: 2, arg: 0, batch: batchOf(["1"]) });
  assertEquals(client.aborted.map(({ code }) => code), ["PROTOCOL"]);
  const last = client.sent.at(-1);
  assert(last?.type === "error");
  assertEquals([last.id, last.error.code], [2, "PROTOCOL"]);
});
