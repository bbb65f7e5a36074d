import type { V1Message } from "../protocol/v1_messages.ts";
import type { End } from "./connection_ends.ts";
import type { SpokenGroup } from "./spoken_group.ts";
import type { Violation } from "./violation.ts";

/** Holds that an offer, and a whole set of offers, is the same wherever it is told (I2). */
export class OfferBook {
  readonly #told = new Map<string, string>();
  readonly #accuse: (violation: Violation) => void;

  /** @param accuse Hears of each difference. */
  constructor(accuse: (violation: Violation) => void) {
    this.#accuse = accuse;
  }

  /** A set, or what became of it, is told. */
  note(group: SpokenGroup, message: Extract<V1Message, { type: "offers" }>, end: End): void {
    for (const { offer, at } of message.add) {
      const { id, fun, resources } = offer;
      this.#compare(`${group.key}\n${id}\n${at}`, `${fun} [${resources.join(",")}]`, group, end);
    }
    if (message.from !== 0) return;
    const ids = message.add.map(({ offer, at }) => `${offer.id}.${at}`).join(" ");
    this.#compare(`${group.key}\n${message.to}`, ids, group, end);
  }

  #compare(key: string, is: string, { shown }: SpokenGroup, end: End): void {
    const was = this.#told.get(key);
    if (was === undefined) this.#told.set(key, is);
    else if (was !== is) {
      this.#accuse({
        invariant: "I2",
        text: `${end.place.name} tells "${is}" of ${shown}, where "${was}" was told before`,
      });
    }
  }
}
