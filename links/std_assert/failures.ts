import { AssertionError, show, withSuffix } from "./assertion_error.ts";

/** A class whose instances an assertion can ask for; abstract ones too. */
export type AnyConstructor<T> = abstract new (...args: never[]) => T;

/** Throws, always. */
export function fail(msg?: string): never {
  throw new AssertionError(withSuffix("Failed assertion", msg));
}

/** Throws, always: for a place that must not be reached. */
export function unreachable(reason?: string): never {
  throw new AssertionError(withSuffix("Unreachable", reason));
}

/** Throws unless `actual` is an instance of the class. */
export function assertInstanceOf<T>(
  actual: unknown,
  expectedType: AnyConstructor<T>,
  msg = "",
): asserts actual is T {
  if (actual instanceof expectedType) return;
  const text = `Expected an instance of ${expectedType.name}, got ${show(actual)}`;
  throw new AssertionError(withSuffix(text, msg === "" ? undefined : msg));
}

/** Throws unless `error` is an error of the class whose message contains the text. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: AnyConstructor<E>,
  msgIncludes?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) {
    throw new AssertionError(withSuffix(`Expected an Error, got ${show(error)}`, msg));
  }
  if (ErrorClass !== undefined && !(error instanceof ErrorClass)) {
    const text =
      `Expected the error to be ${ErrorClass.name}, but was ${error.name}: ${error.message}`;
    throw new AssertionError(withSuffix(text, msg), { cause: error });
  }
  if (msgIncludes === undefined) return;
  const says = typeof msgIncludes === "string"
    ? error.message.includes(msgIncludes)
    : msgIncludes.test(error.message);
  if (says) return;
  const text = `Expected the error's message ${show(error.message)} to include ${
    show(msgIncludes)
  }`;
  throw new AssertionError(withSuffix(text, msg), { cause: error });
}

/** Throws unless `fn` throws; returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Throws unless `fn` throws an error of the class whose message contains the text; returns it. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: AnyConstructor<E>,
  msgIncludes?: string,
  msg?: string,
): E;
/** See the signatures above. */
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: AnyConstructor<Error> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  try {
    fn();
  } catch (error) {
    if (typeof classOrMsg === "function") assertIsError(error, classOrMsg, msgIncludes, msg);
    return error;
  }
  throw new AssertionError(
    withSuffix("Expected function to throw", typeof classOrMsg === "string" ? classOrMsg : msg),
  );
}

/** Rejects unless the promise of `fn` rejects; resolves to what it rejected with. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Rejects unless the promise of `fn` rejects with an error of the class and text; resolves to it. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: AnyConstructor<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
/** See the signatures above. */
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: AnyConstructor<Error> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  let returned = false;
  try {
    const pending = fn();
    returned = true;
    await pending;
  } catch (error) {
    if (!returned) {
      throw new AssertionError("Function throws when expected to reject", { cause: error });
    }
    if (typeof classOrMsg === "function") assertIsError(error, classOrMsg, msgIncludes, msg);
    return error;
  }
  throw new AssertionError(
    withSuffix("Expected function to reject", typeof classOrMsg === "string" ? classOrMsg : msg),
  );
}
