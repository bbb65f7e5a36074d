/**
 * The sets that this node writes: pending changes, offer ids, and the one new version per flush.
 *
 * @module
 */

import type { OfferContract } from "../protocol/contract_facts.ts";
import type { FunctionName, ResourceName } from "../protocol/names.ts";
import type { GroupName, VersionedOffer } from "../protocol/v1_messages.ts";
import { blankSet, editedSet } from "./offer_set.ts";
import type { LinkId } from "./router_contract.ts";
import type { RoutingTable, SelfPeer } from "./routing_table.ts";

/** Writer of all groups of one node. */
export class OwnSets {
  readonly #table: RoutingTable;
  readonly #tombstonesMax: number;
  readonly #edited = new Set<number>();
  #nextId = 1;

  /** Writes into `table`; each set remembers `tombstonesMax` deletions. */
  constructor(table: RoutingTable, tombstonesMax: number) {
    this.#table = table;
    this.#tombstonesMax = tombstonesMax;
  }

  /** This node. */
  get self(): SelfPeer {
    return this.#table.self;
  }

  /** Whether a commit may make a new version. */
  get hasEdits(): boolean {
    return this.#edited.size > 0;
  }

  /** Number of a group with this name. */
  intern(name: GroupName): number {
    return this.#table.intern(name);
  }

  /** What the group offers now, with the changes that no neighbour knows yet. */
  offers(group: number): readonly VersionedOffer[] {
    return this.#table.own(group)?.offers ?? [];
  }

  /** A new offer for the group's next version; ids are never used twice. */
  newOffer(
    group: number,
    fun: FunctionName,
    resources: readonly ResourceName[],
    contract?: OfferContract,
  ): VersionedOffer {
    const offer = { id: this.#nextId++, fun, resources };
    return {
      offer: contract === undefined ? offer : { ...offer, contract },
      at: this.#seq(group) + 1,
    };
  }

  /** Replaces what the group offers; sorted by id. */
  replace(
    group: number,
    offers: readonly VersionedOffer[],
    sources: ReadonlySet<LinkId>,
  ): void {
    this.#edited.add(group);
    this.#table.setOwn(group, { offers, sources });
  }

  /** Makes one version of the changes of each group; changes that cancel each other out make none. */
  commit(): void {
    for (const group of this.#edited) {
      const before = this.#table.content(group);
      const blank = before ?? blankSet(this.#table.seqUsed);
      const set = editedSet(blank, this.offers(group), this.#tombstonesMax);
      if (set !== blank) this.#table.setContent(group, set);
      this.#table.noteIdle(group);
    }
    this.#edited.clear();
  }

  #seq(group: number): number {
    return this.#table.content(group)?.seq ?? this.#table.seqUsed;
  }
}
