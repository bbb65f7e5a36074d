/**
 * The rules about who imports whom. Each takes the files and gives its violations as sentences.
 *
 * @module
 */
import { codeOf, importsOf, resolvePath, roomOf, type SourceFile } from "./source.ts";

/** The floor of each room in `lib/`. A file imports from its own room and from lower floors. */
export const FLOORS: ReadonlyMap<string, number> = new Map([
  ["protocol", 0],
  ["contract", 1],
  ["federation", 1],
  ["rpc", 1],
  ["core", 2],
  ["edges", 3],
  ["client", 4],
  ["observe", 4],
  // A function calls on just like a client does, so a node stands on the client's calling interface.
  ["node", 5],
  ["testing", 6],
  ["cli", 6],
]);

/** The highest floor whose rooms are pure. */
export const PURE_FLOOR = 2;

/** The import graph: for each file the files it imports, by path. */
export function graphOf(
  files: readonly SourceFile[],
  names: ReadonlyMap<string, string> = new Map(),
): Map<string, string[]> {
  return new Map(files.map(({ path, text }) => [
    path,
    importsOf(text).flatMap(({ specifier }) =>
      resolvePath(path, specifier) ?? names.get(specifier) ?? []
    ),
  ]));
}

/** A file reaches above its floor, or into another room of the same floor. */
export function floorViolations(files: readonly SourceFile[]): string[] {
  const found: string[] = [];
  for (const [path, targets] of graphOf(files)) {
    const room = roomOf(path);
    if (room === undefined) continue;
    const floor = FLOORS.get(room);
    if (floor === undefined) {
      found.push(`${path} is in the room ${room}, which has no floor`);
      continue;
    }
    for (const target of targets) {
      const other = roomOf(target);
      if (other === room) continue;
      const below = other === undefined ? undefined : FLOORS.get(other);
      if (below === undefined || below >= floor) found.push(`${path} imports ${target}`);
    }
  }
  return found;
}

/** A pure room imports a package, or another room one that `deno.json` does not name. */
export function packageViolations(
  files: readonly SourceFile[],
  allowed: readonly string[],
): string[] {
  return files.flatMap(({ path, text }) => {
    const room = roomOf(path);
    if (room === undefined) return [];
    const pure = (FLOORS.get(room) ?? 0) <= PURE_FLOOR;
    return importsOf(text)
      .filter(({ specifier }) => resolvePath(path, specifier) === undefined)
      .filter(({ specifier }) => pure || !allowed.includes(specifier))
      .map(({ specifier }) => `${path} imports the package ${specifier}`);
  });
}

/** A file imports itself through others; each circle is told once, from its first file on. */
export function cycles(files: readonly SourceFile[]): string[] {
  const graph = graphOf(files);
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      found.push([...trail.slice(at), path].join(" -> "));
      return;
    }
    if (done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

/** Every file that the entries reach, themselves included. */
export function reachable(
  graph: ReadonlyMap<string, readonly string[]>,
  entries: Iterable<string>,
): Set<string> {
  const seen = new Set<string>();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    waiting.push(...graph.get(path) ?? []);
  }
  return seen;
}

/** A file in `lib/` that no entry reaches. `names` maps the package's own names to their files. */
export function deadFiles(
  files: readonly SourceFile[],
  entries: readonly string[],
  names: ReadonlyMap<string, string>,
): string[] {
  const alive = reachable(graphOf(files, names), entries);
  return files.map(({ path }) => path).filter((path) =>
    path.startsWith("lib/") && !alive.has(path)
  );
}

/** A file that re-exports and is not a `mod.ts`. */
export function reexportViolations(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => path.startsWith("lib/") && !path.endsWith("/mod.ts"))
    .filter(({ text }) => importsOf(text).some(({ reexport }) => reexport))
    .map(({ path }) => `${path} re-exports`);
}

/** A file that the entry reaches and that names `Deno`: the entry would not run in a browser. */
export function denoReachableFrom(entry: string, files: readonly SourceFile[]): string[] {
  const reached = reachable(graphOf(files), [entry]);
  return files
    .filter(({ path, text }) => reached.has(path) && /\bDeno\b/.test(codeOf(text)))
    .map(({ path }) => `${entry} reaches ${path}, which names Deno`);
}
