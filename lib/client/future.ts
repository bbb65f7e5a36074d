/**
 * Results that are not there yet. A future stands for the result of a call of the same request, or for a field of it, and
 * records which: `page.body` is the field `body` of what `page` will be.
 *
 * @module
 */

/** Key of what only the type checker sees: the value that its caller gets. */
export declare const resultType: unique symbol;

/** Key of what only the type checker sees: the value that travels into another call. */
export declare const travellingType: unique symbol;

/** What tells the type checker which value a future stands for; there are no such fields at run time. */
export interface FutureOf<Result, Travelling = Result> {
  /** Only for the type checker: what the caller gets in place of the future. */
  readonly [resultType]: Result;
  /** Only for the type checker: what another call of the request gets in its place. */
  readonly [travellingType]: Travelling;
}

/** A future of which nothing is known: every field may be asked for. */
export interface UnknownFuture extends FutureOf<unknown> {
  /** The field of what the result will be. */
  readonly [field: string]: UnknownFuture;
}

/** The fields that a result of a known type will have. Items of lists can't be referred to. */
export type FutureFields<Result, Travelling = Result> = Travelling extends readonly unknown[]
  ? unknown
  : Travelling extends object ? {
      readonly [Field in Extract<keyof Travelling, string>]: Future<
        Field extends keyof Result ? Result[Field] : unknown,
        Travelling[Field]
      >;
    }
  : unknown;

/**
 * The result of a call that has not been made. May be an argument of other calls of the same request, or be returned from
 * it; so may each of its fields. It is no promise: there is nothing to await before the request is sent.
 *
 * `Travelling` differs from `Result` only where a contract's schema transforms: other calls get what travels, the caller
 * gets what the schema makes of it.
 */
export type Future<Result = unknown, Travelling = Result> = unknown extends Travelling
  ? UnknownFuture
  : FutureOf<Result, Travelling> & FutureFields<Result, Travelling>;

/**
 * A value, or one with futures in place of it or of anything in it. A field that may be missing can't stand for a value:
 * nothing would come in its place.
 */
export type Futurable<Value> =
  | Value
  | FutureOf<unknown, Exclude<Value, undefined>>
  | (Value extends object ? FuturableFields<Value> : never);

/** A list or an object with futures in place of anything in it. */
export type FuturableFields<Value> = { [Field in keyof Value]: Futurable<Value[Field]> };

/** Which result, or which field of it, a future stands for. */
export interface Reference {
  /** The request it belongs to. */
  readonly request: object;
  /** The command's generated name. */
  readonly name: string;
  /** Fields from the result inwards. */
  readonly path: readonly string[];
}

const REFERENCE = Symbol("farcall reference");

/** Makes a future. What it will be is its maker's word. */
export function futureOf<Result = unknown>(reference: Reference): Future<Result> {
  // Empty, whatever its type says: the handler answers for every field.
  const target: Future = Object.create(null);
  const made: unknown = new Proxy(target, new FutureHandler(reference));
  return made as Future<Result>;
}

/** What a future stands for; `undefined` for every other value. */
export function referenceOf(value: unknown): Reference | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const reference: unknown = Reflect.get(value, REFERENCE);
  return reference instanceof FutureReference ? reference.reference : undefined;
}

/**
 * What stands for a future in JSON until the request is written down. Names are unguessable, so nothing else of a user is such
 * a text.
 */
export function referenceMark({ name, path }: Pick<Reference, "name" | "path">): string {
  return JSON.stringify([name, ...path]);
}

/** Only this module makes one, so no value from outside can pass for a future. */
class FutureReference {
  readonly reference: Reference;
  constructor(reference: Reference) {
    this.reference = reference;
  }
}

class FutureHandler implements ProxyHandler<Future> {
  readonly #reference: Reference;
  readonly #fields = new Map<string, Future>();

  constructor(reference: Reference) {
    this.#reference = reference;
  }

  get(_target: Future, field: PropertyKey): unknown {
    if (field === REFERENCE) return new FutureReference(this.#reference);
    // A field called "then" would make the future a promise that never ends.
    if (typeof field !== "string" || field === "then") return undefined;
    if (field === "toJSON") return () => referenceMark(this.#reference);
    let future = this.#fields.get(field);
    if (future === undefined) {
      future = futureOf({ ...this.#reference, path: [...this.#reference.path, field] });
      this.#fields.set(field, future);
    }
    return future;
  }

  set(_target: Future, field: PropertyKey): boolean {
    throw new TypeError(`Can't set "${String(field)}" of a result that is not there yet`);
  }
}
