/**
 * From JSON to the messages of streams in `farcall.v1`.
 *
 * @module
 */

import { LIST } from "./field_shapes.ts";
import { optional, required, type Shape } from "./json_fields.ts";
import type { JsonObject, JsonValue } from "./json_value.ts";
import { Payload } from "./payload.ts";
import { ARGUMENT_PLACE, CALL_ID, CREDIT } from "./v1_shapes.ts";
import type { CreditMessage, EndMessage, ItemsMessage, StopMessage } from "./v1_stream_messages.ts";

const VALUES: Shape<readonly JsonValue[]> = {
  expected: "a list of one value at least",
  parse(value) {
    const list = LIST.parse(value);
    return list === undefined || list.length === 0 ? undefined : list;
  },
};

/** Values of a stream. */
export function decodeItems(value: JsonObject): ItemsMessage {
  const values = required(value, "values", VALUES);
  return {
    ...{ type: "items", id: required(value, "id", CALL_ID) },
    ...argOf(value),
    batch: { list: Payload.fromValue(values), count: values.length },
  };
}

/** More of a stream may be sent. */
export function decodeCredit(value: JsonObject): CreditMessage {
  return {
    ...{ type: "credit", id: required(value, "id", CALL_ID) },
    ...argOf(value),
    units: required(value, "units", CREDIT),
  };
}

/** All of an argument has come. */
export function decodeEnd(value: JsonObject): EndMessage {
  const arg = required(value, "arg", ARGUMENT_PLACE);
  return { type: "end", id: required(value, "id", CALL_ID), arg };
}

/** No more of an argument is wanted. */
export function decodeStop(value: JsonObject): StopMessage {
  const arg = required(value, "arg", ARGUMENT_PLACE);
  return { type: "stop", id: required(value, "id", CALL_ID), arg };
}

function argOf(value: JsonObject): { readonly arg?: number } {
  const arg = optional(value, "arg", ARGUMENT_PLACE);
  return arg === undefined ? {} : { arg };
}
