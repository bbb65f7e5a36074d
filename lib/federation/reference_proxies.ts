import { OFFERS_PER_ORIGIN_MAX } from "../protocol/limits.ts";
import type { ClusterId, MaxHops, NodeUrl } from "../protocol/names.ts";
import type { Fact, ReferenceFacts } from "./reference_facts.ts";
import type { LinkId, ProxyOffer, ProxyWriter } from "./router_contract.ts";

/** What one peer adds to one proxy group. */
interface Share {
  readonly base: number;
  readonly maxHops: MaxHops;
  readonly source: LinkId;
  readonly cluster: ClusterId;
  readonly offers: Map<string, ProxyOffer>;
}

type Shares = Map<string, Share>;

/**
 * Writes into the router what the facts about an origin amount to: for each (base, maxHops) and peer that link's share
 * of the proxy group.
 *
 * For one radius an offer is written by its nearest way only; the longer one takes its place within the same turn when
 * that is lost. New shares are written before old ones are withdrawn, so what only changes its source never vanishes.
 */
export class ReferenceProxies {
  readonly #router: ProxyWriter;
  readonly #facts: ReferenceFacts;
  readonly #written = new Map<NodeUrl, Shares>();

  /** Reads `facts`, writes to `router`. */
  constructor(router: ProxyWriter, facts: ReferenceFacts) {
    this.#router = router;
    this.#facts = facts;
  }

  /** Brings the groups of one origin up to date; says nothing to the router where nothing changed. */
  update(origin: NodeUrl): void {
    const shares = this.#sharesOf(origin);
    const written = this.#written.get(origin) ?? new Map<string, Share>();
    for (const [key, share] of shares) {
      const old = written.get(key);
      if (old !== undefined && isSame(old, share)) continue;
      this.#router.setProxy({ origin, ...share, offers: [...share.offers.values()] });
    }
    for (const [key, old] of written) {
      if (!shares.has(key)) this.#router.setProxy({ origin, ...old, offers: [] });
    }
    if (shares.size === 0) this.#written.delete(origin);
    else this.#written.set(origin, shares);
  }

  /** Origins written for. */
  get size(): number {
    return this.#written.size;
  }

  #sharesOf(origin: NodeUrl): Shares {
    const nearest = new Map<string, number>();
    let said: Fact | undefined;
    for (const [, facts] of this.#facts.about(origin)) {
      for (const [key, fact] of facts) {
        const way = `${fact.maxHops}\n${key}`;
        nearest.set(way, Math.min(nearest.get(way) ?? Infinity, fact.base));
        // Only the origin's own HELLO names its cluster; a forwarded copy names the forwarder's.
        if (said === undefined || (fact.base === 1 && said.base > 1)) said = fact;
      }
    }
    const shares: Shares = new Map();
    if (said === undefined) return shares;
    for (const [peer, facts] of this.#facts.about(origin)) {
      for (const [key, fact] of facts) {
        if (fact.base !== nearest.get(`${fact.maxHops}\n${key}`)) continue;
        const share = shareFor(shares, fact, peer.known.id, said.cluster);
        if (share.offers.size >= OFFERS_PER_ORIGIN_MAX) continue;
        share.offers.set(key, { fun: fact.fun, resources: fact.resources });
      }
    }
    return shares;
  }
}

function shareFor(
  shares: Shares,
  { base, maxHops }: Fact,
  source: LinkId,
  cluster: ClusterId,
): Share {
  const key = `${base}/${maxHops}/${source}`;
  const share = shares.get(key) ?? { base, maxHops, source, cluster, offers: new Map() };
  shares.set(key, share);
  return share;
}

function isSame(a: Share, b: Share): boolean {
  if (a.cluster !== b.cluster || a.offers.size !== b.offers.size) return false;
  for (const key of a.offers.keys()) if (!b.offers.has(key)) return false;
  return true;
}
