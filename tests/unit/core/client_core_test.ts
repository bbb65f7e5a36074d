import { assert, assertEquals, assertThrows } from "@std/assert";
import { ClientCore } from "../../../lib/core/client_core.ts";
import { callError } from "../../../lib/protocol/errors.ts";
import { functionName } from "../../../lib/protocol/names.ts";
import { Payload } from "../../../lib/protocol/payload.ts";
import { LoneClient } from "./lone_client.ts";

const RESULT = { type: "result", value: Payload.fromValue("hi") } as const;

Deno.test("ClientCore needs a URL", () => {
  assertThrows(() => new ClientCore({ urls: [] }), RangeError, "No URL");
});

Deno.test("ClientCore sends what waited once it is connected, and settles the answer", () => {
  const client = new LoneClient();
  client.call(1);
  assertEquals(client.sent, []);
  client.open();
  assertEquals(client.sent.map((message) => message.type), ["hello", "call"]);
  client.receive({ ...RESULT, id: 1 });
  client.receive({ ...RESULT, id: 1 });
  assertEquals(client.ended(1), "hi");
});

Deno.test("ClientCore tries the next URL at once and then waits longer", () => {
  const client = new LoneClient();
  client.step({ type: "dial_failed", dial: 1, message: "refused" });
  assertEquals(client.dials.map((dial) => dial.url), ["ws://a", "ws://b"]);
  client.step({ type: "dial_failed", dial: 2, message: "refused" });
  assertEquals(client.dials.length, 2);
  assert(client.wakeAt > client.now);
  client.pass(200);
  assertEquals(client.dials.length, 3);
});

Deno.test("ClientCore offers no subprotocol in every other round, for servers that take none", () => {
  const client = new LoneClient(["ws://a"]);
  client.step({ type: "dial_failed", dial: 1, message: "handshake" });
  client.pass(200);
  assertEquals(client.dials.map((dial) => dial.dialects), [["farcall.v1", "json"], ["json"]]);
});

Deno.test("ClientCore ends sent calls at once when the connection falls, and keeps those that wait", () => {
  const client = new LoneClient();
  const connection = client.open();
  client.call(1);
  client.step({ type: "closed", connection, code: 0, reason: "" });
  client.call(2);
  assertEquals([client.ended(1), client.ended(2)], ["UNAVAILABLE/unknown", undefined]);
  client.pass(1);
  client.open();
  client.receive({ ...RESULT, id: 2 });
  assertEquals(client.ended(2), "hi");
});

Deno.test("ClientCore says whether an expired call had been sent", () => {
  const client = new LoneClient();
  client.call(1, 50);
  client.pass(100);
  client.open();
  client.call(2, 50);
  client.pass(100);
  assertEquals([client.ended(1), client.ended(2)], [
    "DEADLINE_EXCEEDED/no",
    "DEADLINE_EXCEEDED/unknown",
  ]);
  assertEquals(client.sent.at(-1)?.type, "cancel");
});

Deno.test("ClientCore cancels what was sent, and drops what was not", () => {
  const client = new LoneClient();
  client.call(1);
  client.step({ type: "cancel", call: 1 });
  client.open();
  client.call(2);
  client.step({ type: "cancel", call: 2 });
  assertEquals([client.ended(1), client.ended(2)], ["CANCELLED/no", "CANCELLED/unknown"]);
  assertEquals(client.sent.map((message) => message.type), ["hello", "call", "cancel"]);
});

Deno.test("ClientCore speaks the reference's dialect: one step, its result unwrapped", () => {
  const client = new LoneClient();
  client.open("json");
  client.call(1);
  const request = client.sent[0];
  assert(request?.type === "rpc");
  const [step] = request.commands;
  assert(step !== undefined);
  assertEquals([step.fun, step.args, step.resources], ["echo", ["hi"], ["gpu"]]);
  const result = Payload.fromValue({ [step.name]: "hi" });
  client.receive({ type: "response", u: request.u, result, error: undefined });
  assertEquals(client.ended(1), "hi");
});

Deno.test("ClientCore reads errors of both dialects", () => {
  const client = new LoneClient();
  client.open();
  client.call(1);
  client.receive({ type: "error", id: 1, error: callError("HANDLER_ERROR", "it broke", "yes") });
  assertEquals(client.ended(1), "HANDLER_ERROR/yes");
  const legacy = new LoneClient();
  legacy.open("json");
  legacy.call(1);
  const error = { code: 1001, message: "Command not found", details: null };
  legacy.receive({ type: "response", u: "1", result: Payload.fromValue(null), error });
  assertEquals(legacy.ended(1), "FUNCTION_NOT_FOUND/no");
});

