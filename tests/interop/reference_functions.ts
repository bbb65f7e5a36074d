/** Who offers what, as a node of the reference keeps it: entries add up, and only GOODBYE takes any away. */

/** The function table of a node of the reference. */
export class ReferenceFunctions {
  /** Function, then set of resources in order of arrival, then nodes. */
  readonly #table = new Map<string, Map<string, Set<string>>>();

  /** Adds an entry; nothing replaces an old one. */
  add(fun: string, locs: readonly string[], url: string): void {
    const sets = this.#table.get(fun) ?? new Map<string, Set<string>>();
    this.#table.set(fun, sets);
    const key = [...locs].sort().join(" ");
    sets.set(key, (sets.get(key) ?? new Set()).add(url));
  }

  /** Drops every entry of a node. */
  drop(url: string): void {
    for (const sets of this.#table.values()) for (const urls of sets.values()) urls.delete(url);
  }

  /** All nodes that may run it: any without resources, else the exact set, else the first larger one. */
  candidates(fun: string, locs: readonly string[]): readonly string[] {
    const sets = this.#table.get(fun) ?? new Map<string, Set<string>>();
    if (locs.length === 0) return [...new Set([...sets.values()].flatMap((urls) => [...urls]))];
    const exact = sets.get([...locs].sort().join(" "));
    if (exact !== undefined && exact.size > 0) return [...exact];
    for (const [key, urls] of sets) {
      const has = new Set(key.split(" "));
      if (urls.size > 0 && locs.every((one) => has.has(one))) return [...urls];
    }
    return [];
  }

  /** What one node offers, as `function [resources]`. */
  of(url: string): readonly string[] {
    const found = [];
    for (const [fun, sets] of this.#table) {
      for (const [key, urls] of sets) if (urls.has(url)) found.push(`${fun} [${key}]`);
    }
    return found.sort();
  }
}
