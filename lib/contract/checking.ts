/**
 * Holds values against the schemas of a contract. A check is over at once unless one of the schemas takes its time, then it
 * is a promise; what is wrong is said with the path of the field, `args[0].url`.
 *
 * @module
 */

import type { ContractTerms } from "./terms.ts";
import type { SchemaIssue, SchemaResult, StandardSchema } from "./standard_schema.ts";

/** Issues that are told of one value, at most. */
const ISSUES_MAX = 16;
/** Longest message of an issue, in UTF-16 units: some libraries put the whole value into it. */
const ISSUE_MESSAGE_MAX = 200;
/** Longest path of an issue, in UTF-16 units. */
const ISSUE_PATH_MAX = 200;

/** One field that is not what its schema asks for. */
export type FieldIssue = {
  /** Where: `args[0].url`, `kwargs.limit`, `result.body`. */
  readonly path: string;
  /** The schema's words. */
  readonly message: string;
};

/** What a check gave. */
export type Checked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly issues: readonly FieldIssue[] };

/** Now, or later where a schema takes its time. */
export type Soon<Value> = Value | Promise<Value>;

/** Arguments that were held against a contract, as the function gets them. */
export interface CheckedArguments {
  /** One for each schema of the contract. */
  readonly args: unknown[];
  /** An empty object where the contract has none. */
  readonly kwargs: unknown;
}

/**
 * Holds one value against a schema.
 *
 * @param where How its path begins.
 * @throws Whatever the schema throws; a rejection of the schema passes through too.
 */
export function checkValue(
  schema: StandardSchema,
  value: unknown,
  where: string,
): Soon<Checked<unknown>> {
  const result = schema["~standard"].validate(value);
  const read = (made: SchemaResult<unknown>): Checked<unknown> => readResult(made, where);
  return result instanceof Promise ? result.then(read) : read(result);
}

/**
 * Holds arguments against a contract.
 *
 * @param args What travels; missing trailing ones count as `undefined`.
 * @param kwargs What travels; an empty object where there are none.
 * @param isKnown Whether an argument, or with `"kwargs"` the keyword arguments, can be checked already. Default: all.
 */
export function checkArguments(
  terms: ContractTerms,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
  isKnown: (which: number | "kwargs") => boolean = () => true,
): Soon<Checked<CheckedArguments>> {
  const surplus = surplusIssues(terms, args, kwargs);
  if (surplus.length > 0) return { ok: false, issues: surplus };
  const parts = terms.args.map((schema, index): Soon<Checked<unknown>> => {
    const value = args[index];
    return isKnown(index) ? checkValue(schema, value, `args[${index}]`) : { ok: true, value };
  });
  parts.push(
    terms.kwargs === undefined || !isKnown("kwargs")
      ? { ok: true, value: kwargs }
      : checkValue(terms.kwargs, kwargs, "kwargs"),
  );
  const over = parts.filter((part): part is Checked<unknown> => !(part instanceof Promise));
  return over.length === parts.length ? joined(over) : Promise.all(parts).then(joined);
}

function surplusIssues(
  terms: ContractTerms,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): readonly FieldIssue[] {
  const count = terms.args.length;
  if (args.length > count) {
    return [{ path: `args[${count}]`, message: `There are only ${count} arguments` }];
  }
  const [extra] = terms.kwargs === undefined ? Object.keys(kwargs) : [];
  if (extra === undefined) return [];
  return [{ path: pathText("kwargs", [extra]), message: "There are no keyword arguments" }];
}

/** All parts as one: the last is the keyword arguments. */
function joined(parts: readonly Checked<unknown>[]): Checked<CheckedArguments> {
  const values: unknown[] = [];
  const issues: FieldIssue[] = [];
  for (const part of parts) {
    if (part.ok) values.push(part.value);
    else issues.push(...part.issues);
  }
  if (issues.length > 0) return { ok: false, issues: issues.slice(0, ISSUES_MAX) };
  const kwargs = values.pop();
  return { ok: true, value: { args: values, kwargs } };
}

function readResult(result: SchemaResult<unknown>, where: string): Checked<unknown> {
  if (result.issues === undefined) return { ok: true, value: result.value };
  // Lists of some libraries are of classes of their own, whose `map` makes another of these: first a plain list.
  const issues = [...result.issues].slice(0, ISSUES_MAX).map((issue) => fieldIssue(issue, where));
  return { ok: false, issues };
}

function fieldIssue({ path, message }: SchemaIssue, where: string): FieldIssue {
  const keys = [...(path ?? [])].map((part) => typeof part === "object" ? part.key : part);
  return { path: pathText(where, keys), message: cut(message, ISSUE_MESSAGE_MAX) };
}

function pathText(where: string, keys: readonly PropertyKey[]): string {
  const text = keys.map((key) =>
    typeof key === "number" || /^\d+$/.test(String(key))
      ? `[${String(key)}]`
      : /^[\w$]+$/.test(String(key))
      ? `.${String(key)}`
      : `[${JSON.stringify(String(key))}]`
  ).join("");
  return cut(where + text, ISSUE_PATH_MAX);
}

function cut(text: string, max: number): string {
  const safe = text.toWellFormed();
  return safe.length <= max ? safe : `${safe.slice(0, max - 1).toWellFormed()}…`;
}
