/**
 * How the house rules see the project: each file is a path from the root and a text, so that a rule
 * is a pure function that can be tried on a planted violation.
 *
 * @module
 */

/** A file of the project. */
export interface SourceFile {
  /** From the project's root, with `/`: `lib/core/mod.ts`. */
  readonly path: string;
  readonly text: string;
}

/** An import or a re-export as written. */
export interface ImportLine {
  /** What stands between the quotes. */
  readonly specifier: string;
  /** Whether it hands names on: `export … from`. */
  readonly reexport: boolean;
}

/** In order of what may begin where: comments, then quoted text, then regular expressions. */
const NOT_CODE = new RegExp(
  [
    String.raw`\/\/[^\n]*`,
    String.raw`\/\*[\s\S]*?\*\/`,
    String.raw`"(?:\\.|[^"\\\n])*"`,
    String.raw`'(?:\\.|[^'\\\n])*'`,
    "`(?:\\\\[\\s\\S]|[^`\\\\])*`",
    // A slash begins a regular expression only where no value has ended.
    String
      .raw`(?<=(?:^|[(,=:\[!&|?{};\n]|=>|\breturn)[ \t]*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^\/\\\n\[])+\/[a-z]*`,
  ].join("|"),
  "g",
);

/** What stands in the `${…}` of a template, which is code. */
function holesOf(template: string): string {
  return [...template.matchAll(/\$\{([^`}]*)\}/g)].map((hole) => ` ${hole[1]} `).join("");
}

/** The text without comments; strings stay. */
export function withoutComments(text: string): string {
  return text.replace(
    NOT_CODE,
    (found) => found.startsWith("//") || found.startsWith("/*") ? " " : found,
  );
}

/** The text without comments and without what is quoted: only the program's own words. */
export function codeOf(text: string): string {
  return text.replace(NOT_CODE, (found) => {
    if (found.startsWith("//") || found.startsWith("/*")) return " ";
    return found.startsWith("`") ? `""${holesOf(found)}` : '""';
  });
}

const FROM = /\b(import|export)\b(?=[\s{*])[^;'"`()]*?\bfrom\s*["']([^"'\n]+)["']/g;
const BARE = /\bimport\s*\(?\s*["']([^"'\n]+)["']/g;

/** Each static or dynamic import and each re-export in the text. */
export function importsOf(text: string): ImportLine[] {
  const code = withoutComments(text);
  const found: ImportLine[] = [];
  for (const [, keyword, specifier] of code.matchAll(FROM)) {
    if (specifier !== undefined) found.push({ specifier, reexport: keyword === "export" });
  }
  for (const [, specifier] of code.matchAll(BARE)) {
    if (specifier !== undefined) found.push({ specifier, reexport: false });
  }
  return found;
}

/** The path that a relative specifier in `from` means, from the root; undefined for other specifiers. */
export function resolvePath(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith("./") && !specifier.startsWith("../")) return undefined;
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}

/** The room of a path: `core` for `lib/core/mod.ts`; undefined outside `lib/`'s rooms. */
export function roomOf(path: string): string | undefined {
  return /^lib\/([^/]+)\//.exec(path)?.[1];
}

/** The line count, a last line without an end included. */
export function lineCount(text: string): number {
  return text === "" ? 0 : text.replace(/\n$/, "").split("\n").length;
}

async function walk(root: URL, path: string, found: SourceFile[]): Promise<void> {
  if (path.endsWith("/")) {
    for await (const entry of Deno.readDir(new URL(path, root))) {
      await walk(root, `${path}${entry.name}${entry.isDirectory ? "/" : ""}`, found);
    }
  } else if (/\.tsx?$/.test(path)) {
    found.push({ path, text: await Deno.readTextFile(new URL(path, root)) });
  }
}

/** Reads the TypeScript files that exist at the paths, sorted; a folder's path ends with `/`. */
export async function readSources(root: URL, paths: readonly string[]): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  for (const path of paths) {
    try {
      await walk(root, path, found);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return found.sort((a, b) => a.path < b.path ? -1 : 1);
}
