import type { NodeUrl } from "../protocol/names.ts";
import type { PeerDialer } from "./peer_dialer.ts";

/**
 * The peers that the author named, by where their addresses come from: a name that stands for several, or a file, says all
 * of its addresses anew when they change. An address that no source names any more is not dialled again; a link that is up
 * stays.
 */
export class PeerSets {
  readonly #peers: PeerDialer;
  readonly #sets = new Map<string, ReadonlySet<NodeUrl>>();

  /** Leaves the dialling to `peers`. */
  constructor(peers: PeerDialer) {
    this.#peers = peers;
  }

  /** One more address, for good. */
  add(url: NodeUrl, now: number): void {
    this.set("", [...this.#sets.get("") ?? [], url], now);
  }

  /** All addresses of one source. */
  set(source: string, urls: Iterable<NodeUrl>, now: number): void {
    const before = this.#sets.get(source) ?? new Set();
    const after = new Set(urls);
    this.#sets.set(source, after);
    for (const url of after) if (!before.has(url)) this.#peers.add(url, now);
    for (const url of before) if (!this.#isNamed(url)) this.#peers.release(url, "configured");
  }

  #isNamed(url: NodeUrl): boolean {
    return [...this.#sets.values()].some((set) => set.has(url));
  }
}
