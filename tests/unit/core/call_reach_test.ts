import { assert, assertEquals } from "@std/assert";
import { functionName } from "../../../lib/protocol/names.ts";
import { chain, type CoreNode, CoreWorld, PENDING } from "./core_world.ts";

/** Three nodes in a row, of which the first offers `work` and the last calls. */
function row(world: CoreWorld): { provider: CoreNode; relay: CoreNode; caller: CoreNode } {
  const [provider, relay, caller] = chain(world, 3);
  assert(provider !== undefined && relay !== undefined && caller !== undefined);
  provider.register("work", () => "done");
  world.settle();
  return { provider, relay, caller };
}

function explained(node: CoreNode, reach?: "direct" | "relay"): unknown {
  node.step({
    ...{ type: "explain", call: 9_000, fun: functionName("work"), resources: [], timeoutMs: 1_000 },
    ...(reach === undefined ? {} : { reach }),
  });
  const outcome = node.outcomes.get(9_000);
  node.outcomes.delete(9_000);
  return outcome?.ok === true ? outcome.value.value : outcome;
}

/** How a call would get to the one provider, and what would come of it. */
function path(node: CoreNode, reach?: "direct" | "relay"): unknown {
  const made = explained(node, reach);
  assert(
    typeof made === "object" && made !== null && "offers" in made && Array.isArray(made.offers),
  );
  const { path, reason } = made.offers[0];
  return "code" in made ? `${path} ${reason} ${made.code}` : `${path} ${reason}`;
}

Deno.test("NodeCore passes a call along links when the provider's address has not answered for a quarter of a second", () => {
  const world = new CoreWorld();
  const { provider, caller } = row(world);
  world.silent.add(provider.url);
  const call = caller.call("work");
  world.pass(240, 10);
  assertEquals(caller.ended(call), undefined, "a dial has some time to be answered");
  world.pass(20, 10);
  assertEquals(caller.ended(call), "done");
  assertEquals(world.dialled.get(provider.url), 2, "the link of its neighbour, and the one dial");
});

Deno.test("NodeCore makes no call wait for an address that was silent, and tries it again beside them", () => {
  const world = new CoreWorld();
  const { provider, caller } = row(world);
  world.silent.add(provider.url);
  caller.call("work");
  world.pass(300, 10);
  const second = caller.call("work");
  world.settle();
  assertEquals(caller.ended(second), "done", "while the dial is still under way");
  world.pass(75_000, 1_000);
  const before = world.dialled.get(provider.url) ?? 0;
  const third = caller.call("work");
  world.settle();
  assertEquals(caller.ended(third), "done", "when it may be dialled again");
  assertEquals(world.dialled.get(provider.url), before + 1, "beside the call");
  world.silent.clear();
  world.pass(75_000, 1_000);
  caller.call("work");
  world.settle();
  const sent = world.sent.get("call") ?? 0;
  const last = caller.call("work");
  world.settle();
  assertEquals(caller.ended(last), "done");
  assertEquals(world.sent.get("call"), sent + 1, "straight to its provider, which answers again");
});

Deno.test("NodeCore still waits for a silent address where nobody passes calls along, or none may", () => {
  const world = new CoreWorld();
  const { provider, caller } = row(world);
  world.silent.add(provider.url);
  const call = caller.call("work", [], [], 30_000, { reach: "direct" });
  world.pass(9_900);
  assertEquals(caller.ended(call), undefined);
  world.pass(200);
  assertEquals(caller.ended(call), "UNAVAILABLE/no");
});

Deno.test("NodeCore dials nobody for a call that is to be relayed, and neither do those who pass it on", () => {
  const world = new CoreWorld();
  const [provider, , , caller] = chain(world, 4);
  assert(provider !== undefined && caller !== undefined);
  provider.register("work", () => "done");
  world.settle();
  const dials = [...world.dialled.values()].reduce((sum, count) => sum + count, 0);
  const call = caller.call("work", [], [], 1_000, { reach: "relay" });
  world.settle();
  assertEquals(caller.ended(call), "done");
  assertEquals([...world.dialled.values()].reduce((sum, count) => sum + count, 0), dials);
  assertEquals(world.sent.get("call"), 3, "one for each link");
});

Deno.test("NodeCore relays no call that must go directly, whatever the node does by default", () => {
  const world = new CoreWorld();
  const [provider, , caller] = chain(world, 3);
  assert(provider !== undefined && caller !== undefined);
  provider.register("work", () => PENDING);
  world.settle();
  world.undialable.add(provider.url);
  const call = caller.call("work", [], [], 1_000, { reach: "direct" });
  world.settle();
  assertEquals(caller.ended(call), "UNAVAILABLE/no");
  assertEquals(world.sent.get("call"), undefined);
});

Deno.test("NodeCore treats each command of a request as the request says", () => {
  const world = new CoreWorld();
  const { provider, caller } = row(world);
  world.undialable.add(provider.url);
  const ask = (reach?: "direct" | "relay"): unknown => {
    const command = { name: "one", fun: functionName("work"), args: [], kwargs: {}, resources: [] };
    const call = caller.request({
      ...{ commands: [command], wanted: ["one"], timeoutMs: 1_000 },
      ...(reach === undefined ? {} : { reach }),
    });
    world.settle();
    return caller.ended(call);
  };
  assertEquals(ask("direct"), "UNAVAILABLE/no");
  assertEquals(ask("relay"), { one: "done" });
});

Deno.test("NodeCore explains how a call would get to each provider", () => {
  const world = new CoreWorld();
  const { provider, relay, caller } = row(world);
  assertEquals(path(provider), "here taken");
  assertEquals(path(relay), "link taken");
  assertEquals(path(caller), "dial taken");
  assertEquals(path(caller, "relay"), "relay taken");
  world.undialable.add(provider.url);
  caller.call("work");
  world.settle();
  assertEquals(path(caller), "relay taken", "its address did not answer a moment ago");
  assertEquals(path(caller, "direct"), "none unreachable UNAVAILABLE");
});
