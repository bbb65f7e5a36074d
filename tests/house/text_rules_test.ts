import { assertEquals } from "@std/assert";
import type { SourceFile } from "./source.ts";
import {
  anyTypes,
  denoNames,
  FILE_LINES_MAX,
  mapViolations,
  MEDIAN_LINES_MAX,
  nameViolations,
  outsideNames,
  sizeViolations,
} from "./text_rules.ts";

function core(text: string): SourceFile[] {
  return [{ path: "lib/core/a.ts", text }];
}

function long(path: string, lines: number): SourceFile {
  return { path, text: "a;\n".repeat(lines) };
}

for (
  const [name, text] of [
    ["Date", "const at = Date.now();"],
    ["Math.random", "const x = Math.random();"],
    ["setTimeout", "setTimeout(() => {}, 1);"],
    ["WebSocket", "let s: WebSocket;"],
    ["Deno", "const t = `${Deno.pid}`;"],
    ["crypto", "crypto.randomUUID();"],
    ["console", "console.log(1);"],
  ] as const
) {
  Deno.test(`outsideNames finds ${name} in a pure room`, () => {
    assertEquals(outsideNames(core(text)), [`lib/core/a.ts names ${name}`]);
    assertEquals(outsideNames([{ path: "lib/edges/a.ts", text }]), []);
  });
}

Deno.test("outsideNames lets comments, strings, keys and members pass", () => {
  const text =
    `// Date.now()\nconst a = { Date: 1, s: "WebSocket" }; a.Date; Math.max(1); this.#crypto;`;
  assertEquals(outsideNames(core(text)), []);
});

Deno.test("denoNames finds Deno in the rooms it is given, and only in code", () => {
  const files = [
    { path: "lib/client/a.ts", text: "Deno.exit();" },
    { path: "lib/client/b.ts", text: "// Deno\nconst runtime = 'Deno';" },
    { path: "lib/edges/c.ts", text: "Deno.exit();" },
  ];
  assertEquals(denoNames(files, ["client"]), ["lib/client/a.ts names Deno"]);
});

Deno.test("anyTypes finds any in each place of a type", () => {
  for (
    const text of [
      "let a: any;",
      "let a: any[] = [];",
      "const a = b as any;",
      "type A = Map<string, any>;",
      "function a(b: any, c: number): void {}",
      "type A<T = any> = T;",
    ]
  ) assertEquals(anyTypes(core(text)).length, 1, text);
});

Deno.test("anyTypes lets the word pass elsewhere", () => {
  const text =
    `// any\nconst a = { any: 1 }; AbortSignal.any([]); const b = "any"; let many: Company;`;
  assertEquals(anyTypes(core(text)), []);
});

Deno.test("sizeViolations finds a long file and a long median", () => {
  const short = long("lib/rpc/a.ts", 1);
  assertEquals(sizeViolations([long("lib/rpc/b.ts", FILE_LINES_MAX + 1), short, short]), [
    `lib/rpc/b.ts has ${FILE_LINES_MAX + 1} lines`,
  ]);
  const middle = long("lib/rpc/c.ts", MEDIAN_LINES_MAX + 1);
  assertEquals(sizeViolations([short, middle, middle]), [
    `the median file has ${MEDIAN_LINES_MAX + 1} lines`,
  ]);
  assertEquals(sizeViolations([long("lib/rpc/d.ts", MEDIAN_LINES_MAX)]), []);
});

Deno.test("nameViolations finds drawers for anything and other cases of letters", () => {
  const paths = ["lib/a/utils.ts", "lib/a/helpers.ts", "lib/a/HopRouter.ts", "lib/a/hop-router.ts"];
  const files = [...paths, "lib/a/hop_router.ts", "lib/a/mod.ts"].map((path) => long(path, 1));
  assertEquals(nameViolations(files), paths.map((path) => `${path} has a poor name`));
});

Deno.test("mapViolations finds a room off the map and a room that is only on it", () => {
  const files = [long("lib/core/a.ts", 1), long("lib/rpc/a.ts", 1)];
  assertEquals(mapViolations(files, "`lib/core/` steps. `lib/attic/` is empty."), [
    "lib/rpc is not on the map",
    "lib/attic does not exist",
  ]);
});
