import type { StandardSchema } from "./standard_schema.ts";

/** What caller and provider agree on, whatever the function gives. */
export interface ContractTerms {
  /** A schema for each positional argument; trailing ones that allow `undefined` may be left out. */
  readonly args: readonly StandardSchema[];
  /** A schema of the object of keyword arguments. Default: there are none. */
  readonly kwargs?: StandardSchema;
  /** Resources that every provider has and every call asks for. Default: none. */
  readonly resources?: readonly string[];
  /** Whether running it twice does no harm, so that farcall may try again by itself. Default `false`. */
  readonly idempotent?: boolean;
  /** Errors that callers may see, by name, each with a schema of its data. Default: none. */
  readonly errors?: Readonly<Record<string, StandardSchema>>;
  /** For people: what the author calls this edition, at most 64 characters. Default: none. */
  readonly version?: string;
}

/** Terms of a function that gives one result. */
export interface ReturningTerms extends ContractTerms {
  /** A schema of the result. */
  readonly returns: StandardSchema;
  /** Belongs to functions that give many values. */
  readonly yields?: never;
}

/** Terms of a function that gives any number of values, one after the other. */
export interface YieldingTerms extends ContractTerms {
  /** A schema of each value. */
  readonly yields: StandardSchema;
  /** Belongs to functions that give one result. */
  readonly returns?: never;
}
