/**
 * What the commands of a request are as calls, and what is too large for one.
 *
 * @module
 */

import { type CallError, callError } from "../protocol/errors.ts";
import { isJsonObject, type JsonValue } from "../protocol/json_value.ts";
import { jsonExcess } from "../protocol/json_scan.ts";
import type { Taking } from "../protocol/kept_value.ts";
import { MESSAGE_BYTES_MAX, PAYLOAD_DEPTH_MAX } from "../protocol/limits.ts";
import { Payload } from "../protocol/payload.ts";
import type { Reach } from "../protocol/reach.ts";
import type { PlacedReference, RequestCommand } from "../protocol/request_command.ts";
import { isJsonLongerThan } from "../rpc/json_length.ts";
import type { Filled } from "../rpc/references.ts";
import type { CallSpec } from "./call_record.ts";
import type { Caller } from "./effects.ts";

/** How the commands of a request are called. */
export interface StepManner {
  readonly caller: Caller;
  readonly waits: boolean;
  readonly reach: Reach | undefined;
  /** The result may stay with its node. */
  readonly keeps: boolean;
  /** Results of other nodes that it needs. */
  readonly takes: readonly Taking[];
}

/** The call that a command is, or why it can't be made. */
export function stepSpec(
  command: RequestCommand,
  filled: Filled,
  { takes, ...how }: StepManner,
): { readonly spec: CallSpec } | { readonly error: CallError } {
  const { fun, resources, contract, idempotent, hedgeMs } = command;
  if (!filled.ok) return { error: leadsNowhere(command, filled.missing) };
  const { args, kwargs } = filled;
  // One large result may be referred to many times: the sum must be known before it is text.
  if (isTooLarge([args, kwargs])) {
    const message = `Arguments of ${fun} grow above ${MESSAGE_BYTES_MAX} bytes or ` +
      `${PAYLOAD_DEPTH_MAX} levels`;
    return { error: callError("PAYLOAD_TOO_LARGE", message) };
  }
  return {
    spec: {
      ...{ fun, resources, contract, hedgeMs, ttl: 0, target: undefined },
      args: Payload.fromValue(args),
      kwargs: Object.keys(kwargs).length === 0 ? undefined : Payload.fromValue(kwargs),
      idempotent: idempotent === true,
      ...how,
      takes: takes.length === 0 ? undefined : takes,
    },
  };
}

/** Whether a message could not carry the value; written out only when its length is bounded. */
export function isTooLarge(value: JsonValue): boolean {
  return isJsonLongerThan(value, MESSAGE_BYTES_MAX) ||
    jsonExcess(JSON.stringify(value), MESSAGE_BYTES_MAX, PAYLOAD_DEPTH_MAX + 1) !== undefined;
}

/** The error of one run of a map: what went wrong, and of which item. */
export function ofPart(error: CallError, part: number, where: string): CallError {
  const { code, message, ran, retryable, retryAfterMs, details } = error;
  const known = isJsonObject(details) ? details : {};
  const made = callError(code, `Item ${part} ${where}: ${message}`, ran, {
    details: { ...known, part },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
  return { ...made, retryable };
}

function leadsNowhere({ fun }: RequestCommand, { of, path }: PlacedReference): CallError {
  const source = of === undefined ? "the item of its map" : `the result of ${shown(of)}`;
  const message = `${fun} needs the field ${path.join(".")} of ${source}, which has none`;
  return callError("UNKNOWN_REFERENCE", message);
}

function shown(name: string): string {
  return name.length > 64 ? `${name.slice(0, 64)}…` : name;
}
