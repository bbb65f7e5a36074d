/**
 * The rules about what stands in one file. Each takes the files and gives its violations as sentences.
 *
 * @module
 */
import { FLOORS, PURE_FLOOR } from "./import_rules.ts";
import { codeOf, lineCount, roomOf, type SourceFile } from "./source.ts";

/** The most lines a file in `lib/` may have. */
export const FILE_LINES_MAX = 400;
/** The most lines the middle file of `lib/` may have. */
export const MEDIAN_LINES_MAX = 110;

/** Names of the clock, chance, timers, sockets and the process; not after a dot, not a key. */
const OUTSIDE =
  /(?<![.\w$#])(?:Deno|WebSocket|Date|Temporal|performance|crypto|console|process|globalThis|fetch|setTimeout|setInterval|clearTimeout|clearInterval|queueMicrotask)\b(?!\s*\??:)|\bMath\s*\.\s*random\b/g;

/** A word for the outside world in a pure room. */
export function outsideNames(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const floor = FLOORS.get(roomOf(path) ?? "");
    if (floor === undefined || floor > PURE_FLOOR) return [];
    return [...codeOf(text).matchAll(OUTSIDE)].map(([name]) => `${path} names ${name}`);
  });
}

/** `Deno` in a room that has to run anywhere. */
export function denoNames(files: readonly SourceFile[], rooms: readonly string[]): string[] {
  return files
    .filter(({ path, text }) => rooms.includes(roomOf(path) ?? "") && /\bDeno\b/.test(codeOf(text)))
    .map(({ path }) => `${path} names Deno`);
}

/** `any` as a type. */
export function anyTypes(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ text }) => /(?<![.\w$])any\b(?!\s*[:(?])/.test(codeOf(text)))
    .map(({ path }) => `${path} has the type any`);
}

/** A file too long, or a middle file too long. */
export function sizeViolations(files: readonly SourceFile[]): string[] {
  const counts = files.map(({ path, text }) => ({ path, lines: lineCount(text) }));
  const found = counts
    .filter(({ lines }) => lines > FILE_LINES_MAX)
    .map(({ path, lines }) => `${path} has ${lines} lines`);
  const median = medianOf(counts.map(({ lines }) => lines));
  if (median > MEDIAN_LINES_MAX) found.push(`the median file has ${median} lines`);
  return found;
}

/** The lower of the two middle values when there are two; 0 of nothing. */
function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1] ?? 0;
}

/** A file name that is not snake_case, or that says nothing about what is inside. */
export function nameViolations(files: readonly SourceFile[]): string[] {
  return files.map(({ path }) => path).filter((path) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    return !/^[a-z0-9_]+(?:\.d)?\.tsx?$/.test(name) ||
      /^(?:utils?|helpers?|common|types|misc)\.ts$/.test(name);
  }).map((path) => `${path} has a poor name`);
}

/** A room that the map does not name, or a name on the map without its room. */
export function mapViolations(files: readonly SourceFile[], map: string): string[] {
  const rooms = new Set(files.flatMap(({ path }) => roomOf(path) ?? []));
  const named = new Set([...map.matchAll(/\blib\/([a-z_]+)\b/g)].flatMap(([, room]) => room ?? []));
  return [
    ...[...rooms].filter((room) => !named.has(room)).map((room) => `lib/${room} is not on the map`),
    ...[...named].filter((room) => !rooms.has(room)).map((room) => `lib/${room} does not exist`),
  ];
}
