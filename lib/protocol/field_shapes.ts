/**
 * The shapes that both dialects share: names, numbers, arguments, commands.
 *
 * @module
 */

import type { Command } from "./json_messages.ts";
import { defaulted, listOf, required, setOf, type Shape } from "./json_fields.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "./json_value.ts";
import {
  ADVERTISED_URLS_MAX,
  ARGUMENTS_MAX,
  FUNCTIONS_PER_HELLO_MAX,
  ID_LENGTH_MAX,
  RESOURCES_PER_OFFER_MAX,
} from "./limits.ts";
import {
  type AnnouncementId,
  type ClusterId,
  type FunctionName,
  type HopCount,
  type NodeUrl,
  type ResourceName,
  tryAnnouncementId,
  tryClusterId,
  tryFunctionName,
  tryHopCount,
  tryNodeUrl,
  tryResourceName,
} from "./names.ts";

/** Anything that JSON can say. */
export const ANY: Shape<JsonValue> = { expected: "a JSON value", parse: (value) => value };
/** Any string. */
export const TEXT: Shape<string> = {
  expected: "a string",
  parse: (value) => typeof value === "string" ? value : undefined,
};
/** A free string of the caller: an id or a command's name. */
export const ID: Shape<string> = {
  expected: `a string of at most ${ID_LENGTH_MAX} characters`,
  parse: (value) => typeof value === "string" && value.length <= ID_LENGTH_MAX ? value : undefined,
};
/** True or false. */
export const BOOLEAN: Shape<boolean> = {
  expected: "true or false",
  parse: (value) => typeof value === "boolean" ? value : undefined,
};
/** A finite number: the parser reads `1e400` as infinity. */
export const NUMBER: Shape<number> = {
  expected: "a finite number",
  parse: (value) => typeof value === "number" && Number.isFinite(value) ? value : undefined,
};
/** A whole number within the safe integers. */
export const INTEGER: Shape<number> = {
  expected: "a whole number",
  parse: (value) => typeof value === "number" && Number.isSafeInteger(value) ? value : undefined,
};
/** An array, whatever is in it. */
export const LIST: Shape<readonly JsonValue[]> = {
  expected: "a list",
  parse: (value) => Array.isArray(value) ? value : undefined,
};
/** An object, whatever is in it. */
export const OBJECT: Shape<JsonObject> = {
  expected: "an object",
  parse: (value) => isJsonObject(value) ? value : undefined,
};
/** Positional arguments. */
export const ARGS: Shape<readonly JsonValue[]> = {
  expected: `a list of at most ${ARGUMENTS_MAX} arguments`,
  parse: (value) => Array.isArray(value) && value.length <= ARGUMENTS_MAX ? value : undefined,
};
/** Keyword arguments. */
export const KWARGS: Shape<JsonObject> = {
  expected: `an object of at most ${ARGUMENTS_MAX} arguments`,
  parse: (value) =>
    isJsonObject(value) && Object.keys(value).length <= ARGUMENTS_MAX ? value : undefined,
};

/** A function's name. */
export const FUNCTION: Shape<FunctionName> = {
  expected: "a function name",
  parse: tryFunctionName,
};
/** A node's address. */
export const URL_OF_NODE: Shape<NodeUrl> = { expected: "a node URL", parse: tryNodeUrl };
/** A cluster's name. */
export const CLUSTER: Shape<ClusterId> = { expected: "a cluster id", parse: tryClusterId };
/** An announcement's id, the empty one too. */
export const ANNOUNCEMENT: Shape<AnnouncementId> = {
  expected: "an announcement id",
  parse: tryAnnouncementId,
};
/** How many forwardings. */
export const HOPS: Shape<HopCount> = {
  expected: "a hop count, a whole number from 0",
  parse: tryHopCount,
};
const RESOURCE: Shape<ResourceName> = { expected: "a resource name", parse: tryResourceName };
/** Functions a node tells of. */
export const FUNCTIONS: Shape<readonly FunctionName[]> = listOf(FUNCTION, FUNCTIONS_PER_HELLO_MAX);
/** A set of resources. */
export const RESOURCES: Shape<readonly ResourceName[]> = setOf(RESOURCE, RESOURCES_PER_OFFER_MAX);

/** Addresses of a node; the reference takes any string for one, so what nobody can dial is left out. */
export const ADVERTISED_URLS: Shape<readonly NodeUrl[]> = {
  expected: `a list of at most ${ADVERTISED_URLS_MAX} strings`,
  parse(value) {
    const urls = listOf(TEXT, ADVERTISED_URLS_MAX).parse(value);
    return urls?.map(tryNodeUrl).filter((url) => url !== undefined);
  },
};

/**
 * What every command has.
 *
 * @param resourcesKey The dialects differ in the key of the resources.
 */
export function plainCommand(value: JsonObject, resourcesKey: "locs" | "resources"): Command {
  return {
    name: required(value, "name", ID),
    fun: required(value, "fun", FUNCTION),
    args: defaulted(value, "args", ARGS, []),
    kwargs: defaulted(value, "kwargs", KWARGS, {}),
    resources: defaulted(value, resourcesKey, RESOURCES, []),
  };
}
