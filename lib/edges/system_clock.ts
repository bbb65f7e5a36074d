/**
 * Time for those who may not ask the platform themselves.
 *
 * @module
 */

/** Tells the time and wakes. A simulator has its own. */
export interface Clock {
  /** The present instant in ms. Never goes back; close to the time of day, but not corrected with it. */
  now(): number;
  /**
   * Calls `callback` once, at `at` or soon after, never before and never from inside this call. An instant that has passed
   * means: after the present turn.
   *
   * @param at An instant of this clock, in ms; `Infinity` means never.
   * @returns Cancels; harmless afterwards.
   */
  wake(at: number, callback: () => void): () => void;
}

/** Longer delays overflow in the platform and fire at once. */
const DELAY_MS_MAX = 2 ** 31 - 1;

/** The clock of this process. Instants are comparable within it only. */
export function systemClock(): Clock {
  return { now, wake };
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

function wake(at: number, callback: () => void): () => void {
  if (at === Infinity) return () => {};
  let cancelled = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const arm = (): void => {
    if (cancelled) return;
    const delayMs = at - now();
    // A timer of 0 ms takes 2 ms here; a microtask does not.
    if (delayMs > 0) timer = setTimeout(arm, Math.min(Math.ceil(delayMs), DELAY_MS_MAX));
    else callback();
  };
  if (at > now()) arm();
  else queueMicrotask(arm);
  return () => {
    cancelled = true;
    clearTimeout(timer);
  };
}
