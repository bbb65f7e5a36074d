import { type CallError, callError } from "../protocol/errors.ts";
import { batchOf } from "../protocol/item_batch.ts";
import { CALL_TIMEOUT_MS_MAX, RELAY_TTL_MAX, STREAM_CREDIT } from "../protocol/limits.ts";
import { Payload } from "../protocol/payload.ts";
import type { CallRouter } from "./call_router.ts";
import type { Task } from "./connection_table.ts";
import type { Outcome } from "./effects.ts";
import type { CallCommand, CallId } from "./events.ts";
import type { NodeIdentity } from "./link_keeper.ts";
import type { RequestRunner } from "./request_runner.ts";
import type { OwnFlow } from "./stream_traffic.ts";
import type { Turn } from "./turn.ts";

type Begun = Extract<CallCommand, { type: "call" | "request" }>;

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
  begin(turn: Turn, event: Begun): void {
    this.#tasks.set(event.call, { kind: "call", id: 0 });
    const task = this.#start(turn, event);
    if (this.#tasks.has(event.call)) this.#tasks.set(event.call, task);
  }

  /** Where would a call go? */
  explain(turn: Turn, event: Extract<CallCommand, { type: "explain" }>): void {
    const made = this.#calls.explain(event, turn.now);
    const value = Payload.tryFromUnknown(made) ?? Payload.fromValue(null);
    turn.owner.settle(event.call, { ok: true, value });
  }

  /** The caller gave up. */
  cancel(turn: Turn, call: CallId): void {
    const task = this.#tasks.get(call);
    if (task === undefined) return;
    this.cancelTask(turn, task, callError("CANCELLED", "The caller gave up", "unknown"));
  }

  /** The caller has read of a stream, or gives items of an argument. */
  flows(turn: Turn, event: OwnFlow): void {
    const task = this.#tasks.get(event.call);
    if (task?.kind === "call") this.#calls.traffic.own(turn, task.id, event);
  }

  /** How a request goes. */
  progress(turn: Turn, call: CallId, event: Payload): void {
    if (this.#tasks.has(call)) turn.owner.items(call, batchOf([event.text]));
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

  #start(turn: Turn, event: Begun): Task {
    const replyTo = { kind: "local", call: event.call } as const;
    const deadlineAt = turn.now + Math.min(event.timeoutMs, CALL_TIMEOUT_MS_MAX);
    const caller = { kind: "local", name: this.#self.url } as const;
    if (event.type === "call") {
      const { fun, resources, args, kwargs, contract, target, streamed, holds } = event;
      const { idempotent = false, waits = false, hedgeMs, reach } = event;
      const manner = { idempotent, waits, hedgeMs, reach };
      const ttl = target === undefined ? 0 : RELAY_TTL_MAX;
      const stream = event.stream && { credit: STREAM_CREDIT, ...event.stream };
      const asked = { fun, resources, args, kwargs, target, ttl, caller, contract, stream };
      const spec = { ...asked, ...manner, streamed, holds };
      return { kind: "call", id: this.#calls.start(turn, spec, replyTo, deadlineAt) };
    }
    const { commands, wanted, waits = false, reach, tellsProgress = false } = event;
    const spec = { commands, wanted, caller, deadlineAt, waits, reach, tellsProgress };
    return { kind: "run", id: this.#requests.start(turn, spec, replyTo) };
  }
}
