import type { ClusterPolicy } from "../federation/cluster_policy.ts";
import type { ClusterRules } from "../federation/cluster_rules.ts";
import type { FunctionRegistry } from "../federation/function_registry.ts";
import type { HopRouter } from "../federation/hop_router.ts";
import type { ReferenceGateway } from "../federation/reference_gateway.ts";
import { OFFERS_PER_ORIGIN_MAX } from "../protocol/limits.ts";
import type { NodeCommand, RegistrationId } from "./events.ts";
import type { FunctionTable, Registration, Via } from "./function_table.ts";
import type { Turn } from "./turn.ts";

/** What is known of a function that is to be offered. */
type Registering = Omit<Extract<NodeCommand, { type: "register" }>, "type" | "now">;

/** What this node offers, and what its policy makes of that: told to the table of functions, router, registry and gateway. */
export class OwnFunctions {
  readonly #functions: FunctionTable;
  readonly #router: HopRouter;
  readonly #registry: FunctionRegistry;
  readonly #gateway: ReferenceGateway;
  readonly #rules: ClusterRules;
  readonly #changed: () => void;
  readonly #withdrawn: (turn: Turn, registration: RegistrationId) => void;

  /** @param rooms The rooms of one node that its offers touch. */
  constructor(rooms: {
    readonly functions: FunctionTable;
    readonly router: HopRouter;
    readonly registry: FunctionRegistry;
    readonly gateway: ReferenceGateway;
    readonly rules: ClusterRules;
    /** Hears that there is something to announce. */
    readonly changed: () => void;
    /** Hears of functions that are offered no more. */
    readonly withdrawn: (turn: Turn, registration: RegistrationId) => void;
  }) {
    this.#functions = rooms.functions;
    this.#router = rooms.router;
    this.#registry = rooms.registry;
    this.#gateway = rooms.gateway;
    this.#rules = rooms.rules;
    this.#changed = rooms.changed;
    this.#withdrawn = rooms.withdrawn;
    this.#relist(() => {});
  }

  /**
   * Offers a function, to those clusters that its registration and the policy allow.
   *
   * @param via The client that runs it. Default: this process does.
   * @returns Whether it is offered: not beyond the limit.
   */
  register(turn: Turn, event: Registering, via?: Via): boolean {
    const { fun, resources, maxHops, concurrency, registration: id, contract } = event;
    if (this.#functions.size >= OFFERS_PER_ORIGIN_MAX) {
      const message = `${fun} is not offered: a node offers at most ${OFFERS_PER_ORIGIN_MAX}`;
      turn.owner.report({ type: "limit_reached", limit: "OFFERS_PER_ORIGIN_MAX", message });
      return false;
    }
    const scope = this.#rules.scopeOf(fun, event.scope);
    const agreed = contract === undefined ? {} : { contract };
    const offer = this.#router.register({ fun, resources, maxHops, scope, ...agreed });
    this.#functions.add({
      ...{ id, fun, resources, maxHops, scope, askedScope: event.scope },
      ...{ concurrency, queue: event.queue ?? 0, offer, isOffered: true, running: 0 },
      ...agreed,
      ...(via === undefined ? {} : { via }),
    });
    this.#gateway.ownOffersChanged(turn.now);
    this.#changed();
    return true;
  }

  /** Takes a function back; what runs of it runs on. */
  withdraw(turn: Turn, registration: RegistrationId): void {
    const removed = this.#functions.remove(registration);
    if (removed === undefined) return;
    this.takeBack(turn, removed);
    this.#withdrawn(turn, registration);
    this.#changed();
  }

  /** Announces it no more; calls may still find it. */
  takeBack(turn: Turn, one: Registration): void {
    if (!one.isOffered) return;
    one.isOffered = false;
    this.#router.withdraw(one.offer);
    this.#gateway.ownOffersChanged(turn.now);
  }

  /** Other rules from now on: offers move to other export classes, links and lists are asked again. */
  setRules(turn: Turn, rules: ClusterPolicy): void {
    this.#relist(() => this.#rules.set(rules));
    for (const one of this.#functions.all()) if (one.isOffered) this.#move(one);
    this.#router.setPolicy(this.#rules);
    this.#gateway.ownOffersChanged(turn.now);
  }

  #relist(change: () => void): void {
    this.#registry.relist(() => {
      change();
      return this.#rules.hidesAny ? this.#rules.lists.bind(this.#rules) : undefined;
    });
  }

  #move(one: Registration): void {
    const scope = this.#rules.scopeOf(one.fun, one.askedScope);
    if (scope === one.scope) return;
    const before = one.offer;
    const { fun, resources, maxHops, contract } = one;
    const agreed = contract === undefined ? {} : { contract };
    // There before the other is gone: whoever may see both never sees none.
    one.offer = this.#router.register({ fun, resources, maxHops, scope, ...agreed });
    one.scope = scope;
    this.#router.withdraw(before);
  }
}
