/**
 * Results that go straight from the node of one command to the node of the next, while the node that runs the request holds
 * receipts. Where that comes to nothing it gets them itself, and sends them along as ever.
 *
 * @module
 */

import type { FunctionRegistry } from "../federation/function_registry.ts";
import { TAKING_MS_MAX, TAKINGS_PER_CALL_MAX } from "../protocol/limits.ts";
import type { FunctionName, NodeUrl } from "../protocol/names.ts";
import type { RequestCommand } from "../protocol/request_command.ts";
import type { ActiveRun } from "./active_run.ts";
import type { CallRouter } from "./call_router.ts";
import type { Turn } from "./turn.ts";
import { takeSpec } from "./value_takings.ts";

/** What handing over needs of its node. */
export interface HandOverRooms {
  readonly self: { readonly url: NodeUrl };
  readonly calls: CallRouter;
  readonly registry: FunctionRegistry;
  /** Whether a function is one of the node itself, which needs no provider. */
  readonly serves: (fun: FunctionName) => boolean;
}

/** Which results stay where they are, and how long. */
export class HandOver {
  readonly #rooms: HandOverRooms;

  /** @param rooms The rooms of one node that requests pass. */
  constructor(rooms: HandOverRooms) {
    this.#rooms = rooms;
  }

  /** Whether the result of a command may stay with its node: only other nodes need it, and each can be told where it is. */
  mayStay({ spec, run, again }: ActiveRun, index: number): boolean {
    const command = spec.commands[index];
    if (command === undefined || command.over !== undefined || again.has(index)) return false;
    if (spec.needsAll === true || spec.tellsProgress === true) return false;
    if (spec.wanted?.includes(command.name) === true) return false;
    const users = run.usersOf(index).map((user) => spec.commands[user]);
    return users.length > 0 && users.every((user) => user !== undefined && this.#isFar(user));
  }

  /** Lets go of what no command needs any more, not even to be run again. */
  releaseUsedUp(turn: Turn, { run }: ActiveRun): void {
    for (let isMore = true; isMore;) {
      isMore = false;
      for (const index of run.keptCommands()) {
        const kept = run.keptOf(index);
        const isUsedUp = run.usersOf(index).every((user) =>
          run.hasEnded(user) && run.keptOf(user) === undefined
        );
        if (kept === undefined || !isUsedUp) continue;
        this.#rooms.calls.takings.release(turn, kept);
        run.forget(index);
        isMore = true;
      }
    }
  }

  /** The request has ended: lets go of everything. */
  releaseAll(turn: Turn, { run }: ActiveRun): void {
    for (const index of run.keptCommands()) {
      const kept = run.keptOf(index);
      if (kept !== undefined) this.#rooms.calls.takings.release(turn, kept);
      run.forget(index);
    }
  }

  /**
   * A command could not get what it needs where it was to run: it is got here.
   *
   * @returns Whether there is anything to be got.
   */
  regain(turn: Turn, active: ActiveRun, user: number): boolean {
    const { run, regaining } = active;
    const sources = run.sourcesOf(user).filter((source) => run.keptOf(source) !== undefined);
    const fresh = sources.filter((source) => !regaining.has(source));
    for (const source of sources) {
      regaining.set(source, (regaining.get(source) ?? new Set()).add(user));
    }
    for (const source of fresh) this.#ask(turn, active, source);
    return sources.length > 0;
  }

  /** A result is here, got back or made anew. Returns the commands that may begin now. */
  regained(turn: Turn, { run, regaining }: ActiveRun, source: number): readonly number[] {
    const kept = run.keptOf(source);
    if (kept !== undefined) this.#rooms.calls.takings.release(turn, kept);
    const waiting = regaining.get(source) ?? new Set();
    regaining.delete(source);
    return [...waiting].filter((user) => !run.sourcesOf(user).some((one) => regaining.has(one)));
  }

  #ask(turn: Turn, { id, run, spec, calls }: ActiveRun, source: number): void {
    const kept = run.keptOf(source);
    if (kept === undefined) return;
    const { holder, ticket } = kept;
    const take = takeSpec(holder, ticket, [], this.#rooms.self.url);
    const deadlineAt = Math.min(spec.deadlineAt, turn.now + TAKING_MS_MAX);
    const replyTo = { kind: "regain", run: id, index: source } as const;
    // The entry is made before the call, which may end before it returns.
    const key = regainKey(source);
    calls.set(key, 0);
    const call = this.#rooms.calls.start(turn, take, replyTo, deadlineAt);
    if (calls.has(key)) calls.set(key, call);
  }

  /** Whether a command will run on another node, as far as one can say before. */
  #isFar({ fun, resources, over, refs }: RequestCommand): boolean {
    const { registry, self, serves } = this.#rooms;
    if (over !== undefined || refs.length > TAKINGS_PER_CALL_MAX || serves(fun)) return false;
    const [nearest] = registry.providers(fun, resources);
    return nearest !== undefined && nearest.origin !== self.url;
  }
}

/** Under which key the call is noted that gets a result back. */
export function regainKey(source: number): string {
  return `regain ${source}`;
}