Deno.test("ClientCore pings a silent node and gives it up after 15 s", () => {
  const client = new LoneClient();
  client.open();
  client.call(1, 60_000);
  client.pass(6_000);
  assertEquals(client.sent.at(-1)?.type, "ping");
  client.pass(12_000);
  assertEquals(client.ended(1), "UNAVAILABLE/unknown");
  assert(client.reports.some((report) => report.type === "disconnected"));
});

Deno.test("ClientCore settles everything when it is closed, and takes nothing more", () => {
  const client = new LoneClient();
  client.call(1);
  client.step({ type: "close" });
  client.call(2);
  assertEquals([client.ended(1), client.ended(2)], ["CANCELLED/no", "CANCELLED/no"]);
  assertEquals(client.wakeAt, Infinity);
});

Deno.test("ClientCore holds calls while the connection is congested", () => {
  const client = new LoneClient();
  const connection = client.open();
  client.step({ type: "congested", connection });
  client.call(1);
  client.step({ type: "cancel", call: 1 });
  client.call(2);
  assertEquals(client.sent.map((message) => message.type), ["hello"]);
  assertEquals(client.ended(1), "CANCELLED/no");
  client.step({ type: "drained", connection });
  assertEquals(client.sent.map((message) => message.type), ["hello", "call"]);
});

Deno.test("ClientCore refuses arguments that are too long together, before they end the connection", () => {
  const client = new LoneClient();
  client.open();
  const half = "x".repeat(2_200_000);
  const fun = functionName("echo");
  const shared = { resources: [], timeoutMs: 1_000 };
  const args = Payload.fromValue([half]);
  const kwargs = Payload.fromValue({ half });
  client.step({ type: "call", call: 1, fun, args, kwargs, ...shared });
  const command = { fun, args: [half], kwargs: {}, resources: [], refs: [] };
  const commands = [{ name: "a", ...command }, { name: "b", ...command }];
  client.step({ type: "request", call: 2, commands, wanted: undefined, timeoutMs: 1_000 });
  assertEquals([client.ended(1), client.ended(2)], [
    "PAYLOAD_TOO_LARGE/no",
    "PAYLOAD_TOO_LARGE/no",
  ]);
  assertEquals(client.sent.map((message) => message.type), ["hello"]);
});

Deno.test("ClientCore limits the calls that wait", () => {
  const client = new LoneClient();
  for (let call = 1; call <= 1_025; call += 1) client.call(call);
  assertEquals(client.ended(1_025), "RESOURCE_EXHAUSTED/no");
  assertEquals(client.ended(1_024), undefined);
});

Deno.test("ClientCore says that a call ran when its node told so before it was lost", () => {
  const client = new LoneClient();
  const connection = client.open();
  client.call(1);
  client.call(2);
  client.receive({ type: "accepted", id: 1 });
  client.step({ type: "closed", connection, code: 0, reason: "" });
  assertEquals([client.ended(1), client.ended(2)], ["UNAVAILABLE/yes", "UNAVAILABLE/unknown"]);
});

Deno.test("ClientCore sends an idempotent call again over the next connection, twice at most", () => {
  const client = new LoneClient();
  client.call(1, 30_000, true);
  for (let lost = 0; lost < 3; lost += 1) {
    assertEquals(client.ended(1), undefined);
    client.pass(500);
    const connection = client.open();
    client.step({ type: "closed", connection, code: 0, reason: "" });
  }
  assertEquals(client.ended(1), "UNAVAILABLE/unknown");
  const calls = client.sent.filter(({ type }) => type === "call");
  assertEquals(calls.length, 3);
});

Deno.test("ClientCore numbers calls anew in the order in which they leave", () => {
  const client = new LoneClient();
  const connection = client.open();
  client.call(1, 30_000, true);
  client.step({ type: "closed", connection, code: 0, reason: "" });
  client.call(2);
  client.pass(500);
  client.open();
  const ids = client.sent.flatMap((message) => message.type === "call" ? [message.id] : []);
  assertEquals(ids, [1, 2, 3]);
  client.receive({ ...RESULT, id: 1 });
  assertEquals(
    [client.ended(1), client.ended(2)],
    [undefined, undefined],
    "of the lost connection",
  );
  client.receive({ ...RESULT, id: 2 });
  client.receive({ ...RESULT, id: 3 });
  assertEquals([client.ended(1), client.ended(2)], ["hi", "hi"]);
});

