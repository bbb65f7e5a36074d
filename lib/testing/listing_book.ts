import type { Report } from "../core/reports.ts";
import type { Listing } from "../federation/function_registry.ts";
import type { Violation } from "./violation.ts";

interface Page {
  /** What the node lists, as its reports have it. */
  readonly listed: Map<string, string>;
  /** What vanished since the episode began. */
  readonly lost: Set<string>;
}

/**
 * Keeps what nodes report of offers. What was reported must add up to what is listed, and where one change meets a federation
 * at rest, nothing vanishes that is there afterwards (I11).
 */
export class ListingBook {
  readonly #pages = new Map<string, Page>();

  /** A node begins a life, with nothing listed. */
  born(name: string): void {
    this.#pages.set(name, { listed: new Map(), lost: new Set() });
  }

  /** A node reports something. */
  told(name: string, report: Report): void {
    const page = this.#pages.get(name);
    if (page === undefined || !("listing" in report)) return;
    const key = keyOf(report.listing);
    if (report.type === "offer_lost") {
      page.listed.delete(key);
      page.lost.add(key);
    } else page.listed.set(key, valueOf(report.listing));
  }

  /** One growth or one loss is about to happen to a federation at rest. */
  beginEpisode(): void {
    for (const { lost } of this.#pages.values()) lost.clear();
  }

  /** What vanished on the way and is there again; at rest. */
  flickers(nodes: Iterable<{ readonly name: string }>): Violation[] {
    const found: Violation[] = [];
    for (const { name } of nodes) {
      const { listed, lost } = this.#pages.get(name) ?? { listed: new Map(), lost: [] };
      for (const key of lost) {
        if (!listed.has(key)) continue;
        found.push({ invariant: "I11", text: `${name} lost ${key} for a while, and has it still` });
      }
    }
    return found;
  }

  /** Where reports and lists differ. */
  differences(name: string, listings: readonly Listing[]): Violation[] {
    const { listed } = this.#pages.get(name) ?? { listed: new Map<string, string>() };
    const missing = new Map(listed);
    const found: Violation[] = [];
    for (const listing of listings) {
      const key = keyOf(listing);
      missing.delete(key);
      if (listed.get(key) === valueOf(listing)) continue;
      const was = listed.get(key) ?? "nothing";
      const text = `${name} lists ${key} as ${valueOf(listing)}, and reported ${was}`;
      found.push({ invariant: "reports", text });
    }
    for (const key of missing.keys()) {
      found.push({ invariant: "reports", text: `${name} reported ${key}, and does not list it` });
    }
    return found;
  }
}

function keyOf({ origin, fun, resources }: Listing): string {
  return `${fun} [${resources.join(",")}] of ${origin}`;
}

function valueOf({ distance, incarnation }: Listing): string {
  return `${distance} links away, life ${incarnation}`;
}
