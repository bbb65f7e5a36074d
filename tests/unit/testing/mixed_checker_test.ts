import { assertEquals } from "@std/assert";
import type { Listing } from "../../../lib/federation/function_registry.ts";
import { openPolicy } from "../../../lib/federation/peering_policy.ts";
import {
  clusterId,
  functionName,
  incarnation,
  maxHops,
  nodeUrl,
} from "../../../lib/protocol/names.ts";
import { type MixedNode, mixedViolations } from "../../../lib/testing/mixed_checker.ts";
import type { TableNode } from "../../../lib/testing/table_checker.ts";
import { urlOf } from "./test_ends.ts";

const listing = (fun: string, origin: string, distance: number): Listing => ({
  ...{ fun: functionName(fun), resources: [], origin: nodeUrl(urlOf(origin)) },
  ...{ incarnation: incarnation("1"), cluster: clusterId("c0"), maxHops: maxHops(3), distance },
  dialect: "reference",
});

const node = (name: string, neighbours: string[], listings: Listing[]): TableNode => ({
  ...{ name, url: nodeUrl(urlOf(name)), cluster: clusterId("c0"), incarnation: "1", offers: [] },
  ...{ policy: openPolicy(), neighbours, links: neighbours.map(urlOf), listings },
});

const OLD: MixedNode = {
  ...{ name: "old", url: urlOf("old"), functions: ["legacy"], resources: [] },
  ...{ cluster: "c1", isAlive: true, gateways: ["a"] },
};

/** What is wrong when a chain a, b lists this; the flooding node is linked with a. */
function verdicts(atA: Listing[], atB: Listing[], areGhostsDue = false): string[] {
  const nodes = [node("a", ["b"], atA), node("b", ["a"], atB)];
  return mixedViolations(nodes, [OLD], areGhostsDue).map(({ invariant, text }) =>
    `${invariant} ${text}`
  );
}

const A = [listing("legacy", "old", 1)];
const B = [listing("legacy", "old", 2)];

Deno.test("mixedViolations has nothing against the offer of a flooding node along farcall links", () => {
  assertEquals(verdicts(A, B), []);
  assertEquals(verdicts(A, [listing("legacy", "old", 1)]), [], "it may be heard on another way");
});

Deno.test("mixedViolations finds an offer that did not come along farcall links (I1)", () => {
  assertEquals(verdicts(A, []), ["I1 b lists legacy of old Infinity links away, not 2"]);
  assertEquals(verdicts(A, [listing("legacy", "old", 3)]), [
    "I1 b lists legacy of old 3 links away, not 2",
  ]);
});

Deno.test("mixedViolations finds what nobody offers (I2)", () => {
  assertEquals(verdicts([...A, listing("forged", "old", 1)], B), [
    `I2 a lists ${urlOf("old")} forged [], which nobody offers`,
  ]);
});

Deno.test("mixedViolations allows a ghost of a farcall node until it must have expired (I3)", () => {
  const ghost = [...B, listing("f", "dead", 3)];
  assertEquals(verdicts(A, ghost), []);
  assertEquals(verdicts(A, ghost, true), [
    `I3 b still lists ${urlOf("dead")} f [], which is dead for long`,
  ]);
});

Deno.test("mixedViolations allows no ghost of a flooding node when all of them are dead for long (I3)", () => {
  const dead: MixedNode = { ...OLD, isAlive: false, gateways: [] };
  const told = (areGhostsDue: boolean): string[] =>
    mixedViolations([node("a", [], A)], [dead], areGhostsDue).map(({ text }) => text);
  assertEquals(told(false), []);
  assertEquals(told(true), [`a still lists ${urlOf("old")} legacy [], which is dead for long`]);
});

Deno.test("mixedViolations asks for no offer that import rules keep out, and finds it where it is listed (I2)", () => {
  const lists = (cluster: string, fun: string): boolean => cluster !== "c0" || fun !== "legacy";
  const told = (listings: Listing[], cluster: string): string[] =>
    mixedViolations([{ ...node("a", [], listings), lists }], [{ ...OLD, cluster }], false)
      .map(({ text }) => text);
  assertEquals(told(A, "c1"), [
    `a lists ${urlOf("old")} legacy [], which its import rules keep out`,
  ]);
  assertEquals(told([], "c0"), []);
  assertEquals(told([], "c1"), ["a lists legacy of old Infinity links away, not 1"]);
});
