import { callError } from "../protocol/errors.ts";
import { CLOSE } from "./close_codes.ts";
import type { CallRouter } from "./call_router.ts";
import type { ConnectionTable } from "./connection_table.ts";
import type { FunctionTable } from "./function_table.ts";
import type { Drop } from "./link_keeper.ts";
import type { LinkOutput } from "./link_output.ts";
import type { RequestRunner } from "./request_runner.ts";
import type { Turn } from "./turn.ts";

/**
 * How a node leaves: its offers are withdrawn, what runs may end within a time, then it says goodbye and closes.
 */
export class NodeExit {
  readonly #connections: ConnectionTable;
  readonly #functions: FunctionTable;
  readonly #calls: CallRouter;
  readonly #requests: RequestRunner;
  readonly #output: LinkOutput;
  readonly #drop: Drop;
  #state: "up" | "draining" | "gone" = "up";
  #deadlineAt = Infinity;

  /** Makes the exit of one node. */
  constructor(rooms: {
    readonly connections: ConnectionTable;
    readonly functions: FunctionTable;
    readonly calls: CallRouter;
    readonly requests: RequestRunner;
    readonly output: LinkOutput;
    readonly drop: Drop;
  }) {
    this.#connections = rooms.connections;
    this.#functions = rooms.functions;
    this.#calls = rooms.calls;
    this.#requests = rooms.requests;
    this.#output = rooms.output;
    this.#drop = rooms.drop;
  }

  /** Whether no more calls are taken. */
  get isDraining(): boolean {
    return this.#state !== "up";
  }

  /** Whether all is closed. */
  get isGone(): boolean {
    return this.#state === "gone";
  }

  /** When the time to end is over. */
  get wakeAt(): number {
    return this.#state === "draining" ? this.#deadlineAt : Infinity;
  }

  /** Begins to leave; everything must have been withdrawn. */
  begin(deadlineAt: number): void {
    if (this.#state === "gone") return;
    this.#state = "draining";
    this.#deadlineAt = Math.min(this.#deadlineAt, deadlineAt);
  }

  /** Leaves as soon as nothing runs, or when the time is over. */
  step(turn: Turn): void {
    if (this.#state !== "draining") return;
    const isIdle = this.#functions.runningCount === 0 && this.#calls.pendingCount === 0 &&
      this.#requests.runningCount === 0;
    if (!isIdle && turn.now < this.#deadlineAt) return;
    this.#state = "gone";
    this.#output.flush(turn);
    for (const record of [...this.#connections.all()]) {
      if (record.role === "reference") this.#output.farewell(turn, record.id);
      else if (record.dialect === "farcall.v1") {
        turn.edges.send(record.id, { type: "goodbye", reason: "the node stops" });
      }
      this.#drop(turn, record, CLOSE.goingAway, "the node stops");
    }
    this.#calls.cancelAll(turn, callError("UNAVAILABLE", "The node stops", "unknown"));
    turn.owner.stopped();
  }
}
