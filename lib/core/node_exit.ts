import { callError } from "../protocol/errors.ts";
import { WITHDRAWAL_MS_MAX } from "../protocol/limits.ts";
import { CLOSE } from "./close_codes.ts";
import type { CallRouter } from "./call_router.ts";
import type { ConnectionRecord, ConnectionTable } from "./connection_table.ts";
import type { ConnectionId } from "./events.ts";
import type { FunctionTable } from "./function_table.ts";
import type { KeptValues } from "./kept_values.ts";
import type { Drop } from "./link_keeper.ts";
import type { LinkOutput } from "./link_output.ts";
import type { RequestRunner } from "./request_runner.ts";
import type { Turn } from "./turn.ts";

/**
 * How a node leaves, so that nobody's call fails for it.
 *
 * Its offers are withdrawn, and it serves on until each neighbour has answered a ping that was sent after the withdrawal: then
 * they have taken it. From then on new calls are refused with `DRAINING`, clients are told goodbye and go elsewhere while they
 * still get their answers; what was taken may end within a time; then it says goodbye to all and closes.
 */
export class NodeExit {
  readonly #connections: ConnectionTable;
  readonly #functions: FunctionTable;
  readonly #calls: CallRouter;
  readonly #requests: RequestRunner;
  readonly #kept: KeptValues;
  readonly #output: LinkOutput;
  readonly #drop: Drop;
  /** The ping of each link whose pong says that the withdrawal was taken, by its place among all pings. */
  readonly #asked = new Map<ConnectionId, number>();
  #state: "up" | "withdrawing" | "draining" | "gone" = "up";
  #withdrawnAt = Infinity;
  #deadlineAt = Infinity;

  /** Makes the exit of one node. */
  constructor(rooms: {
    readonly connections: ConnectionTable;
    readonly functions: FunctionTable;
    readonly calls: CallRouter;
    readonly requests: RequestRunner;
    readonly kept: KeptValues;
    readonly output: LinkOutput;
    readonly drop: Drop;
  }) {
    this.#connections = rooms.connections;
    this.#functions = rooms.functions;
    this.#calls = rooms.calls;
    this.#requests = rooms.requests;
    this.#kept = rooms.kept;
    this.#output = rooms.output;
    this.#drop = rooms.drop;
  }

  /** Whether it has begun to leave: no new connections and no new links. */
  get isLeaving(): boolean {
    return this.#state !== "up";
  }

  /** Whether no more calls are taken. */
  get isDraining(): boolean {
    return this.#state === "draining" || this.#state === "gone";
  }

  /** Whether all is closed. */
  get isGone(): boolean {
    return this.#state === "gone";
  }

  /** When the time of the present state is over. */
  get wakeAt(): number {
    if (this.#state === "withdrawing") return Math.min(this.#withdrawnAt, this.#deadlineAt);
    return this.#state === "draining" ? this.#deadlineAt : Infinity;
  }

  /** Begins to leave; everything must have been withdrawn. A second time can only shorten the time. */
  begin(now: number, timeoutMs: number): void {
    if (this.#state === "gone") return;
    this.#deadlineAt = Math.min(this.#deadlineAt, now + timeoutMs);
    // Half of the time at most: calls must have some left to end.
    this.#withdrawnAt = Math.min(
      this.#withdrawnAt,
      now + Math.min(WITHDRAWAL_MS_MAX, timeoutMs / 2),
    );
    if (this.#state === "up") this.#state = "withdrawing";
  }

  /** Announcements have just left: links that got all of theirs are asked whether they have taken it. */
  flushed(turn: Turn): void {
    if (this.#state !== "withdrawing") return;
    for (const record of this.#links()) {
      if (this.#asked.has(record.id) || !record.writable || record.heldUntil > turn.now) continue;
      record.pingsSent += 1;
      this.#asked.set(record.id, record.pingsSent);
      turn.edges.send(record.id, { type: "ping" });
    }
  }

  /** Goes on as far as it can. */
  step(turn: Turn): void {
    if (this.#state === "withdrawing" && (this.#isTaken() || this.wakeAt <= turn.now)) {
      this.#state = "draining";
      this.#kept.close();
      this.#calls.refuseQueued(turn);
      for (const record of this.#connections.all()) {
        if (record.role === "client") sayGoodbye(turn, record);
      }
    }
    if (this.#state !== "draining") return;
    const isIdle = this.#functions.runningCount === 0 && this.#calls.pendingCount === 0 &&
      this.#requests.runningCount === 0 && this.#kept.size === 0;
    if (!isIdle && turn.now < this.#deadlineAt) return;
    this.#state = "gone";
    this.#output.flush(turn);
    for (const record of [...this.#connections.all()]) {
      if (record.dialect === "farcall.v1") sayGoodbye(turn, record);
      this.#drop(turn, record, CLOSE.goingAway, "the node stops");
    }
    this.#calls.cancelAll(turn, callError("UNAVAILABLE", "The node stops", "unknown"));
    turn.owner.stopped();
  }

  #isTaken(): boolean {
    for (const { id, pongsHeard } of this.#links()) {
      const asked = this.#asked.get(id);
      if (asked === undefined || pongsHeard < asked) return false;
    }
    return true;
  }

  *#links(): Generator<ConnectionRecord, void, undefined> {
    for (const record of this.#connections.all()) {
      if (record.role === "link" && record.dialect === "farcall.v1") yield record;
    }
  }
}

function sayGoodbye(turn: Turn, record: ConnectionRecord): void {
  if (record.saidGoodbye) return;
  record.saidGoodbye = true;
  const last = Math.max(0, record.lastTaken);
  turn.edges.send(record.id, { type: "goodbye", reason: "the node stops", last });
}
