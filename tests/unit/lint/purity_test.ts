import { assertEquals } from "@std/assert";
import purity from "../../../lint/purity.ts";

function messages(path: string, source: string): string[] {
  return Deno.lint.runPlugin(purity, path, source).map((found) => found.message);
}

for (const room of ["protocol", "federation", "rpc", "core"]) {
  for (
    const source of [
      "export const at = Date.now();",
      "export const at = new Date();",
      "setTimeout(() => {}, 1);",
      "setInterval(() => {}, 1);",
      "queueMicrotask(() => {});",
      "await fetch('http://a');",
      "console.log(1);",
      "export const id = crypto.randomUUID();",
      "export const at = performance.now();",
      "export const env = process.env;",
      "export const socket = new WebSocket('ws://a');",
      "export const text = Deno.version;",
      "export const one = { Date };",
      "export const all = table[Date];",
      "export const at = globalThis.performance.now();",
    ]
  ) {
    Deno.test(`the purity plugin reports \`${source}\` in lib/${room}`, () => {
      assertEquals(messages(`/house/lib/${room}/a.ts`, source).length, 1);
    });
  }
  Deno.test(`the purity plugin reports Math.random in lib/${room}`, () => {
    assertEquals(messages(`lib/${room}/a.ts`, "export const x = Math.random();"), [
      "Randomness comes from the seed in the boot event",
    ]);
  });
}

Deno.test("the purity plugin lets keys, members and pure names pass", () => {
  const source = `
    interface A { Date: number; fetch(): void }
    class B { crypto = 1; fetch() {} }
    export const a = { Date: 1, console: 2 };
    export const b = a.Date + Math.max(1, 2) + new URL("ws://a").host.length;
  `;
  assertEquals(messages("lib/core/a.ts", source), []);
});

Deno.test("the purity plugin keeps Deno and WebSocket out of every room but the edges", () => {
  const source = "export const both = [Deno.version, new WebSocket('ws://a')];";
  assertEquals(messages("lib/client/a.ts", source).length, 2);
  assertEquals(messages("lib/node/a.ts", source).length, 2);
  assertEquals(messages("lib/testing/a.ts", source).length, 2);
  assertEquals(messages("lib/cli/a.ts", source).length, 1);
  assertEquals(messages("lib/edges/a.ts", source), []);
});

Deno.test("the purity plugin leaves the clock to the rooms above the core", () => {
  assertEquals(messages("lib/node/a.ts", "export const at = Date.now();"), []);
  assertEquals(messages("examples/a.ts", "export const at = Deno.version;"), []);
});
