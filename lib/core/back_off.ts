import { RECONNECT_MS, RECONNECT_MS_MAX } from "../protocol/limits.ts";

/**
 * The pause before the next attempt, in ms: full jitter below a ceiling that doubles with each failure.
 *
 * Full jitter spreads the reconnections of many nodes best ("Exponential Backoff and Jitter", AWS Architecture Blog, 2015).
 * A tenth of the ceiling is the floor, so that an unlucky draw is not a busy loop.
 *
 * @param failures Attempts that failed in a row, at least 1.
 * @param random Uniform in [0, 1).
 * @param longestMs Where the ceiling ends. Default {@linkcode RECONNECT_MS_MAX}.
 */
export function backOffMs(
  failures: number,
  random: () => number,
  longestMs = RECONNECT_MS_MAX,
): number {
  const ceiling = Math.min(longestMs, RECONNECT_MS * 2 ** Math.min(failures - 1, 20));
  return Math.ceil(ceiling * (0.1 + 0.9 * random()));
}
