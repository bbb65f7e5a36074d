import type { JsonValue } from "./json_value.ts";

/**
 * Arguments or a result on their way: as JSON text, as a value, or both.
 *
 * A relay passes the text on and never looks inside; whoever needs the value reads it once. Conversions are made on
 * demand and kept.
 */
export class Payload {
  #text: string | undefined;
  #value: JsonValue | undefined;

  private constructor(text: string | undefined, value: JsonValue | undefined) {
    this.#text = text;
    this.#value = value;
  }

  /** A payload that is already JSON text, checked by whoever made it. */
  static fromText(text: string): Payload {
    return new Payload(text, undefined);
  }

  /** A payload from a JSON value. */
  static fromValue(value: JsonValue): Payload {
    return new Payload(undefined, value);
  }

  /**
   * A payload from anything a function returned, or `undefined` when JSON can't say it (a cycle, a bigint, a
   * throwing `toJSON`). `undefined` and functions become `null`.
   */
  static tryFromUnknown(value: unknown): Payload | undefined {
    try {
      return new Payload(JSON.stringify(value) ?? "null", undefined);
    } catch {
      return undefined;
    }
  }

  /** The JSON text. */
  get text(): string {
    return this.#text ??= JSON.stringify(this.#value);
  }

  /** The value. */
  get value(): JsonValue {
    if (this.#value === undefined) this.#value = JSON.parse(this.#text ?? "null") as JsonValue;
    return this.#value;
  }
}
