/**
 * What the `json` dialect can tell of a request's course, in the wire's own spelling: both reports are plain data
 * within a response.
 *
 * Commands start by readiness, so levels overlap: a level's time is what passed between the end of the level before
 * it (or the start) and its own end, and the times of all levels add up to the whole.
 *
 * @module
 */

import type { JsonObject, JsonValue } from "../protocol/json_value.ts";
import type { CallPlan } from "./call_graph.ts";

/** When things happened, in ms since the epoch. */
export interface RunTimes {
  /** The request's `u`. */
  readonly requestId: string;
  /** When the request began. */
  readonly startedAt: number;
  /** By finished level: when it and all before it were done. */
  readonly levelEndsAt: readonly number[];
}

function levelTimesMs({ startedAt, levelEndsAt }: RunTimes): number[] {
  return levelEndsAt.map((endsAt, level) => endsAt - (levelEndsAt[level - 1] ?? startedAt));
}

/**
 * One entry for each finished level, with its own results and all so far.
 *
 * @param results Results by name, at least of all commands of the finished levels.
 */
export function intermediateResults(
  plan: CallPlan,
  results: ReadonlyMap<string, JsonValue>,
  times: RunTimes,
): readonly JsonObject[] {
  const timesMs = levelTimesMs(times);
  const accumulated: [string, JsonValue][] = [];
  return times.levelEndsAt.map((endsAt, level) => {
    const entries = (plan.levels[level] ?? []).flatMap((index): [string, JsonValue][] => {
      const name = plan.commands[index]?.name ?? "";
      const value = results.get(name);
      return value === undefined ? [] : [[name, value]];
    });
    accumulated.push(...entries);
    return {
      request_id: times.requestId,
      level_index: level,
      level_results: Object.fromEntries(entries),
      accumulated_results: Object.fromEntries(accumulated),
      total_levels: plan.levels.length,
      completed_levels: level + 1,
      timestamp: endsAt / 1000,
      execution_time_ms: timesMs[level] ?? 0,
    };
  });
}

/**
 * Times of the finished levels. `parallel_commands_executed` counts the commands that shared their level with another;
 * `cross_cluster_hops` is not counted and always 0.
 */
export function executionSummary(plan: CallPlan, times: RunTimes): JsonObject {
  const timesMs = levelTimesMs(times);
  const totalMs = (times.levelEndsAt.at(-1) ?? times.startedAt) - times.startedAt;
  const parallel = plan.levels.slice(0, timesMs.length).filter((level) => level.length > 1);
  return {
    request_id: times.requestId,
    total_execution_time_ms: totalMs,
    total_levels: plan.levels.length,
    level_execution_times: timesMs,
    bottleneck_level_index: timesMs.indexOf(timesMs.reduce((a, b) => Math.max(a, b), 0)),
    average_level_time_ms: timesMs.length === 0 ? 0 : totalMs / timesMs.length,
    parallel_commands_executed: parallel.reduce((sum, level) => sum + level.length, 0),
    cross_cluster_hops: 0,
  };
}
