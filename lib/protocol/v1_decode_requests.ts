/**
 * From JSON to the requests of `farcall.v1`.
 *
 * @module
 */

import { BOOLEAN, ID, OBJECT, plainCommand, TEXT, URL_OF_NODE } from "./field_shapes.ts";
import type { Taking } from "./kept_value.ts";
import { defaulted, listOf, optional, required, type Shape } from "./json_fields.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "./json_value.ts";
import {
  COMMANDS_PER_REQUEST_MAX,
  DEPTH_MAX,
  MAP_CONCURRENCY_MAX,
  REFERENCES_PER_COMMAND_MAX,
  TAKINGS_PER_CALL_MAX,
  TICKET_LENGTH_MAX,
} from "./limits.ts";
import { reachWord } from "./reach.ts";
import type { MapOver, Place, PlacedReference, RequestCommand } from "./request_command.ts";
import type { Receipt, ReleaseMessage, RequestMessage, TakeMessage } from "./v1_requests.ts";
import { ASKED_CONTRACT, CALL_ID, REACH, TIMEOUT_MS, UINT32 } from "./v1_shapes.ts";

/** Fields from a result inwards. */
export const PATH: Shape<readonly string[]> = listOf(TEXT, DEPTH_MAX);

const CONCURRENCY: Shape<number> = {
  expected: `a whole number from 1 to ${MAP_CONCURRENCY_MAX}`,
  parse: (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= 1 &&
      value <= MAP_CONCURRENCY_MAX
      ? value
      : undefined,
};

/** A place in arguments: which ones, and keys from there inwards. */
export const PLACE: Shape<Place> = {
  expected: `"args" or "kwargs" and at most ${DEPTH_MAX} keys`,
  parse(value) {
    if (!Array.isArray(value) || value.length > DEPTH_MAX + 1) return undefined;
    const [kind, ...keys]: readonly JsonValue[] = value;
    if ((kind !== "args" && kind !== "kwargs") || keys.length === 0) return undefined;
    const known = keys.filter((key): key is string | number =>
      typeof key === "string" || (typeof key === "number" && Number.isSafeInteger(key))
    );
    return known.length === keys.length ? [kind, ...known] : undefined;
  },
};

const TICKET: Shape<string> = {
  expected: `a ticket of at most ${TICKET_LENGTH_MAX} characters`,
  parse: (value) =>
    typeof value === "string" && value.length <= TICKET_LENGTH_MAX ? value : undefined,
};

/** Results that whoever runs a call gets first. */
export const TAKINGS: Shape<readonly Taking[]> = listOf({
  expected: "a result to be got",
  parse(value) {
    const taking = OBJECT.parse(value);
    return taking && {
      at: required(taking, "at", PLACE),
      holder: required(taking, "holder", URL_OF_NODE),
      ticket: required(taking, "ticket", TICKET),
      path: defaulted(taking, "path", PATH, []),
    };
  },
}, TAKINGS_PER_CALL_MAX);

/** A result that stays where it is. */
export const RECEIPT: Shape<Receipt> = {
  expected: "a receipt",
  parse(value) {
    const receipt = OBJECT.parse(value);
    return receipt && {
      ticket: required(receipt, "ticket", TICKET),
      units: required(receipt, "units", UINT32),
    };
  },
};

/** Asks for a result that is kept. */
export function decodeTake(value: JsonObject): TakeMessage {
  return {
    type: "take",
    id: required(value, "id", CALL_ID),
    ticket: required(value, "ticket", TICKET),
    path: defaulted(value, "path", PATH, []),
  };
}

/** A result is not needed any more. */
export function decodeRelease(value: JsonObject): ReleaseMessage {
  return { type: "release", ticket: required(value, "ticket", TICKET) };
}

const PLACED: Shape<PlacedReference> = {
  expected: "a reference",
  parse(value) {
    const placed = OBJECT.parse(value);
    return placed && {
      at: required(placed, "at", PLACE),
      of: optional(placed, "of", ID),
      path: defaulted(placed, "path", PATH, []),
    };
  },
};
const REFS = listOf(PLACED, REFERENCES_PER_COMMAND_MAX);

const OVER: Shape<MapOver> = {
  expected: "a list to be mapped",
  parse(value) {
    const over = OBJECT.parse(value);
    if (over === undefined) return undefined;
    const path = defaulted(over, "path", PATH, []);
    return {
      list: { of: required(over, "of", ID), path },
      concurrency: required(over, "concurrency", CONCURRENCY),
    };
  },
};

function command(value: JsonObject): RequestCommand {
  const contract = optional(value, "contract", ASKED_CONTRACT);
  const over = optional(value, "over", OVER);
  const hedgeMs = optional(value, "hedge_ms", TIMEOUT_MS);
  return {
    ...plainCommand(value, "resources"),
    refs: defaulted(value, "refs", REFS, []),
    ...(contract === undefined ? {} : { contract }),
    ...(over === undefined ? {} : { over }),
    ...(optional(value, "idempotent", BOOLEAN) === true ? { idempotent: true } : {}),
    ...(hedgeMs === undefined ? {} : { hedgeMs }),
  };
}

const COMMANDS = listOf({
  expected: "a command",
  parse: (value) => isJsonObject(value) ? command(value) : undefined,
}, COMMANDS_PER_REQUEST_MAX);
const WANTED = listOf(ID, COMMANDS_PER_REQUEST_MAX);

/** Runs several commands. */
export function decodeRequest(value: JsonObject): RequestMessage {
  const wanted = optional(value, "wanted", WANTED);
  return {
    type: "request",
    id: required(value, "id", CALL_ID),
    commands: required(value, "commands", COMMANDS),
    ...(wanted === undefined ? {} : { wanted }),
    timeoutMs: required(value, "timeout_ms", TIMEOUT_MS),
    ...(optional(value, "wait", BOOLEAN) === true ? { wait: true } : {}),
    ...(optional(value, "progress", BOOLEAN) === true ? { progress: true } : {}),
    ...reachWord(optional(value, "reach", REACH)),
  };
}
