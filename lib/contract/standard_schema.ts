/**
 * What a contract needs of a schema: the shape that schema libraries agreed on as Standard Schema, version 1, and the part
 * of Standard JSON Schema that says a schema to others. Valibot, Zod and ArkType have it; anything else that has it will do.
 *
 * Types only, so a contract brings no library along.
 *
 * @module
 */

/** A schema: checks unknown values, and tells the type checker what goes in and what comes out. */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** Everything of the standard stands under this one key. */
  readonly "~standard": StandardProperties<Input, Output>;
}

/** What a schema of the standard has. */
export interface StandardProperties<Input = unknown, Output = Input> {
  /** Of the standard. */
  readonly version: 1;
  /** The library's name. */
  readonly vendor: string;
  /** Checks a value and, where the schema transforms, makes another one of it. */
  readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
  /** Only for the type checker. */
  readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  /** Says the schema as JSON Schema, where the library can; throws for what JSON Schema can't say. */
  readonly jsonSchema?:
    | { readonly input: (options: { readonly target: string }) => Record<string, unknown> }
    | undefined;
}

/** What a check gave: the value, or what is wrong with it. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One thing that is wrong with a value. */
export interface SchemaIssue {
  /** For people. */
  readonly message: string;
  /** Where, from the outside inwards; nothing = the value itself. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a schema takes, which is what travels. */
export type InputOf<Schema extends StandardSchema> = NonNullable<
  Schema["~standard"]["types"]
>["input"];

/** What a schema makes of it. */
export type OutputOf<Schema extends StandardSchema> = NonNullable<
  Schema["~standard"]["types"]
>["output"];

/** Whether a value is a schema of the standard; some libraries make them functions. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const standard: unknown = Reflect.get(value, "~standard");
  return typeof standard === "object" && standard !== null && "version" in standard &&
    standard.version === 1 && "validate" in standard && typeof standard.validate === "function";
}
