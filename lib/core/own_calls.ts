import { type CallError, callError } from "../protocol/errors.ts";
import { CALL_TIMEOUT_MS_MAX, RELAY_TTL_MAX } from "../protocol/limits.ts";
import type { CallRouter } from "./call_router.ts";
import type { Task } from "./connection_table.ts";
import type { Outcome } from "./effects.ts";
import type { CallCommand, CallId } from "./events.ts";
import type { NodeIdentity } from "./link_keeper.ts";
import type { RequestRunner } from "./request_runner.ts";
import type { Turn } from "./turn.ts";

/** Calls that this node's own process makes. */
export class OwnCalls {
  readonly #tasks = new Map<CallId, Task>();
  readonly #self: NodeIdentity;
  readonly #calls: CallRouter;
  readonly #requests: RequestRunner;

  /** Makes the table of one node. */
  constructor(rooms: {
    readonly self: NodeIdentity;
    readonly calls: CallRouter;
    readonly requests: RequestRunner;
  }) {
    this.#self = rooms.self;
    this.#calls = rooms.calls;
    this.#requests = rooms.requests;
  }

  /** Calls that have not ended. */
  get size(): number {
    return this.#tasks.size;
  }

  /** A call or request begins; it may end before this returns. */
  begin(turn: Turn, event: Extract<CallCommand, { type: "call" | "request" }>): void {
    this.#tasks.set(event.call, { kind: "call", id: 0 });
    const task = this.#start(turn, event);
    if (this.#tasks.has(event.call)) this.#tasks.set(event.call, task);
  }

  /** The caller gave up. */
  cancel(turn: Turn, call: CallId): void {
    const task = this.#tasks.get(call);
    if (task === undefined) return;
    this.cancelTask(turn, task, callError("CANCELLED", "The caller gave up", "unknown"));
  }

  /** Ends whatever runs for somebody, wherever it came from. */
  cancelTask(turn: Turn, task: Task, error: CallError): void {
    if (task.kind === "call") this.#calls.cancel(turn, task.id, error);
    else this.#requests.cancel(turn, task.id, error);
  }

  /** The one end of a call. */
  ended(turn: Turn, call: CallId, outcome: Outcome): void {
    if (this.#tasks.delete(call)) turn.owner.settle(call, outcome);
  }

  #start(turn: Turn, event: Extract<CallCommand, { type: "call" | "request" }>): Task {
    const replyTo = { kind: "local", call: event.call } as const;
    const deadlineAt = turn.now + Math.min(event.timeoutMs, CALL_TIMEOUT_MS_MAX);
    const caller = { kind: "local", name: this.#self.url } as const;
    if (event.type === "call") {
      const { fun, resources, args, kwargs, contract, target } = event;
      const ttl = target === undefined ? 0 : RELAY_TTL_MAX;
      const spec = { fun, resources, args, kwargs, target, ttl, caller, contract };
      return { kind: "call", id: this.#calls.start(turn, spec, replyTo, deadlineAt) };
    }
    const { commands, wanted } = event;
    const spec = { commands, wanted, caller, deadlineAt };
    return { kind: "run", id: this.#requests.start(turn, spec, replyTo) };
  }
}
