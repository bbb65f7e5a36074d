import type { JsonObject } from "../protocol/json_value.ts";
import { PROGRESS_EVENTS_MAX, PROGRESS_VALUES_MAX } from "../protocol/limits.ts";
import { Payload } from "../protocol/payload.ts";
import type { MapRun } from "../rpc/map_run.ts";
import type { RequestRun } from "../rpc/request_run.ts";

/** A command of a request, for its progress. */
export interface ProgressStep {
  /** Its place in the request. */
  readonly index: number;
  /** Its function. */
  readonly fun: string;
}

/**
 * How a request goes, as events in the wire's own spelling. Results in between are told as far as
 * {@linkcode PROGRESS_VALUES_MAX} goes, and left out beyond it.
 */
export class RequestProgress {
  readonly #run: RequestRun;
  #units = 0;
  #events = 0;

  /** @param run The request. */
  constructor(run: RequestRun) {
    this.#run = run;
  }

  /** A command begins. */
  started(step: ProgressStep, now: number): Payload {
    return this.#event("started", step, now, {});
  }

  /** A command ended. */
  finished(step: ProgressStep, now: number, value: Payload): Payload {
    const isTold = this.#units + value.text.length <= PROGRESS_VALUES_MAX;
    if (isTold) this.#units += value.text.length;
    return this.#event("finished", step, now, isTold ? { value: value.value } : { omitted: true });
  }

  /** One run of a map ended. `undefined` = there were too many events to tell it. */
  part(step: ProgressStep, now: number, part: number, map: MapRun): Payload | undefined {
    if (this.#events >= PROGRESS_EVENTS_MAX) return undefined;
    return this.#event("part", step, now, { part, done: map.doneCount, of: map.size });
  }

  /** The request ended well. */
  ended(): Payload {
    const { request_id: _none, ...summary } = this.#run.summary("");
    return Payload.fromValue({ event: "summary", ...summary });
  }

  #event(
    event: string,
    { index: command, fun }: ProgressStep,
    now: number,
    more: JsonObject,
  ): Payload {
    this.#events += 1;
    const level = this.#run.levelOf(command);
    const elapsed_ms = now - this.#run.startedAt;
    return Payload.fromValue({ event, command, fun, level, elapsed_ms, ...more });
  }
}
