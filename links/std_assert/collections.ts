import { AssertionError, show, withSuffix } from "./assertion_error.ts";
import { equal } from "./equal.ts";

/** Throws unless the text matches. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (expected.test(actual)) return;
  throw new AssertionError(withSuffix(`Expected ${show(actual)} to match ${expected}`, msg));
}

/** Throws when the text matches. */
export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!expected.test(actual)) return;
  throw new AssertionError(withSuffix(`Expected ${show(actual)} not to match ${expected}`, msg));
}

/** Throws unless the text contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(
    withSuffix(`Expected ${show(actual)} to contain ${show(expected)}`, msg),
  );
}

/** Throws unless each member of `expected` is deeply equal to some member of `actual`. */
export function assertArrayIncludes<T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  msg?: string,
): void {
  const members = Array.from(actual);
  const missing = Array.from(expected).filter((want) => !members.some((have) => equal(have, want)));
  if (missing.length === 0) return;
  const text = `Expected ${show(members)} to include ${show(missing)}`;
  throw new AssertionError(withSuffix(text, msg));
}

function matches(actual: unknown, expected: unknown): boolean {
  if (typeof expected !== "object" || expected === null || typeof actual !== "object") {
    return equal(actual, expected);
  }
  if (actual === null) return false;
  const proto = Object.getPrototypeOf(expected);
  if (proto !== Object.prototype && proto !== null && !Array.isArray(expected)) {
    return equal(actual, expected);
  }
  return Reflect.ownKeys(expected).every((key) =>
    key in actual && matches(Reflect.get(actual, key), Reflect.get(expected, key))
  );
}

/** Throws unless `actual` holds at least the keys and values of `expected`, at every depth. */
export function assertObjectMatch(
  actual: Readonly<Record<PropertyKey, unknown>> | object,
  expected: Readonly<Record<PropertyKey, unknown>>,
  msg?: string,
): void {
  if (matches(actual, expected)) return;
  const text = `Expected ${show(actual)} to match ${show(expected)}`;
  throw new AssertionError(withSuffix(text, msg));
}
