/**
 * A contract as JSON: what its digest is of, and what others can be told of it.
 *
 * @module
 */

import type { JsonObject, JsonValue } from "../protocol/json_value.ts";
import { CONTRACT_BYTES_MAX } from "../protocol/limits.ts";
import type { FunctionName, ResourceName } from "../protocol/names.ts";
import { Payload } from "../protocol/payload.ts";
import { canonicalJson } from "./canonical_json.ts";
import type { StandardSchema } from "./standard_schema.ts";
import type { ContractTerms } from "./terms.ts";

/** The JSON Schema that schemas are asked for. */
const TARGET = "draft-2020-12";

/** What a document is made of. */
export interface DocumentParts {
  /** The function. */
  readonly name: FunctionName;
  /** What was agreed on. */
  readonly terms: ContractTerms & {
    readonly returns?: StandardSchema | undefined;
    readonly yields?: StandardSchema | undefined;
  };
  /** Sorted. */
  readonly resources: readonly ResourceName[];
  /** Whether running it twice does no harm. */
  readonly idempotent: boolean;
}

/**
 * The canonical JSON of a contract: its name, resources, idempotence and schemas as JSON Schema of what travels. A schema
 * that its library can't say is null, so a change of it changes nothing here. The version is not in it: two editions that
 * say the same are the same contract.
 *
 * @throws {RangeError} If it is longer than 64 KiB.
 */
export function contractText({ name, terms, resources, idempotent }: DocumentParts): string {
  const { args, kwargs, returns, yields, errors } = terms;
  const document: JsonObject = {
    name,
    args: args.map(jsonSchema),
    ...(kwargs === undefined ? {} : { kwargs: jsonSchema(kwargs) }),
    ...(returns === undefined ? {} : { returns: jsonSchema(returns) }),
    ...(yields === undefined ? {} : { yields: jsonSchema(yields) }),
    ...(errors === undefined ? {} : {
      errors: Object.fromEntries(
        Object.entries(errors).map(([error, schema]) => [error, jsonSchema(schema)]),
      ),
    }),
    resources,
    idempotent,
  };
  const text = canonicalJson(document);
  if (new TextEncoder().encode(text).length <= CONTRACT_BYTES_MAX) return text;
  throw new RangeError(`The contract of ${name} is longer than ${CONTRACT_BYTES_MAX} bytes`);
}

function jsonSchema(schema: StandardSchema): JsonValue {
  let said: Record<string, unknown> | undefined;
  try {
    said = schema["~standard"].jsonSchema?.input({ target: TARGET });
  } catch {
    // JSON Schema has no word for it.
  }
  // Through JSON, which leaves out what a library keeps for itself.
  return Payload.fromText(Payload.tryFromUnknown(said ?? null)?.text ?? "null").value;
}
