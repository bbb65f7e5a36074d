import { assertEquals } from "@std/assert";
import {
  cycles,
  deadFiles,
  denoReachableFrom,
  floorViolations,
  packageViolations,
  reexportViolations,
} from "./import_rules.ts";
import type { SourceFile } from "./source.ts";

/** A file that imports each of `specifiers`. */
function file(path: string, ...specifiers: string[]): SourceFile {
  return { path, text: specifiers.map((one) => `import { a } from "${one}";\n`).join("") };
}

Deno.test("floorViolations lets a file look down and around its own room", () => {
  assertEquals(
    floorViolations([
      file("lib/core/a.ts", "./b.ts", "../rpc/a.ts", "../protocol/a.ts"),
      file("lib/edges/a.ts", "../core/mod.ts", "@std/async"),
      file("mod.ts", "./lib/node/mod.ts"),
    ]),
    [],
  );
});

Deno.test("floorViolations finds a look up, sideways, out of lib and into an unknown room", () => {
  assertEquals(
    floorViolations([
      file("lib/protocol/a.ts", "../core/a.ts"),
      file("lib/rpc/a.ts", "../federation/a.ts"),
      file("lib/node/a.ts", "../../mod.ts"),
      file("lib/attic/a.ts"),
    ]),
    [
      "lib/protocol/a.ts imports lib/core/a.ts",
      "lib/rpc/a.ts imports lib/federation/a.ts",
      "lib/node/a.ts imports mod.ts",
      "lib/attic/a.ts is in the room attic, which has no floor",
    ],
  );
});

Deno.test("packageViolations finds a package in a pure room and an unnamed one above", () => {
  assertEquals(
    packageViolations([
      file("lib/core/a.ts", "@std/ulid"),
      file("lib/node/a.ts", "@std/ulid", "node:fs"),
      file("tests/a.ts", "fast-check"),
    ], ["@std/ulid"]),
    [
      "lib/core/a.ts imports the package @std/ulid",
      "lib/node/a.ts imports the package node:fs",
    ],
  );
});

Deno.test("cycles finds circles of one, two and three, and lets a diamond pass", () => {
  assertEquals(cycles([file("a.ts", "./a.ts")]), ["a.ts -> a.ts"]);
  assertEquals(cycles([file("a.ts", "./b.ts"), file("b.ts", "./a.ts")]), ["a.ts -> b.ts -> a.ts"]);
  assertEquals(
    cycles([file("a.ts", "./b.ts"), file("b.ts", "./c.ts"), file("c.ts", "./d.ts", "./b.ts")]),
    ["b.ts -> c.ts -> b.ts"],
  );
  assertEquals(
    cycles([file("a.ts", "./b.ts", "./c.ts"), file("b.ts", "./d.ts"), file("c.ts", "./d.ts")]),
    [],
  );
});

Deno.test("deadFiles finds what no entry reaches, and follows the package's own names", () => {
  const files = [
    file("mod.ts", "./lib/core/a.ts"),
    file("lib/core/a.ts"),
    file("lib/core/b.ts", "./c.ts"),
    file("lib/core/c.ts"),
    file("lib/core/d.ts"),
    file("examples/e.ts", "@f/f/d"),
  ];
  const names = new Map([["@f/f/d", "lib/core/d.ts"]]);
  assertEquals(deadFiles(files, ["mod.ts", "examples/e.ts"], names), [
    "lib/core/b.ts",
    "lib/core/c.ts",
  ]);
});

Deno.test("reexportViolations finds a re-export outside mod.ts", () => {
  const text = `export { a } from "./a.ts";`;
  assertEquals(
    reexportViolations([{ path: "lib/rpc/b.ts", text }, { path: "lib/rpc/mod.ts", text }]),
    ["lib/rpc/b.ts re-exports"],
  );
});

Deno.test("denoReachableFrom finds Deno behind an import", () => {
  const files = [
    file("lib/client/mod.ts", "../edges/a.ts"),
    { path: "lib/edges/a.ts", text: "export const a = Deno.version; " },
    { path: "lib/edges/b.ts", text: "export const b = Deno.version; " },
  ];
  assertEquals(denoReachableFrom("lib/client/mod.ts", files), [
    "lib/client/mod.ts reaches lib/edges/a.ts, which names Deno",
  ]);
});
