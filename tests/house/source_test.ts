import { assert, assertEquals } from "@std/assert";
import { codeOf, importsOf, lineCount, readSources, resolvePath, roomOf } from "./source.ts";

Deno.test("importsOf finds each form of import and re-export", () => {
  const text = `
    import { a } from "./a.ts";
    import type {
      B,
      C,
    } from './b.ts';
    import "./c.ts";
    import * as d from "./d.ts";
    export * from "./e.ts";
    export { f } from "./f.ts";
    export type { G } from "./g.ts";
    const h = await import("./h.ts");
    import i, { j } from "@std/i";
  `;
  assertEquals(importsOf(text).map(({ specifier }) => specifier).toSorted(), [
    "./a.ts",
    "./b.ts",
    "./c.ts",
    "./d.ts",
    "./e.ts",
    "./f.ts",
    "./g.ts",
    "./h.ts",
    "@std/i",
  ]);
  const passedOn = importsOf(text).filter(({ reexport }) => reexport);
  assertEquals(passedOn.map(({ specifier }) => specifier), ["./e.ts", "./f.ts", "./g.ts"]);
});

Deno.test("importsOf overlooks comments and plain exports", () => {
  const text = `
    // import { a } from "./a.ts";
    /** \`import { b } from "./b.ts"\` */
    export const from = "c";
    export function d(): string { return "from"; }
  `;
  assertEquals(importsOf(text), []);
});

Deno.test("importsOf still sees what follows an address in a string", () => {
  assertEquals(importsOf(`const u = "ws://a"; import "./b.ts";`).length, 1);
});

Deno.test("codeOf drops comments, strings and regular expressions, and keeps a template's code", () => {
  const text =
    'a(); // one\n/* two */ b(\'three\', "fo\\"ur", /fi[/]ve/g, `six ${seven} eight`) / c;';
  assertEquals(codeOf(text).match(/[a-z]+/g), ["a", "b", "seven", "c"]);
});

Deno.test("codeOf takes a division for a division", () => {
  assertEquals(codeOf("x = a / b; y = c / d;").match(/[a-z]/g), ["x", "a", "b", "y", "c", "d"]);
});

Deno.test("resolvePath follows relative specifiers and no others", () => {
  assertEquals(resolvePath("lib/core/a.ts", "../rpc/b.ts"), "lib/rpc/b.ts");
  assertEquals(resolvePath("lib/core/a.ts", "./b.ts"), "lib/core/b.ts");
  assertEquals(resolvePath("lib/core/a.ts", "@std/b"), undefined);
});

Deno.test("roomOf is the folder below lib", () => {
  assertEquals(roomOf("lib/core/deep/a.ts"), "core");
  assertEquals(roomOf("tests/a.ts"), undefined);
});

Deno.test("lineCount counts a last line with or without its end", () => {
  assertEquals([lineCount(""), lineCount("a"), lineCount("a\n"), lineCount("a\nb")], [0, 1, 1, 2]);
});

Deno.test("readSources finds files and folders, and passes over what is not there", async () => {
  const root = new URL("../../", import.meta.url);
  const found = await readSources(root, ["deno.json", "nowhere/", "nowhere.ts", "tests/house/"]);
  const paths = found.map(({ path }) => path);
  assert(paths.includes("tests/house/source.ts"));
  assertEquals(paths, paths.toSorted());
  assert(paths.every((path) => path.startsWith("tests/house/")));
});
