import { callError } from "../protocol/errors.ts";
import { ACCEPTED_AFTER_MS, QUEUED_MS_MAX } from "../protocol/limits.ts";
import { type Deadline, DeadlineQueue } from "../rpc/deadline_queue.ts";
import { type Attempt, failure } from "./call_record.ts";
import type { CallStreams } from "./call_streams.ts";
import type { Outcome } from "./effects.ts";
import type { InvocationId, RegistrationId } from "./events.ts";
import type { FunctionTable, Registration, Via } from "./function_table.ts";
import type { Turn } from "./turn.ts";

/** What came of the wish to run a call here: it runs, waits for a slot, is not offered here, or finds no room. */
export type RunBegin = "running" | "queued" | "missing" | "full";

/** What the owner of the attempts is told. */
export interface RunWatcher {
  /** The function has run for a while: whoever asked may be told that it began. */
  lasts(turn: Turn, attempt: Attempt): void;
  /** A client of this node runs the function: it is sent there. */
  runsAt(turn: Turn, attempt: Attempt, via: Via): void;
  /** A call that waited for a slot gets none. */
  refused(turn: Turn, attempt: Attempt, outcome: Outcome): void;
}

/** Calls that run on this node, and those in line for a slot of a function that is busy. */
export class LocalRuns {
  readonly #functions: FunctionTable;
  readonly #streams: CallStreams;
  readonly #watcher: RunWatcher;
  readonly #queues = new Map<Registration, Attempt[]>();
  /** Of runs: when their callers are told. Of queued calls: when they have waited for long enough. */
  readonly #timers = new DeadlineQueue<Attempt>();
  readonly #timerOf = new Map<Attempt, Deadline<Attempt>>();
  #queuedCount = 0;

  /** @param watcher Is told of runs that last and of calls that get no slot. */
  constructor(functions: FunctionTable, streams: CallStreams, watcher: RunWatcher) {
    this.#functions = functions;
    this.#streams = streams;
    this.#watcher = watcher;
  }

  /** Calls in line for a slot. */
  get queuedCount(): number {
    return this.#queuedCount;
  }

  /** When to be expired again. */
  get nextAt(): number {
    return this.#timers.nextAt ?? Infinity;
  }

  /** Runs a call, or puts it in line if it may and must wait. */
  begin(turn: Turn, attempt: Attempt, mayQueue: boolean): RunBegin {
    const { fun, resources, contract: asked, holds } = attempt.call.spec;
    const registration = holds === undefined
      ? this.#functions.find(fun, resources, asked)
      : this.#functions.heldByClient(holds);
    if (registration === undefined) return "missing";
    const queue = this.#queues.get(registration) ?? [];
    if (queue.length === 0 && this.#functions.hasRoom(registration)) {
      this.#run(turn, attempt, registration);
      return "running";
    }
    if (!mayQueue || queue.length >= registration.queue) return "full";
    queue.push(attempt);
    this.#queues.set(registration, queue);
    this.#queuedCount += 1;
    attempt.phase = "queued";
    this.#setTimer(attempt, turn.now + QUEUED_MS_MAX);
    return "queued";
  }

  /** A function ended and frees its slot. Returns whether it is one of ours that had not ended before. */
  ended(turn: Turn, invocation: InvocationId): boolean {
    if (!this.#functions.ended(invocation)) return false;
    this.serve(turn);
    return true;
  }

  /** An attempt has ended that a client may have run: its slot is free. */
  left(turn: Turn, attempt: Attempt): void {
    if (attempt.phase === "sent" && this.#functions.ended(attempt.id)) this.serve(turn);
  }

  /** The attempt has ended: nobody waits for it in line, and nobody is told that it runs. */
  forget(attempt: Attempt): void {
    const timer = this.#timerOf.get(attempt);
    if (timer !== undefined) this.#timers.remove(timer);
    this.#timerOf.delete(attempt);
    if (attempt.phase !== "queued") return;
    for (const [registration, queue] of this.#queues) {
      const place = queue.indexOf(attempt);
      if (place < 0) continue;
      queue.splice(place, 1);
      this.#queuedCount -= 1;
      if (queue.length === 0) this.#queues.delete(registration);
      return;
    }
  }

  /** Fires what is due. */
  expire(turn: Turn): void {
    let due = this.#timers.takeDue(turn.now);
    while (due !== undefined) {
      const attempt = due.item;
      this.#timerOf.delete(attempt);
      if (attempt.phase === "running") this.#watcher.lasts(turn, attempt);
      else this.#refuse(turn, attempt, "RESOURCE_EXHAUSTED", "had no free slot in time");
      due = this.#timers.takeDue(turn.now);
    }
  }

  /** A function is offered no more: who waits for it goes elsewhere. */
  withdrawn(turn: Turn, registration: RegistrationId): void {
    for (const [{ id }, queue] of [...this.#queues]) {
      if (id !== registration) continue;
      for (const attempt of [...queue]) {
        this.#refuse(turn, attempt, "FUNCTION_NOT_FOUND", "has just been withdrawn");
      }
    }
  }

  /** The node leaves: who waits for a slot goes elsewhere. */
  refuseQueued(turn: Turn): void {
    for (const queue of [...this.#queues.values()]) {
      for (const attempt of [...queue]) {
        this.#refuse(turn, attempt, "DRAINING", "runs no more here");
      }
    }
  }

  /** Gives free slots to those who wait. */
  serve(turn: Turn): void {
    for (const [registration, queue] of [...this.#queues]) {
      while (queue.length > 0 && this.#functions.hasRoom(registration)) {
        const attempt = queue[0];
        if (attempt === undefined) break;
        this.forget(attempt);
        this.#run(turn, attempt, registration);
      }
    }
  }

  #run(turn: Turn, attempt: Attempt, registration: Registration): void {
    const { spec, deadlineAt, replyTo } = attempt.call;
    const { args, kwargs } = attempt.filled ?? spec;
    const found = registration.contract?.digest;
    const asked = spec.contract?.digest;
    if (asked !== undefined && found !== undefined && found !== asked) {
      attempt.differs = { fun: spec.fun, asked, found };
    }
    this.#functions.started(attempt.id, registration);
    if (registration.via !== undefined) {
      return this.#watcher.runsAt(turn, attempt, registration.via);
    }
    attempt.phase = "running";
    attempt.hasRun = true;
    if (replyTo.kind === "v1" || replyTo.kind === "step") {
      this.#setTimer(attempt, turn.now + ACCEPTED_AFTER_MS);
    }
    turn.owner.invoke({
      invocation: attempt.id,
      registration: registration.id,
      ...{ args, kwargs },
      timeoutMs: deadlineAt - turn.now,
      caller: spec.caller,
      stream: this.#streams.begin(attempt),
      streamed: spec.streamed,
    });
  }

  #setTimer(attempt: Attempt, at: number): void {
    this.#timerOf.set(attempt, this.#timers.add(at, attempt));
  }

  #refuse(
    turn: Turn,
    attempt: Attempt,
    code: "RESOURCE_EXHAUSTED" | "FUNCTION_NOT_FOUND" | "DRAINING",
    why: string,
  ): void {
    this.forget(attempt);
    const message = `${attempt.call.spec.fun} ${why} on ${attempt.target}`;
    const more = code === "RESOURCE_EXHAUSTED" ? { retryAfterMs: QUEUED_MS_MAX } : {};
    this.#watcher.refused(turn, attempt, failure(callError(code, message, "no", more)));
  }
}
