import { FunctionRegistry, type ListingChange } from "../../../lib/federation/function_registry.ts";
import type { GroupView, KnownGroups } from "../../../lib/federation/router_contract.ts";
import type { NodeUrl } from "../../../lib/protocol/names.ts";
import type { GroupName } from "../../../lib/protocol/v1_messages.ts";

/** Knows the groups of the views that a registry is given, as a router would. */
class ToldGroups implements KnownGroups {
  readonly #names = new Map<number, GroupName>();

  tell({ index, name }: GroupView): void {
    this.#names.set(index, name);
  }

  name(index: number): GroupName {
    const name = this.#names.get(index);
    if (name === undefined) throw new RangeError(`No group has the number ${index}`);
    return name;
  }

  ofOrigin(origin: NodeUrl): readonly number[] {
    return [...this.#names.keys()].filter((index) => this.name(index).origin === origin);
  }
}

/** A registry without a router. */
export class ToldRegistry extends FunctionRegistry {
  readonly #groups: ToldGroups;

  constructor(observer: (change: ListingChange) => void) {
    const groups = new ToldGroups();
    super(groups, observer);
    this.#groups = groups;
  }

  override apply(view: GroupView): void {
    this.#groups.tell(view);
    super.apply(view);
  }
}
