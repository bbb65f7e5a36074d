import { type RunOptions, runStory } from "./simulate.ts";
import type { Story } from "./story.ts";

/** Times that a story is lived while it is shortened, at most. */
const LIVES_MAX = 600;

/**
 * Shortens a story that ends badly: operations and links are left out, many at once, then one by one, as long as it still
 * ends badly. The numbers of nodes stay.
 *
 * @param options What the story failed with.
 * @returns A story that fails, and from which no single operation can be left out, unless that took too long.
 */
export function shrinkStory(story: Story, options: RunOptions = {}): Story {
  const { tell: _tell, ...quiet } = options;
  let lives = 0;
  const fails = (candidate: Story): boolean => {
    lives += 1;
    return lives <= LIVES_MAX && runStory(candidate, quiet).violations.length > 0;
  };
  let shortest = story;
  let before;
  do {
    before = shortest.operations.length + shortest.edges.length;
    const { operations, edges } = shortest;
    shortest = {
      ...shortest,
      operations: fewest(operations, (kept) => fails({ ...shortest, operations: kept })),
    };
    shortest = { ...shortest, edges: fewest(edges, (kept) => fails({ ...shortest, edges: kept })) };
    for (const rules of ["refused", "imports"] as const) {
      const open = { ...shortest, [rules]: shortest[rules].map(() => 0) };
      if (fails(open)) shortest = open;
    }
  } while (shortest.operations.length + shortest.edges.length < before && lives < LIVES_MAX);
  return shortest;
}

/** Leaves out ever smaller parts of a list. */
function fewest<Item>(
  items: readonly Item[],
  stillFails: (kept: readonly Item[]) => boolean,
): readonly Item[] {
  let kept = items;
  for (let size = Math.ceil(items.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = kept.length - size; at > -size; at -= size) {
      const from = Math.max(0, at);
      const without = [...kept.slice(0, from), ...kept.slice(at + size)];
      if (without.length < kept.length && stillFails(without)) kept = without;
    }
  }
  return kept;
}