Deno.test("ClientCore takes answers of a node that said goodbye, and sends elsewhere what that had not taken", () => {
  const client = new LoneClient();
  const old = client.open();
  client.call(1);
  client.call(2);
  client.call(3);
  client.receive({ type: "goodbye", reason: "stops", last: 2 });
  assertEquals([client.closed, client.dials.map(({ url }) => url)], [[], ["ws://a", "ws://b"]]);
  client.call(4);
  const sentBefore = client.sent.length;
  client.open();
  const late = client.sent.slice(sentBefore).filter(({ type }) => type === "call");
  assertEquals(late.length, 2, "the one that was not taken, and the new one");
  const answer = (id: number): void =>
    client.step({ type: "received", connection: old, messages: [{ ...RESULT, id }] });
  answer(1);
  assertEquals([client.ended(1), client.closed], ["hi", []]);
  answer(3);
  assertEquals(client.ended(3), undefined, "that number went with the goodbye");
  answer(2);
  assertEquals([client.ended(2), client.closed], ["hi", [old]]);
  client.receive({ ...RESULT, id: 4 });
  client.receive({ ...RESULT, id: 5 });
  assertEquals([client.ended(3), client.ended(4)].sort(), ["hi", "hi"]);
});

Deno.test("ClientCore notices that a node died which had said goodbye", () => {
  const client = new LoneClient();
  client.open();
  client.call(1, 600_000);
  client.receive({ type: "goodbye", reason: "stops", last: 1 });
  client.open();
  client.pass(60_000);
  assertEquals(client.ended(1), "UNAVAILABLE/unknown");
});

Deno.test("ClientCore asks for an explanation where the dialect has a word for it", () => {
  const ask = { type: "explain", fun: functionName("f"), resources: [], timeoutMs: 1_000 } as const;
  const client = new LoneClient();
  client.open();
  client.step({ ...ask, call: 1 });
  assertEquals(client.sent.at(-1), {
    type: "explain",
    id: 1,
    fun: functionName("f"),
    resources: [],
  });
  client.receive({ ...RESULT, id: 1 });
  assertEquals(client.ended(1), "hi");
  const plain = new LoneClient();
  plain.open("json");
  plain.step({ ...ask, call: 1 });
  assertEquals(plain.ended(1), "UNSUPPORTED_VERSION/no");
});

Deno.test("ClientCore keeps to its dialect however often nodes leave it", () => {
  const client = new LoneClient();
  for (let count = 0; count < 6; count += 1) {
    client.open();
    client.receive({ type: "goodbye", reason: "stops", last: 0 });
    client.pass(500);
  }
  const dialects = client.dials.map(({ dialects }) => dialects.length);
  assertEquals(dialects, Array(dialects.length).fill(2));
});

Deno.test("ClientCore leaves a node that refuses calls since it is leaving, where the dialect has no goodbye", () => {
  const client = new LoneClient();
  const old = client.open("json");
  client.call(1);
  client.call(2);
  const error = { code: 1003, message: "RPC execution failed", details: "DRAINING: it leaves" };
  const result = Payload.fromValue(null);
  client.receive({ type: "response", u: "1", result, error });
  assertEquals([client.ended(1), client.dials.map(({ url }) => url)], [undefined, [
    "ws://a",
    "ws://b",
  ]]);
  client.open();
  const calls = client.sent.filter(({ type }) => type === "call");
  assertEquals(calls.length, 1);
  client.receive({ ...RESULT, id: 3 });
  assertEquals([client.ended(1), client.ended(2), client.closed], ["hi", undefined, []]);
  const answer = { type: "response", u: "2", result, error } as const;
  client.step({ type: "received", connection: old, messages: [answer] });
  assertEquals(client.closed, [old]);
});

Deno.test("ClientCore remembers that a call ran on a connection that was lost, however the next one ends it", () => {
  const client = new LoneClient();
  const first = client.open();
  client.call(1, 30_000, true);
  client.receive({ type: "accepted", id: 1 });
  client.step({ type: "closed", connection: first, code: 0, reason: "lost" });
  client.open();
  client.receive({ type: "error", id: 2, error: callError("RESOURCE_EXHAUSTED", "full") });
  assertEquals(client.ended(1), "RESOURCE_EXHAUSTED/yes");
});
