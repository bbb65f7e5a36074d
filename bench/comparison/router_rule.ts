/**
 * Our own rule: the real router and registry.
 *
 * @module
 */

import { FunctionRegistry } from "../../lib/federation/function_registry.ts";
import { HopRouter } from "../../lib/federation/hop_router.ts";
import {
  clusterId,
  functionName,
  type Incarnation,
  incarnation,
  maxHops,
  type NodeUrl,
  nodeUrl,
} from "../../lib/protocol/names.ts";
import type { PropagationMessage } from "../../lib/protocol/v1_messages.ts";
import { keyOf, type Listed, type Rule, type Speaker, type Told } from "./speaker.ts";

const CLUSTER = clusterId("c");
/** No memory of what is out of reach: the harder case. */
const RETENTION_MS = 0;

/** Nodes of `lib/federation/`. */
export function routerRule(): Rule<readonly PropagationMessage[]> {
  return { name: "farcall", begin: (node, life) => new RouterSpeaker(node, life) };
}

class RouterSpeaker implements Speaker<readonly PropagationMessage[]> {
  readonly #self: NodeUrl;
  readonly #router: HopRouter;
  readonly #registry: FunctionRegistry;
  readonly #own = new Map<string, number>();

  constructor(node: number, life: number) {
    this.#self = urlOf(node);
    this.#router = new HopRouter({
      self: { url: this.#self, cluster: CLUSTER, incarnation: lifeOf(life) },
      observer: { groupChanged: (view) => this.#registry.apply(view) },
      retentionMs: RETENTION_MS,
    });
    this.#registry = new FunctionRegistry(this.#router.known);
  }

  register({ fun, maxHops: limit }: Told): void {
    this.withdraw(fun);
    const id = this.#router.register({
      fun: functionName(fun),
      resources: [],
      maxHops: maxHops(limit),
      scope: "",
    });
    this.#own.set(fun, id);
  }

  withdraw(fun: string): void {
    const id = this.#own.get(fun);
    this.#own.delete(fun);
    if (id !== undefined) this.#router.withdraw(id);
  }

  linkUp(link: number, peer: number, peerLife: number): void {
    const named = { url: urlOf(peer), cluster: CLUSTER, incarnation: lifeOf(peerLife) };
    this.#router.linkUp(link, named, "vector", 0);
  }

  linkDown(link: number): void {
    this.#router.linkDown(link, 0);
  }

  receive(link: number, messages: readonly PropagationMessage[]): void {
    const fault = this.#router.receive(link, messages, 0);
    if (fault !== undefined) throw new Error(`A router refused another one's word: ${fault}`);
  }

  turn(send: (link: number, messages: readonly PropagationMessage[]) => void): void {
    if (!this.#router.hasPending()) return;
    this.#router.flush({ send, flood: () => {} }, () => true, 0);
  }

  listed(): Listed {
    const listed = new Map<string, number>();
    for (const { origin, fun, distance } of this.#registry.listings()) {
      if (origin !== this.#self) listed.set(keyOf(numberOf(origin), fun), distance);
    }
    return listed;
  }
}

function urlOf(node: number): NodeUrl {
  return nodeUrl(`ws://n${node}.example:9000`);
}

function numberOf(url: NodeUrl): number {
  return Number(url.slice("ws://n".length, url.indexOf(".")));
}

function lifeOf(life: number): Incarnation {
  return incarnation(`life${String(life).padStart(6, "0")}`);
}
