/** What JSON can say, read-only: values that travel are never changed in place. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | JsonObject;

/** A JSON object; only own properties count, and it is never merged into another object. */
export interface JsonObject {
  /** The value of an own property. */
  readonly [key: string]: JsonValue;
}

/** Whether a JSON value is an object (neither null nor an array). */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
