import { assertEquals } from "@std/assert";
import { isInScope, openPolicy } from "../../../lib/federation/peering_policy.ts";
import { clusterId } from "../../../lib/protocol/names.ts";
import { group } from "./router_talk.ts";

const [own, friend, stranger] = [clusterId("c"), clusterId("friend"), clusterId("friend2")];

Deno.test("openPolicy lets the empty scope pass everywhere", () => {
  const policy = openPolicy();
  assertEquals(policy.allows(group("o"), own, stranger), true);
  assertEquals(policy.allows(group("o"), stranger, own), true);
});

Deno.test("openPolicy lets a scope pass to the named clusters and the origin's own only", () => {
  const scoped = group("o", { scope: "friend other" });
  const policy = openPolicy();
  assertEquals([own, friend, stranger].map((to) => policy.allows(scoped, own, to)), [
    true,
    true,
    false,
  ]);
  assertEquals(policy.allows(scoped, friend, own), true, "back into the origin's cluster");
});

Deno.test("isInScope compares whole cluster ids", () => {
  assertEquals(isInScope(group("o", { scope: "friend2" }), friend), false);
  assertEquals(isInScope(group("o", { scope: "friend2" }), stranger), true);
});
