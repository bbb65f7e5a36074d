import { assertEquals, assertFalse } from "@std/assert";
import config from "../../../deno.json" with { type: "json" };
import { jsrConfig } from "../../../scripts/jsr_config.ts";

Deno.test("jsrConfig drops the stand-ins and their lock, and keeps the rest", () => {
  const changed = jsrConfig(config);
  assertFalse("links" in changed);
  assertFalse(changed.publish.include.some((path) => path.startsWith("links/")));
  assertEquals(changed.lock, { path: "deno.jsr.lock" });
  for (const key of ["name", "version", "exports", "imports", "tasks", "compilerOptions", "lint"]) {
    assertEquals(changed[key], { ...config }[key], key);
  }
});
