import type { HopRouter } from "../federation/hop_router.ts";
import type { ConnectionRecord, ConnectionTable } from "./connection_table.ts";
import type { ConnectionId } from "./events.ts";
import type { Turn } from "./turn.ts";

interface HandOver {
  readonly heir: ConnectionId;
  /** What was asked last, to learn that all before it was taken. */
  asked:
    | {
      readonly of: ConnectionId;
      readonly ping: number;
      /** Announcements that had left over the heir by then. */
      readonly announced: number;
    }
    | undefined;
}

/**
 * Links that another connection has replaced, and when each of those can go without anybody missing anything.
 *
 * Three things must hold. The peer has taken over the new connection all that we have to tell: a ping went out after it, was
 * answered, and nothing was told since. Nothing that the peer told over the old one counts any more here, because it told as
 * good a way over the new one. And nothing is under way over the old one: the peer, who knows the new one by its first answer,
 * sends no more calls over the old one, so a second ping there comes back behind the last of them.
 */
export class HandOvers {
  readonly #connections: ConnectionTable;
  readonly #router: Pick<HopRouter, "isSettled" | "isSpare">;
  readonly #open = new Map<ConnectionId, HandOver>();

  /** None yet. */
  constructor(connections: ConnectionTable, router: Pick<HopRouter, "isSettled" | "isSpare">) {
    this.#connections = connections;
    this.#router = router;
  }

  /** `heir` has taken the place of `old`. */
  begin(old: ConnectionId, heir: ConnectionId): void {
    this.#open.set(old, { heir, asked: undefined });
  }

  /** The old connection is gone, or is the link again. */
  end(old: ConnectionId): void {
    this.#open.delete(old);
  }

  /** Whether this connection was replaced, and still stands. */
  has(old: ConnectionId): boolean {
    return this.#open.has(old);
  }

  /** Whether the old connection can go, but for calls of ours on it; asks the peer what is to be asked. */
  isOver(turn: Turn, old: ConnectionRecord): boolean {
    const state = this.#open.get(old.id);
    const heir = state === undefined ? undefined : this.#connections.get(state.heir);
    if (state === undefined || heir?.role !== "link" || old.role !== "link") return false;
    const { asked } = state;
    if (!this.#router.isSettled(heir.id)) state.asked = undefined;
    else if (asked === undefined || asked.announced !== heir.announced) {
      ask(turn, state, heir, heir);
    } else if (asked.of === heir.id) {
      if (heir.pongsHeard >= asked.ping) ask(turn, state, old, heir);
    } else return old.pongsHeard >= asked.ping && this.#router.isSpare(old.id);
    return false;
  }
}

function ask(turn: Turn, state: HandOver, whom: ConnectionRecord, heir: ConnectionRecord): void {
  whom.pingsSent += 1;
  state.asked = { of: whom.id, ping: whom.pingsSent, announced: heir.announced };
  turn.edges.send(whom.id, { type: "ping" });
}
