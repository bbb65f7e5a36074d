import type { HopRouter } from "../federation/hop_router.ts";
import type { ReferenceGateway } from "../federation/reference_gateway.ts";
import type { GroupView, LinkId, RouterOutput } from "../federation/router_contract.ts";
import type { Announcement } from "../protocol/announcement.ts";
import type { HopCount } from "../protocol/names.ts";
import type { PropagationMessage } from "../protocol/v1_messages.ts";
import type { ConnectionTable } from "./connection_table.ts";
import type { NodeIdentity } from "./link_keeper.ts";
import type { Turn } from "./turn.ts";

/** Takes announcements from the router and the gateway to the links, once at the end of a turn. */
export class LinkOutput implements RouterOutput {
  readonly #self: NodeIdentity;
  readonly #connections: ConnectionTable;
  readonly #router: HopRouter;
  readonly #gateway: ReferenceGateway;
  #turn: Turn | undefined;
  #helloCount = 0;

  /** Makes the output of one node. */
  constructor(
    self: NodeIdentity,
    connections: ConnectionTable,
    router: HopRouter,
    gateway: ReferenceGateway,
  ) {
    this.#self = self;
    this.#connections = connections;
    this.#router = router;
    this.#gateway = gateway;
  }

  /** Lets out all that waits for links that can take it; returns when to be called again. */
  flush(turn: Turn): number {
    this.#turn = turn;
    let wakeAt = Infinity;
    const isWritable = (link: LinkId): boolean => {
      return this.#connections.get(link)?.writable ?? false;
    };
    const isHeld = (link: LinkId): boolean => {
      const heldUntil = this.#connections.get(link)?.heldUntil ?? 0;
      if (heldUntil > turn.now) wakeAt = Math.min(wakeAt, heldUntil);
      return heldUntil > turn.now;
    };
    this.#router.flush(this, isWritable, turn.now, isHeld);
    wakeAt = Math.min(wakeAt, this.#gateway.step(turn.now, this));
    // What expired at the gateway is news for the links.
    if (this.#router.hasPending()) {
      this.#router.flush(this, isWritable, turn.now, isHeld);
    }
    this.#turn = undefined;
    return wakeAt;
  }

  /** Messages for one link of farcall. */
  send(link: LinkId, messages: readonly PropagationMessage[]): void {
    const record = this.#connections.get(link);
    if (record !== undefined) record.announced += 1;
    for (const message of messages) this.#turn?.edges.send(link, message);
  }

  /** A change for one link of the reference. */
  flood(link: LinkId, group: GroupView, hopCount: HopCount | undefined): void {
    this.#gateway.flood(link, group, hopCount);
  }

  /** One HELLO for a link of the reference. */
  hello(link: LinkId, announcement: Announcement): void {
    this.#helloCount += 1;
    const u = `${this.#self.incarnation}.${this.#helloCount}`;
    this.#turn?.edges.send(link, { type: "HELLO", u, announcement });
  }

  /** A GOODBYE for a link of the reference: all that we announced there is taken back. */
  goodbye(link: LinkId): void {
    this.#helloCount += 1;
    const { url, cluster, incarnation } = this.#self;
    this.#turn?.edges.send(link, {
      type: "GOODBYE",
      u: `${incarnation}.${this.#helloCount}`,
      departing: url,
      clusterId: cluster,
      reason: "graceful_shutdown",
      timestamp: this.#turn.now / 1000,
    });
  }
}
