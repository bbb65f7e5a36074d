/** Names that are looked at, at most: a question that misses must stay cheap. */
const LOOKED_AT_MAX = 1_024;
/** Names that are given, at most. */
const GIVEN_MAX = 3;
/** Longest name that is compared, in UTF-16 units. */
const LENGTH_MAX = 64;
/** One mistake is forgiven in so many letters. */
const LETTERS_PER_MISTAKE = 4;

/**
 * The names that were perhaps meant: at most three, the nearest first.
 *
 * @param wanted A name that nobody knows.
 * @param known Names that are known; at most 1,024 of them are looked at.
 */
export function nearNames(wanted: string, known: Iterable<string>): string[] {
  if (wanted.length > LENGTH_MAX) return [];
  const most = Math.max(1, Math.floor(wanted.length / LETTERS_PER_MISTAKE));
  const near: { readonly name: string; readonly mistakes: number }[] = [];
  let looked = 0;
  for (const name of known) {
    if (looked >= LOOKED_AT_MAX) break;
    looked += 1;
    const mistakes = mistakesBetween(wanted.toLowerCase(), name.toLowerCase(), most);
    if (mistakes <= most) near.push({ name, mistakes });
  }
  near.sort((a, b) => a.mistakes - b.mistakes || (a.name < b.name ? -1 : 1));
  return near.slice(0, GIVEN_MAX).map(({ name }) => name);
}

/**
 * Letters to put in, take out, replace or swap with their neighbour to make one word of the other; more than `most` counts
 * as `most + 1`. The optimal string alignment distance, row by row.
 */
function mistakesBetween(one: string, other: string, most: number): number {
  if (other.length > LENGTH_MAX || Math.abs(one.length - other.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= other.length; column += 1) {
      next.push(cell(one, other, row, column, { before, last, next }));
    }
    if (Math.min(...next) > most) return most + 1;
    [before, last] = [last, next];
  }
  return Math.min(last[other.length] ?? 0, most + 1);
}

function cell(
  one: string,
  other: string,
  row: number,
  column: number,
  { before, last, next }: {
    readonly before: readonly number[];
    readonly last: readonly number[];
    readonly next: readonly number[];
  },
): number {
  const differs = one[row - 1] === other[column - 1] ? 0 : 1;
  const best = Math.min(
    (last[column] ?? Infinity) + 1,
    (next[column - 1] ?? Infinity) + 1,
    (last[column - 1] ?? Infinity) + differs,
  );
  const isSwapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] &&
    one[row - 2] === other[column - 1];
  return isSwapped ? Math.min(best, (before[column - 2] ?? Infinity) + 1) : best;
}
