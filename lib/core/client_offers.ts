import { OFFERS_PER_CLIENT_MAX } from "../protocol/limits.ts";
import type { OfferMessage } from "../protocol/v1_messages.ts";
import type { ConnectionRecord } from "./connection_table.ts";
import type { ConnectionId, RegistrationId } from "./events.ts";
import type { OwnFunctions } from "./own_functions.ts";
import type { Turn } from "./turn.ts";

/**
 * Functions of the clients that are connected to a node. Each is the node's offer like any other, until the client takes it
 * back or its connection ends.
 */
export class ClientOffers {
  readonly #offered: OwnFunctions;
  /** Of each client: its number for an offer, and ours. */
  readonly #byClient = new Map<ConnectionId, Map<number, RegistrationId>>();
  /** Below zero, so that none is ever one of the node's author. */
  #last = 0;

  /** @param offered What the node offers. */
  constructor(offered: OwnFunctions) {
    this.#offered = offered;
  }

  /** Whether a client offers anything. */
  has(connection: ConnectionId): boolean {
    return this.#byClient.has(connection);
  }

  /** A client offers a function. */
  offer(turn: Turn, { id: connection }: ConnectionRecord, message: OfferMessage): void {
    const offers = this.#byClient.get(connection) ?? new Map<number, RegistrationId>();
    if (offers.has(message.id)) return;
    if (offers.size >= OFFERS_PER_CLIENT_MAX) {
      const limit = "OFFERS_PER_CLIENT_MAX";
      const text =
        `${message.fun} is not offered: a client offers at most ${OFFERS_PER_CLIENT_MAX}`;
      return turn.owner.report({ type: "limit_reached", limit, message: text });
    }
    this.#last -= 1;
    const registration = this.#last;
    const via = { connection, offer: message.id };
    if (!this.#offered.register(turn, { ...message, registration }, via)) return;
    this.#byClient.set(connection, offers.set(message.id, registration));
  }

  /** A client takes an offer back. */
  withdraw(turn: Turn, connection: ConnectionId, id: number): void {
    const offers = this.#byClient.get(connection);
    const registration = offers?.get(id);
    if (offers === undefined || registration === undefined) return;
    offers.delete(id);
    if (offers.size === 0) this.#byClient.delete(connection);
    this.#offered.withdraw(turn, registration);
  }

  /** A connection is gone, and what was offered over it. */
  closed(turn: Turn, connection: ConnectionId): void {
    const offers = this.#byClient.get(connection);
    this.#byClient.delete(connection);
    for (const registration of offers?.values() ?? []) this.#offered.withdraw(turn, registration);
  }
}
