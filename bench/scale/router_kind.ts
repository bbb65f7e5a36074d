/**
 * A node as router and registry: how offers travel, without connections, handshakes and calls.
 *
 * @module
 */

import { FunctionRegistry, type Listing } from "../../lib/federation/function_registry.ts";
import { HopRouter } from "../../lib/federation/hop_router.ts";
import type { RouterOutput } from "../../lib/federation/router_contract.ts";
import { functionName } from "../../lib/protocol/names.ts";
import { isPropagation, type V1Message } from "../../lib/protocol/v1_messages.ts";
import type { Kind, Member, Surroundings } from "./federation.ts";
import { type Identity, MAX_HOPS } from "./names.ts";

const NOW = 1;

class RouterMember implements Member {
  readonly router: HopRouter;
  readonly #registry: FunctionRegistry;
  readonly #surroundings: Surroundings;
  readonly #output: RouterOutput;
  readonly #held = new Set<number>();

  constructor(self: Identity, surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.router = new HopRouter({
      self,
      observer: { groupChanged: (view) => this.#registry.apply(view) },
    });
    this.#registry = new FunctionRegistry(this.router.known);
    this.#output = {
      send: (link, messages) => surroundings.send(link, messages),
      flood: () => {
        throw new Error("No link speaks another dialect here");
      },
    };
  }

  get listingCount(): number {
    return this.#registry.size;
  }

  stir(): void {
    this.#surroundings.stir();
  }

  register(fun: string): number {
    this.stir();
    return this.router.register({
      fun: functionName(fun),
      resources: [],
      maxHops: MAX_HOPS,
      scope: "",
    });
  }

  withdraw(registration: number): void {
    this.router.withdraw(registration);
    this.stir();
  }

  receive(link: number, messages: readonly V1Message[]): void {
    if (!messages.every(isPropagation)) throw new Error("Not a message of the router");
    const fault = this.router.receive(link, messages, NOW);
    if (fault !== undefined) throw new Error(`Refused: ${fault}`);
    this.stir();
  }

  linkDown(link: number): void {
    this.router.linkDown(link, NOW);
    this.stir();
  }

  pace(link: number, isHeld: boolean): void {
    if (isHeld) this.#held.add(link);
    else this.#held.delete(link);
    this.stir();
  }

  turn(open?: number): void {
    const isWritable = (link: number): boolean => link === open || !this.#held.has(link);
    if (open !== undefined || this.router.hasPending()) {
      this.router.flush(this.#output, isWritable, NOW);
    }
  }

  listings(): Iterable<Listing> {
    return this.#registry.listings();
  }
}

/** Nodes of routers and registries. */
export function routerKind(identify: (node: number) => Identity): Kind {
  const members = new Map<number, RouterMember>();
  return {
    make(node: number, surroundings: Surroundings): Member {
      const member = new RouterMember(identify(node), surroundings);
      members.set(node, member);
      return member;
    },
    join(link: number, dialer: number, listener: number): void {
      for (const [end, peer] of [[dialer, listener], [listener, dialer]] as const) {
        members.get(end)?.router.linkUp(link, identify(peer), "vector", NOW);
        members.get(end)?.stir();
      }
    },
  };
}
