/**
 * What the type checker reads out of a contract's terms. "In" is what travels and what a schema takes, "Out" what it makes
 * of it: a caller gives `ArgsIn` and gets `ResultOut`, a function gets `ArgsOut` and gives `ResultIn`.
 *
 * @module
 */

import type { ContractTerms, ReturningTerms, YieldingTerms } from "./terms.ts";
import type { InputOf, OutputOf, StandardSchema } from "./standard_schema.ts";

/** Positional arguments as a caller gives them; trailing ones that allow `undefined` may be left out. */
export type ArgsIn<Terms extends ContractTerms> = InputTuple<Terms["args"]>;

/** What the schemas of a list take; trailing ones that allow `undefined` may be left out. */
export type InputTuple<Schemas extends readonly StandardSchema[]> = Schemas extends
  readonly [...infer Rest extends readonly StandardSchema[], infer Last extends StandardSchema]
  ? undefined extends InputOf<Last> ? [...InputTuple<Rest>, InputOf<Last>?]
  : { -readonly [Index in keyof Schemas]: InputOf<Schemas[Index]> }
  : { -readonly [Index in keyof Schemas]: InputOf<Schemas[Index]> };

/** Positional arguments as the function gets them. */
export type ArgsOut<Terms extends ContractTerms> = OutputTuple<Terms["args"]>;

/** What the schemas of a list make. */
export type OutputTuple<Schemas extends readonly StandardSchema[]> = {
  -readonly [Index in keyof Schemas]: OutputOf<Schemas[Index]>;
};

/** Keyword arguments as a caller gives them; `never` where there are none. */
export type KwargsIn<Terms extends ContractTerms> = Terms extends
  { readonly kwargs: infer Schema extends StandardSchema } ? InputOf<Schema> : never;

/** Keyword arguments as the function gets them: an empty object where there are none. */
export type KwargsOut<Terms extends ContractTerms> = Terms extends
  { readonly kwargs: infer Schema extends StandardSchema } ? OutputOf<Schema>
  : Readonly<Record<string, never>>;

/** The result as the function gives it. */
export type ResultIn<Terms extends ReturningTerms> = InputOf<Terms["returns"]>;

/** The result as the caller gets it. */
export type ResultOut<Terms extends ReturningTerms> = OutputOf<Terms["returns"]>;

/** Each value as the function gives it. */
export type YieldIn<Terms extends YieldingTerms> = InputOf<Terms["yields"]>;

/** Each value as the reader gets it. */
export type YieldOut<Terms extends YieldingTerms> = OutputOf<Terms["yields"]>;

/** The declared errors' schemas by name. */
export type ErrorsOf<Terms extends ContractTerms> = Terms extends
  { readonly errors: infer Errors extends Readonly<Record<string, StandardSchema>> } ? Errors
  : Readonly<Record<never, never>>;

/** Names of the declared errors. */
export type ErrorName<Terms extends ContractTerms> = keyof ErrorsOf<Terms> & string;

/** An error's data as the function gives it. */
export type ErrorIn<Terms extends ContractTerms, Name extends ErrorName<Terms>> =
  ErrorsOf<Terms>[Name] extends StandardSchema ? InputOf<ErrorsOf<Terms>[Name]> : never;

/** An error's data as the caller gets it. */
export type ErrorOut<Terms extends ContractTerms, Name extends ErrorName<Terms>> =
  ErrorsOf<Terms>[Name] extends StandardSchema ? OutputOf<ErrorsOf<Terms>[Name]> : never;
