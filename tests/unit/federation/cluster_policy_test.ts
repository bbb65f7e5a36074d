import { assertEquals, assertThrows } from "@std/assert";
import { checkClusterPolicy } from "../../../lib/federation/cluster_policy.ts";
import { ClusterRules } from "../../../lib/federation/cluster_rules.ts";
import {
  clusterId,
  functionName,
  incarnation,
  maxHops,
  nodeUrl,
} from "../../../lib/protocol/names.ts";
import type { GroupName } from "../../../lib/protocol/v1_messages.ts";

const [a, b, c] = [clusterId("a"), clusterId("b"), clusterId("c")];

function group(cluster: string, scope = ""): GroupName {
  return {
    origin: nodeUrl("ws://x"),
    incarnation: incarnation("1"),
    maxHops: maxHops(3),
    scope,
    cluster: clusterId(cluster),
    base: 0,
  };
}

Deno.test("ClusterRules chooses the export class by the first rule that fits a function", () => {
  const rules = new ClusterRules(a, {
    exports: [
      { functions: "internal.*", clusters: "own" },
      { functions: ["embed", "search*"], clusters: ["b", "c"] },
      { functions: "*", clusters: "all" },
    ],
  });
  const scope = (fun: string, asked = ""): string => rules.scopeOf(functionName(fun), asked);
  assertEquals(scope("internal.stop"), "a");
  assertEquals(scope("internal.stop", "b"), "a");
  assertEquals(scope("embed"), "a b c");
  assertEquals(scope("embed", "c d"), "a c");
  assertEquals(scope("echo"), "");
  assertEquals(scope("echo", "d"), "d");
});

Deno.test("ClusterRules lets groups pass by scope and by the first link rule that fits", () => {
  const rules = new ClusterRules(a, {
    links: [
      { origins: "b", to: "c", allow: true },
      { to: "c", allow: false },
    ],
  });
  assertEquals(rules.allows(group("b"), a, c), true);
  assertEquals(rules.allows(group("a"), a, c), false);
  assertEquals(rules.allows(group("a"), c, a), true);
  assertEquals(rules.allows(group("b", "a"), a, c), false);
  assertEquals(rules.tells("", c), false);
  assertEquals(rules.tells("", b), true);
  assertEquals([rules.tells("a b", b), rules.tells("a", b), rules.tells("a", undefined)], [
    true,
    false,
    false,
  ]);
});

Deno.test("ClusterRules lists what the import rules allow, and all of its own cluster", () => {
  const rules = new ClusterRules(a, {
    imports: [{ functions: "embed", from: "b", allow: true }, { allow: false }],
  });
  const lists = (cluster: string, fun: string): boolean =>
    rules.lists(group(cluster), functionName(fun));
  assertEquals([lists("b", "embed"), lists("b", "echo"), lists("c", "embed")], [
    true,
    false,
    false,
  ]);
  assertEquals(lists("a", "echo"), true);
  rules.set({});
  assertEquals([lists("c", "embed"), rules.hidesAny], [true, false]);
});

Deno.test("checkClusterPolicy refuses what is no rule, and keeps a copy", () => {
  const bad: unknown[] = [
    { exports: {} },
    { exports: [{ functions: [], clusters: "own" }] },
    { exports: [{ functions: "x", clusters: "b" }] },
    { exports: [{ functions: "x", clusters: ["b c"] }] },
    { imports: [{ functions: "x" }] },
    { imports: [{ functions: 1, allow: true }] },
    { links: [{ to: [""], allow: true }] },
  ];
  for (const policy of bad) assertThrows(() => checkClusterPolicy(policy as never), TypeError);
  const many = Array.from({ length: 257 }, () => ({ allow: true }));
  assertThrows(() => checkClusterPolicy({ links: many }), RangeError);
  const clusters = ["b"];
  const checked = checkClusterPolicy({ exports: [{ functions: "x", clusters }] });
  clusters.push("c");
  assertEquals(checked.exports, [{ functions: "x", clusters: ["b"] }]);
});
