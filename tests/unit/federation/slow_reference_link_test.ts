/**
 * The same pictures as in `slow_link_test.ts`, told from gateway to gateway in the reference's dialect: here ids are
 * remembered, and a shorter copy must extend the reach all the same.
 */
import { assertEquals } from "@std/assert";
import { AnnouncementTracker } from "../../../lib/federation/announcement_tracker.ts";
import { HopRouter } from "../../../lib/federation/hop_router.ts";
import { ReferenceGateway } from "../../../lib/federation/reference_gateway.ts";
import {
  clusterId,
  functionName,
  incarnation,
  maxHops,
  nodeUrl,
} from "../../../lib/protocol/names.ts";
import { TimeQueue } from "../../property/time_queue.ts";

const SLOW = 1_000;
/** Long after the slowest copy, and before the first repetition. */
const UNTIL = 10_000;

class GatewayNode {
  readonly url: ReturnType<typeof nodeUrl>;
  readonly router: HopRouter;
  readonly gateway: ReferenceGateway;

  constructor(number: number) {
    this.url = nodeUrl(`ws://n${number}.example:9000`);
    const self = { url: this.url, cluster: clusterId("c"), incarnation: incarnation("L1") };
    this.router = new HopRouter({ self, observer: { groupChanged: () => {} } });
    this.gateway = new ReferenceGateway({
      ...{ self, router: this.router, tracker: new AnnouncementTracker() },
      // None by handshake: what is offered travels as copies with ids.
      ownOffers: () => [],
    });
  }
}

interface Picture {
  readonly nodes: number;
  readonly maxHops: number;
  readonly slow: readonly [number, number];
  readonly links: readonly (readonly [number, number])[];
}

function distances(picture: Picture): (number | undefined)[] {
  const queue = new TimeQueue();
  const nodes = Array.from({ length: picture.nodes }, (_, number) => new GatewayNode(number));
  const ways = new Map<string, { readonly to: GatewayNode; readonly delay: number }>();
  const turn = (node: GatewayNode): void => {
    const { router, gateway } = node;
    const flood = gateway.flood.bind(gateway);
    router.flush({ send: () => {}, flood }, () => true, queue.now);
    gateway.step(queue.now, {
      goodbye: () => {},
      hello: (link, copy) => {
        const way = ways.get(`${node.url} ${link}`);
        if (way === undefined) throw new Error(`No link ${link}`);
        queue.add(queue.now + way.delay, () => {
          way.to.gateway.hello(link, copy, queue.now);
          turn(way.to);
        });
      },
    });
  };
  picture.links.forEach(([one, other], link) => {
    const [a, b] = [nodes[one], nodes[other]];
    if (a === undefined || b === undefined) throw new RangeError("No such node");
    const delay = picture.slow.includes(one) && picture.slow.includes(other) ? SLOW : 1;
    ways.set(`${a.url} ${link}`, { to: b, delay }).set(`${b.url} ${link}`, { to: a, delay });
    a.gateway.linkUp(link, "dialed", b.url, 0);
    b.gateway.linkUp(link, "accepted", undefined, 0);
  });
  for (const node of nodes) turn(node);
  queue.run(UNTIL);
  const [origin] = nodes;
  origin?.router.register({
    fun: functionName("f"),
    ...{ resources: [], maxHops: maxHops(picture.maxHops), scope: "" },
  });
  for (const node of nodes) turn(node);
  queue.run(2 * UNTIL);
  return nodes.map(({ router }) => {
    const known = [...router.groups()].flatMap(({ distance, offers }) =>
      distance === undefined || offers.length === 0 ? [] : [distance]
    );
    return known.length === 0 ? undefined : Math.min(...known);
  });
}

Deno.test("ReferenceGateway reaches the node behind a slow short way and a fast long one, within three hops (I1)", () => {
  const [u, a, b, x, y] = [0, 1, 2, 3, 4];
  const links = [[u, a], [a, x], [a, b], [b, x], [x, y]] as const;
  assertEquals(distances({ nodes: 5, maxHops: 3, slow: [a, x], links }), [0, 1, 2, 2, 3]);
});

Deno.test("ReferenceGateway reaches the node behind a slow short way and a fast long one, within two hops (I1)", () => {
  const [u, b, x, y] = [0, 1, 2, 3];
  const links = [[u, x], [u, b], [b, x], [x, y]] as const;
  assertEquals(distances({ nodes: 4, maxHops: 2, slow: [u, x], links }), [0, 1, 1, 2]);
});
