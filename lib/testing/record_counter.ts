import type { End } from "./connection_ends.ts";
import type { SpokenGroup } from "./spoken_group.ts";
import type { Violation } from "./violation.ts";

interface Count {
  readonly end: End;
  readonly group: SpokenGroup;
  reaches: number;
  wants: number;
  readonly contents: Map<number, number>;
}

/** Counts what one growth or one loss costs a federation at rest, by directed connection and group (I4). */
export class RecordCounter {
  readonly #counts = new Map<string, Count>();

  /** A distance is told. */
  reach(end: End, group: SpokenGroup): void {
    this.#count(end, group).reaches += 1;
  }

  /** A content is told, up to this version. */
  offers(end: End, group: SpokenGroup, version: number): void {
    const { contents } = this.#count(end, group);
    contents.set(version, (contents.get(version) ?? 0) + 1);
  }

  /** A content is asked for: it may be told once more. */
  wanted(end: End, group: SpokenGroup | undefined): void {
    if (group !== undefined) this.#count(end, group).wants += 1;
  }

  /** What was said too often. */
  violations(): Violation[] {
    return [...this.#counts.values()].flatMap(({ end, group, reaches, wants, contents }) => {
      const where = `of ${group.shown} from ${end.place.name} to ${end.peer().place.name}`;
      const found: Violation[] = [];
      if (reaches > group.name.maxHops) {
        found.push({ invariant: "I4", text: `one change cost ${reaches} distances ${where}` });
      }
      for (const [version, times] of contents) {
        if (times <= 1 + wants) continue;
        const text = `one change told version ${version} ${times} times ${where}`;
        found.push({ invariant: "I4", text });
      }
      return found;
    });
  }

  #count(end: End, group: SpokenGroup): Count {
    const key = `${end.id}\n${group.key}`;
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    const made = { end, group, reaches: 0, wants: 0, contents: new Map<number, number>() };
    this.#counts.set(key, made);
    return made;
  }
}
