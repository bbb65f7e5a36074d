import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ClusterRules } from "../../../lib/federation/cluster_rules.ts";
import {
  clusterId,
  functionName,
  incarnation,
  maxHops,
  nodeUrl,
} from "../../../lib/protocol/names.ts";
import { importFilter } from "../../../lib/testing/import_filter.ts";

Deno.test("importFilter goes by the first rule that fits, and lists everything of the own cluster", () => {
  const lists = importFilter("own", [
    { functions: "pay.*", allow: true },
    { functions: ["pa*", "x"], from: "far", allow: false },
  ]);
  assertEquals(lists("far", "pay.out"), true);
  assertEquals(lists("far", "path"), false);
  assertEquals(lists("far", "x"), false);
  assertEquals(lists("far", "xx"), true);
  assertEquals(lists("near", "path"), true);
  assertEquals(lists("own", "path"), true);
  assert(importFilter("own", [])("far", "x"));
});

Deno.test("importFilter says the same as a node's import rules, whatever the patterns", () => {
  const text = fc.stringMatching(/^[ab.*]{1,4}$/);
  const rule = fc.record({
    functions: fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 2 })),
    from: text,
    allow: fc.boolean(),
  }, { requiredKeys: ["allow"] });
  const name = fc.stringMatching(/^[ab.]{1,5}$/);
  fc.assert(fc.property(fc.array(rule, { maxLength: 3 }), name, name, (imports, cluster, fun) => {
    const group = {
      ...{ origin: nodeUrl("ws://a"), incarnation: incarnation("1"), maxHops: maxHops(3) },
      ...{ scope: "", cluster: clusterId(cluster), base: 0 },
    };
    const machine = new ClusterRules(clusterId("own"), { imports });
    assertEquals(
      importFilter("own", imports)(cluster, fun),
      machine.lists(group, functionName(fun)),
    );
  }));
});
