import type { CallOptions } from "./call_options.ts";
import type { UntypedCalling } from "./calling.ts";

type Bounds = Pick<CallOptions, "timeout" | "signal">;

/**
 * The calls of a function that runs: they end no later than the call that it serves.
 *
 * @param calls Where they go.
 * @param signal Aborts when the caller of the function gives up.
 * @param remaining Milliseconds that are left of the caller's time.
 */
export function boundedCalls(
  calls: UntypedCalling,
  signal: AbortSignal,
  remaining: () => number,
): UntypedCalling {
  const bounded = <Options extends Bounds>(options: Options): Options => ({
    ...options,
    // With no time left the call must fail by its deadline, not by a bad argument.
    timeout: Math.min(options.timeout ?? Infinity, Math.max(1, remaining())),
    signal: options.signal === undefined ? signal : AbortSignal.any([options.signal, signal]),
  });
  return {
    call: (target, args, options) => calls.call(target, args, bounded(options)),
    request: (build, options) => calls.request(build, bounded(options)),
    follow: (build, options) => calls.follow(build, bounded(options)),
    stream: (target, args, options) => calls.stream(target, args, bounded(options)),
    explain: (name, options) => calls.explain(name, bounded(options)),
    describe: (target, options) => calls.describe(target, bounded(options)),
    discover: (options) => calls.discover(bounded(options)),
  };
}
