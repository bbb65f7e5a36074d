/**
 * A stand-in for `@std/async`, used where the JSR registry cannot be reached: the same names and the
 * same behaviour for what this project calls. A release runs the same tests against the real one.
 *
 * @module
 */

/** Options of {@linkcode delay}. */
export interface DelayOptions {
  /** Ends the wait early, with a rejection. */
  signal?: AbortSignal;
  /** Whether the timer keeps the process alive; only Deno and Node can turn it off. Default: true. */
  persistent?: boolean;
}

/** Options of {@linkcode deadline}. */
export interface DeadlineOptions {
  /** Ends the wait early, with a rejection. */
  signal?: AbortSignal;
}

/** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts first. */
export function delay(ms: number, options: DelayOptions = {}): Promise<void> {
  const { signal, persistent = true } = options;
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (!persistent) Deno.unrefTimer(timer);
  });
}

/** Settles as `promise` does, unless `signal` aborts first: then rejects with its reason. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  return Promise.race([promise, aborted]).finally(() => {
    signal.removeEventListener("abort", onAbort);
  });
}

/**
 * Settles as `promise` does, unless `ms` milliseconds pass first: then rejects with a `DOMException`
 * named `TimeoutError`.
 */
export async function deadline<T>(
  promise: Promise<T>,
  ms: number,
  options: DeadlineOptions = {},
): Promise<T> {
  const timeout = new AbortController();
  const timer = setTimeout(
    () => timeout.abort(new DOMException("Signal timed out.", "TimeoutError")),
    ms,
  );
  const signals = options.signal === undefined
    ? timeout.signal
    : AbortSignal.any([timeout.signal, options.signal]);
  try {
    return await abortable(promise, signals);
  } finally {
    clearTimeout(timer);
  }
}
