import type { HopRouter } from "../federation/hop_router.ts";
import { URL_CONFLICT_MS } from "../protocol/limits.ts";
import type { NodeUrl } from "../protocol/names.ts";
import { CLOSE } from "./close_codes.ts";
import type { ConnectionRecord } from "./connection_table.ts";
import type { Turn } from "./turn.ts";

/**
 * Notices that another node lives under our URL.
 *
 * A neighbour that speaks of another life of ours is no sign by itself: after a restart that is our own ghost, which dies
 * soon. Who is still spoken of after {@linkcode URL_CONFLICT_MS} is alive. It is reported once, and again when it was gone
 * in between.
 */
export class UrlWatch {
  readonly #url: NodeUrl;
  readonly #router: HopRouter;
  #since: number | undefined;
  #isTold = false;
  #isRefused = false;

  /** @param url Our own. */
  constructor(url: NodeUrl, router: HopRouter) {
    this.#url = url;
    this.#router = router;
  }

  /** A connection ends: perhaps since its peer has a link with another life under our URL. */
  closed(record: ConnectionRecord | undefined, code: number): void {
    const isRefusal = record?.purpose === "link" && record.role === "new" &&
      code === CLOSE.identityConflict;
    if (isRefusal) this.#isRefused = true;
  }

  /** A link is up: so the peer takes us for who we are. */
  accepted(): void {
    this.#isRefused = false;
  }

  /** Looks; returns when to look again. */
  step(turn: Turn): number {
    if (!this.#isRefused && !this.#router.hearsTwin()) {
      this.#since = undefined;
      this.#isTold = false;
      return Infinity;
    }
    this.#since ??= turn.now;
    if (this.#isTold) return Infinity;
    if (turn.now - this.#since < URL_CONFLICT_MS) return this.#since + URL_CONFLICT_MS;
    this.#isTold = true;
    turn.owner.report({ type: "url_conflict", url: this.#url });
    return Infinity;
  }
}
