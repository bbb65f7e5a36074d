/**
 * A stand-in for `@std/assert`, used where the JSR registry cannot be reached: the same names and the
 * same behaviour for what this project calls. A release runs the same tests against the real one.
 *
 * @module
 */
export { AssertionError } from "./assertion_error.ts";
export { equal } from "./equal.ts";
export * from "./values.ts";
export * from "./collections.ts";
export * from "./failures.ts";
