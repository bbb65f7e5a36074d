/**
 * Small parsers for the fields of a JSON object: what comes out has its type, what can't be parsed is a defect.
 *
 * Only own properties are read, so a key like `__proto__` or `constructor` is a field like any other. A defect is thrown
 * inside the codecs and caught in one place there; it never leaves them.
 *
 * @module
 */

import type { JsonObject, JsonValue } from "./json_value.ts";

/** A field that is not what the wire's specification asks for. */
export class ShapeDefect extends Error {
  /** Always `"ShapeDefect"`. */
  override readonly name = "ShapeDefect";
}

/** What a field may hold. */
export interface Shape<Value> {
  /** In words, for the message of the defect. */
  readonly expected: string;
  /** The value in its type, or `undefined` if it is none. */
  readonly parse: (value: JsonValue) => Value | undefined;
}

/** An object's own property; `undefined` when it has none of that name. */
export function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function parsed<Value>(key: string, value: JsonValue, shape: Shape<Value>): Value {
  const made = shape.parse(value);
  if (made === undefined) throw new ShapeDefect(`Field ${key} is not ${shape.expected}`);
  return made;
}

/**
 * A field that must be there.
 *
 * @throws {ShapeDefect} If it is missing or not of the shape.
 */
export function required<Value>(object: JsonObject, key: string, shape: Shape<Value>): Value {
  const value = own(object, key);
  if (value === undefined) {
    throw new ShapeDefect(`Field ${key} is missing, expected ${shape.expected}`);
  }
  return parsed(key, value, shape);
}

/**
 * A field that may be missing, then `undefined`. `null` is a value like any other and must be of the shape.
 *
 * @throws {ShapeDefect} If it is there and not of the shape.
 */
export function optional<Value>(
  object: JsonObject,
  key: string,
  shape: Shape<Value>,
): Value | undefined {
  const value = own(object, key);
  return value === undefined ? undefined : parsed(key, value, shape);
}

/**
 * A field that may be missing, then `fallback`.
 *
 * @throws {ShapeDefect} If it is there and not of the shape.
 */
export function defaulted<Value>(
  object: JsonObject,
  key: string,
  shape: Shape<Value>,
  fallback: Value,
): Value {
  const value = optional(object, key, shape);
  return value === undefined ? fallback : value;
}

/** A list of at most `max` values, each of one shape. */
export function listOf<Value>(shape: Shape<Value>, max: number): Shape<readonly Value[]> {
  return {
    expected: `a list of at most ${max}, each ${shape.expected}`,
    parse(value: JsonValue): readonly Value[] | undefined {
      if (!Array.isArray(value) || value.length > max) return undefined;
      const made: Value[] = [];
      for (const one of value as readonly JsonValue[]) {
        const item = shape.parse(one);
        if (item === undefined) return undefined;
        made.push(item);
      }
      return made;
    },
  };
}

/** The same list with each value once, in order of first appearance: what the reference calls a set. */
export function setOf<Value>(shape: Shape<Value>, max: number): Shape<readonly Value[]> {
  const list = listOf(shape, max);
  return {
    expected: list.expected,
    parse(value: JsonValue): readonly Value[] | undefined {
      const made = list.parse(value);
      if (made === undefined || made.length < 2) return made;
      return [...new Set(made)];
    },
  };
}

/** A shape or `null`; `null` becomes the given value. */
export function nullable<Value, Instead>(
  shape: Shape<Value>,
  instead: Instead,
): Shape<Value | Instead> {
  return {
    expected: `${shape.expected} or null`,
    parse: (value: JsonValue): Value | Instead | undefined =>
      value === null ? instead : shape.parse(value),
  };
}
