import {
  ANY,
  ARGS,
  BOOLEAN,
  FUNCTION,
  ID,
  INTEGER,
  KWARGS,
  LIST,
  OBJECT,
  plainCommand,
  TEXT,
} from "./field_shapes.ts";
import { decodeGossip } from "./json_decode_gossip.ts";
import { decodeServer } from "./json_decode_server.ts";
import { defaulted, listOf, nullable, own, required, type Shape } from "./json_fields.ts";
import type {
  InternalAnswer,
  InternalRequest,
  JsonMessage,
  RpcRequest,
  RpcResponse,
  WireError,
} from "./json_messages.ts";
import { isJsonObject, type JsonObject } from "./json_value.ts";
import { COMMANDS_PER_REQUEST_MAX } from "./limits.ts";
import { Payload } from "./payload.ts";

const COMMANDS = listOf({
  expected: "a command",
  parse: (value) => isJsonObject(value) ? plainCommand(value, "locs") : undefined,
}, COMMANDS_PER_REQUEST_MAX);
const ERROR: Shape<WireError> = {
  expected: "an error",
  parse(value) {
    const error = OBJECT.parse(value);
    return error && {
      code: required(error, "code", INTEGER),
      message: required(error, "message", TEXT),
      details: defaulted(error, "details", ANY, null),
    };
  },
};
const NULLABLE_ERROR = nullable(ERROR, "none" as const);

function rpc(value: JsonObject): RpcRequest {
  return {
    type: "rpc",
    u: required(value, "u", ID),
    commands: required(value, "cmds", COMMANDS),
    returnIntermediateResults: defaulted(value, "return_intermediate_results", BOOLEAN, false),
    includeExecutionSummary: defaulted(value, "include_execution_summary", BOOLEAN, false),
  };
}

function response(value: JsonObject): RpcResponse {
  const error = defaulted(value, "error", NULLABLE_ERROR, "none");
  const intermediateResults = defaulted(value, "intermediate_results", LIST, []);
  const executionSummary = defaulted(value, "execution_summary", nullable(OBJECT, null), null);
  return {
    type: "response",
    u: required(value, "u", ID),
    result: Payload.fromValue(required(value, "r", ANY)),
    error: error === "none" ? undefined : error,
    ...(intermediateResults.length === 0 ? {} : { intermediateResults }),
    ...(executionSummary === null ? {} : { executionSummary }),
  };
}

// The results computed so far, which travel with the request, are not read: they were substituted by the sender.
function internalRequest(value: JsonObject): InternalRequest {
  return {
    type: "internal-rpc",
    u: required(value, "u", ID),
    fun: required(value, "command", FUNCTION),
    args: required(value, "args", ARGS),
    kwargs: defaulted(value, "kwargs", KWARGS, {}),
  };
}

function internalAnswer(value: JsonObject): InternalAnswer {
  return {
    type: "internal-answer",
    u: required(value, "u", ID),
    answer: Payload.fromValue(required(value, "answer", ANY)),
  };
}

/** Parses one kind of message; throws a `ShapeDefect` for what the codec has to refuse. */
export type JsonReader = (value: JsonObject) => JsonMessage;

const READERS: ReadonlyMap<string, JsonReader> = new Map<string, JsonReader>([
  ["rpc", rpc],
  ["server", decodeServer],
  ["gossip", decodeGossip],
  ["internal-rpc", internalRequest],
  ["internal-answer", internalAnswer],
]);

/** The parser for a message, by its role; an answer has none and is known by its key `r`. */
export function jsonReader(value: JsonObject): JsonReader | undefined {
  const role = own(value, "role");
  if (typeof role === "string") return READERS.get(role);
  return role === undefined && own(value, "r") !== undefined ? response : undefined;
}
