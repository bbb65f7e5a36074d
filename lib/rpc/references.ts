/**
 * Puts results in place of references, once: what was put in is never searched for references.
 *
 * Results are data of others. Only own properties of objects are followed, and items of lists by their number; the names by
 * which prototypes are reached are refused.
 *
 * @module
 */

import { isJsonObject, type JsonObject, type JsonValue } from "../protocol/json_value.ts";
import type { PlacedReference } from "../protocol/request_command.ts";

/** Arguments of a command. */
export interface Arguments {
  /** Positional ones. */
  readonly args: readonly JsonValue[];
  /** Keyword arguments. */
  readonly kwargs: JsonObject;
}

/** Arguments with results in them, or the first reference that leads nowhere. */
export type Filled =
  | ({ readonly ok: true } & Arguments)
  | { readonly ok: false; readonly missing: PlacedReference };

/** What is to be put in below one place. */
interface Branch {
  ref: PlacedReference | undefined;
  readonly inner: Map<string | number, Branch>;
}

const REFUSED_FIELDS: ReadonlySet<string> = new Set(["__proto__", "prototype", "constructor"]);
const LIST_INDEX = /^(?:0|[1-9][0-9]{0,15})$/;

/**
 * Arguments with each reference replaced by what it refers to; parts without any stay the very same values.
 *
 * What was put in is shared with the results, not copied, so a small value may stand for a very long text: measure it
 * with `isJsonLongerThan` before writing it.
 *
 * @param valueOf What a reference leads to; `undefined` = nowhere.
 */
export function filled(
  { args, kwargs }: Arguments,
  refs: readonly PlacedReference[],
  valueOf: (ref: PlacedReference) => JsonValue | undefined,
): Filled {
  if (refs.length === 0) return { ok: true, args, kwargs };
  const root = branchesOf(refs);
  let missing: PlacedReference | undefined;
  const resolve = (ref: PlacedReference, instead: JsonValue): JsonValue => {
    const value = valueOf(ref);
    if (value !== undefined) return value;
    if (ref.isOptional !== true) missing ??= ref;
    return instead;
  };
  const put = (value: JsonValue, branch: Branch | undefined): JsonValue => {
    if (branch === undefined) return value;
    if (branch.ref !== undefined) return resolve(branch.ref, value);
    if (Array.isArray(value)) return (value as readonly JsonValue[]).map(into(branch, put));
    if (!isJsonObject(value)) return value;
    // Unlike an assignment, this makes an own property of `__proto__` too.
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, put(one, branch.inner.get(key))]),
    );
  };
  const list = put(args, root.inner.get("args"));
  const record = put(kwargs, root.inner.get("kwargs"));
  if (missing !== undefined) return { ok: false, missing };
  return {
    ok: true,
    args: Array.isArray(list) ? list : args,
    kwargs: isJsonObject(record) ? record : kwargs,
  };
}

function into(
  branch: Branch,
  put: (value: JsonValue, branch: Branch | undefined) => JsonValue,
): (value: JsonValue, index: number) => JsonValue {
  return (value, index) => put(value, branch.inner.get(index));
}

function branchesOf(refs: readonly PlacedReference[]): Branch {
  const root: Branch = { ref: undefined, inner: new Map() };
  for (const ref of refs) {
    let branch = root;
    for (const key of ref.at) {
      const inner: Branch = branch.inner.get(key) ?? { ref: undefined, inner: new Map() };
      branch.inner.set(key, inner);
      branch = inner;
    }
    branch.ref ??= ref;
  }
  return root;
}

/** Whether arguments have the place at which a reference is put in. */
export function hasPlace({ args, kwargs }: Arguments, { at }: PlacedReference): boolean {
  const [kind, ...keys] = at;
  let value: JsonValue | undefined = kind === "args" ? args : kwargs;
  for (const key of keys) {
    if (typeof key === "number") value = Array.isArray(value) ? value[key] : undefined;
    else value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    if (value === undefined) return false;
  }
  return true;
}

/**
 * What a path of fields leads to, or `undefined` where it ends early.
 *
 * @param hasLists Whether numbers lead to items of lists. Default: they do.
 */
export function fieldOf(
  value: JsonValue | undefined,
  path: readonly string[],
  hasLists = true,
): JsonValue | undefined {
  let reached = value;
  for (const field of path) {
    if (hasLists && Array.isArray(reached)) {
      reached = LIST_INDEX.test(field) ? reached[Number(field)] : undefined;
    } else if (
      isJsonObject(reached) && !REFUSED_FIELDS.has(field) && Object.hasOwn(reached, field)
    ) reached = reached[field];
    else return undefined;
  }
  return reached;
}
