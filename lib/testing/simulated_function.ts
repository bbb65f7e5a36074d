import type { Invocation } from "../core/effects.ts";
import { callError } from "../protocol/errors.ts";
import type { JsonObject, JsonValue } from "../protocol/json_value.ts";
import { Payload } from "../protocol/payload.ts";

/** What a simulated function may look at besides its arguments. */
export interface SimulatedContext {
  /** Name of the node that it runs on. */
  readonly node: string;
  /** World time in ms. */
  readonly now: number;
  /** The world's own randomness, uniform in [0, 1): the only kind that a simulation can replay. */
  readonly random: () => number;
}

/**
 * A function of a simulated node: plain and synchronous, since no time passes but the world's. What it throws becomes a
 * `HANDLER_ERROR`, as on a real node.
 */
export type SimulatedFunction = (args: readonly JsonValue[], context: SimulatedContext) => unknown;

/** How a run of a function ended, as the node's core wants to hear it. */
export type Ended =
  | { readonly type: "returned"; readonly invocation: number; readonly value: Payload }
  | {
    readonly type: "threw";
    readonly invocation: number;
    readonly error: ReturnType<typeof callError>;
  };

/** Keyword under which the simulator numbers its calls. */
const NUMBER_KEY = "simulated call";

/** The keyword arguments that number a call. */
export function numbered(call: number): Payload {
  return Payload.fromValue(numberedKwargs(call));
}

/** The same, as a value. */
export function numberedKwargs(call: number): JsonObject {
  return { [NUMBER_KEY]: call };
}

/** The call's number, 0 where it has none. */
export function numberOf(kwargs: Payload | undefined): number {
  const value = kwargs?.value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return 0;
  const number = (value as { readonly [key: string]: JsonValue })[NUMBER_KEY];
  return typeof number === "number" ? number : 0;
}

/** Runs a function once. */
export function runFunction(
  run: SimulatedFunction,
  { invocation, args }: Invocation,
  context: SimulatedContext,
): Ended {
  const list = args.value;
  try {
    const value = Payload.tryFromUnknown(run(Array.isArray(list) ? list : [], context));
    if (value !== undefined) return { type: "returned", invocation, value };
    const error = callError("RESULT_NOT_SERIALIZABLE", "The result is no JSON", "yes");
    return { type: "threw", invocation, error };
  } catch (caught) {
    const message = caught instanceof Error ? caught.message : String(caught);
    return { type: "threw", invocation, error: callError("HANDLER_ERROR", message, "yes") };
  }
}
