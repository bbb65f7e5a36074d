import { AssertionError, show, withSuffix } from "./assertion_error.ts";
import { equal } from "./equal.ts";

/** Throws unless `expr` is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** Throws unless `expr` is falsy. */
export function assertFalse(expr: unknown, msg = ""): void {
  if (expr) throw new AssertionError(msg);
}

/** Throws unless the values are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  const detail = `\n    actual:   ${show(actual)}\n    expected: ${show(expected)}`;
  throw new AssertionError(withSuffix("Values are not equal", msg) + detail);
}

/** Throws when the values are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(withSuffix(`Expected a value other than ${show(actual)}`, msg));
}

/** Throws unless the values are the same by `Object.is`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const detail = `\n    actual:   ${show(actual)}\n    expected: ${show(expected)}`;
  throw new AssertionError(withSuffix("Values are not strictly equal", msg) + detail);
}

/** Throws when the values are the same by `Object.is`. */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!Object.is(actual, expected)) return;
  throw new AssertionError(withSuffix(`Expected a value other than ${show(actual)}`, msg));
}

/** Throws when the value is `null` or `undefined`. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual !== undefined && actual !== null) return;
  throw new AssertionError(withSuffix(`Expected a value, got ${show(actual)}`, msg));
}

function compared(
  holds: boolean,
  actual: unknown,
  words: string,
  other: unknown,
  msg?: string,
): void {
  if (holds) return;
  throw new AssertionError(
    withSuffix(`Expected ${show(actual)} to be ${words} ${show(other)}`, msg),
  );
}

/** Throws unless `actual` is greater than `expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  compared(actual > expected, actual, "greater than", expected, msg);
}

/** Throws unless `actual` is greater than or equal to `expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  compared(actual >= expected, actual, "at least", expected, msg);
}

/** Throws unless `actual` is less than `expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  compared(actual < expected, actual, "less than", expected, msg);
}

/** Throws unless `actual` is less than or equal to `expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  compared(actual <= expected, actual, "at most", expected, msg);
}

/** Throws unless the numbers differ by at most `tolerance`. Default: a ten-millionth of `expected`. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const allowed = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  compared(Math.abs(expected - actual) <= allowed, actual, `within ${allowed} of`, expected, msg);
}
