/**
 * The rules of the house, held against the house. The rules themselves are tried on planted
 * violations in `tests/house/`.
 */
import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import {
  cycles,
  deadFiles,
  denoReachableFrom,
  floorViolations,
  packageViolations,
  reexportViolations,
} from "./house/import_rules.ts";
import { readSources } from "./house/source.ts";
import {
  anyTypes,
  denoNames,
  mapViolations,
  nameViolations,
  outsideNames,
  sizeViolations,
} from "./house/text_rules.ts";

const ROOT = new URL("../", import.meta.url);
const lib = await readSources(ROOT, ["lib/"]);
const users = await readSources(ROOT, ["examples/", "bench/", "tests/"]);
const door = await readSources(ROOT, ["mod.ts"]);

/** The package's public names and the files behind them. */
const publicNames = new Map(
  Object.entries(config.exports).map(([name, path]) => [
    config.name + name.slice(1),
    path.slice(2),
  ]),
);

Deno.test("the house has rooms to hold the rules against", () => {
  assert(lib.length > 20, `only ${lib.length} files in lib/`);
});

Deno.test("each file imports only from its own room and from lower floors", () => {
  assertEquals(floorViolations(lib), []);
});

/** Packages that a user of farcall gets with it; all others of deno.json are for tests and examples. */
const SHIPPED = ["@noble/hashes/sha2", "@std/assert", "@std/async", "@std/ulid"];

Deno.test("the pure rooms import no package, the others only what is shipped and in deno.json", () => {
  const shipped = Object.keys(config.imports).filter((name) => SHIPPED.includes(name));
  assertEquals(packageViolations(lib, shipped), []);
});

Deno.test("no name of the outside world stands on floors 0 to 2", () => {
  assertEquals(outsideNames(lib), []);
});

Deno.test("no file imports itself through others", () => {
  assertEquals(cycles([...door, ...lib]), []);
});

Deno.test("each file in lib/ is reached from an entry, an example, a bench or a test of the whole", () => {
  // A unit test mirrors one file, so being named there is no sign of use.
  const alive = users.map(({ path }) => path).filter((path) => !path.startsWith("tests/unit/"));
  const entries = [...publicNames.values(), ...alive];
  assertEquals(deadFiles([...door, ...lib, ...users], entries, publicNames), []);
});

Deno.test("each entry of deno.json exists", () => {
  const paths = [...door, ...lib].map(({ path }) => path);
  assertEquals([...publicNames.values()].filter((path) => !paths.includes(path)), []);
});

Deno.test("only mod.ts files re-export", () => {
  assertEquals(reexportViolations(lib), []);
});

Deno.test("the client and what it imports never name Deno", () => {
  assertEquals(denoNames(lib, ["client"]), []);
  assertEquals(denoReachableFrom("lib/client/mod.ts", lib), []);
});

Deno.test("no file in lib/ has the type any", () => {
  assertEquals(anyTypes(lib), []);
});

Deno.test("no file in lib/ is too long, and the middle one is short", () => {
  assertEquals(sizeViolations(lib), []);
});

Deno.test("file names are snake_case and say what is inside", () => {
  assertEquals(nameViolations([...lib, ...users]), []);
});

Deno.test("ARCHITECTURE.md names each room of lib/ and no other", async () => {
  const map = await Deno.readTextFile(new URL("ARCHITECTURE.md", ROOT));
  assertEquals(mapViolations(lib, map), []);
});
