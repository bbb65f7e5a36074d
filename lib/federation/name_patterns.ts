/** One pattern or several of which one must fit: a name in which each `*` stands for any text, also none. */
export type Patterns = string | readonly string[];

/**
 * Whether a name fits. Each part between two `*` is looked for once from the left, so that no pattern takes long.
 *
 * @param patterns Default (`undefined`): anything fits.
 */
export function fits(patterns: Patterns | undefined, name: string): boolean {
  if (patterns === undefined) return true;
  return typeof patterns === "string"
    ? fitsOne(patterns, name)
    : patterns.some((pattern) => fitsOne(pattern, name));
}

function fitsOne(pattern: string, name: string): boolean {
  const [first = "", ...parts] = pattern.split("*");
  const last = parts.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first)) return false;
  let from = first.length;
  for (const part of parts) {
    const found = name.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return name.length - last.length >= from && name.endsWith(last);
}
