type Seen = WeakMap<object, object>;

function isKeyed(value: unknown): value is Map<unknown, unknown> | Set<unknown> {
  return value instanceof Map || value instanceof Set;
}

/** Whether each entry of `a` has an equal partner in `b`, each used once; order does not count. */
function equalEntries(a: Iterable<unknown>, b: Iterable<unknown>, seen: Seen): boolean {
  const rest = [...b];
  for (const entry of a) {
    const at = rest.findIndex((other) => compare(entry, other, seen));
    if (at < 0) return false;
    rest.splice(at, 1);
  }
  return rest.length === 0;
}

/** The own keys that count: enumerable names and symbols (an error's `stack`, say, does not). */
function keysOf(value: object): PropertyKey[] {
  return Reflect.ownKeys(value).filter((key) =>
    Object.prototype.propertyIsEnumerable.call(value, key)
  );
}

function equalProperties(a: object, b: object, seen: Seen): boolean {
  for (const key of new Set([...keysOf(a), ...keysOf(b)])) {
    if (!(key in a) || !(key in b)) return false;
    if (!compare(Reflect.get(a, key), Reflect.get(b, key), seen)) return false;
  }
  return true;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function compareObjects(a: object, b: object, seen: Seen): boolean {
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) {
    const plain = [a, b].every((value) =>
      [Object.prototype, null].includes(Object.getPrototypeOf(value))
    );
    if (!plain) return false;
  }
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b);
  if (a instanceof URL && b instanceof URL) return a.href === b.href;
  if (a instanceof WeakMap || a instanceof WeakSet || a instanceof WeakRef) return false;
  if (typeof a === "function") return false;
  // A pair met again further down is equal if the rest is: this ends the walk of a circle.
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (a instanceof Error && b instanceof Error && (a.name !== b.name || a.message !== b.message)) {
    return false;
  }
  if (a instanceof ArrayBuffer && b instanceof ArrayBuffer) {
    return equalBytes(new Uint8Array(a), new Uint8Array(b));
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) return equalBytes(a, b);
  if (isKeyed(a) && isKeyed(b)) return a.size === b.size && equalEntries(a, b, seen);
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return false;
  return equalProperties(a, b, seen);
}

function compare(a: unknown, b: unknown, seen: Seen): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a === "number" && typeof b === "number") return a === b;
  if (typeof a !== typeof b || a === null || b === null) return false;
  if (typeof a !== "object" && typeof a !== "function") return false;
  return compareObjects(a, Object(b), seen);
}

/** Whether two values are deeply equal; the order of keys, and of a set's members, does not count. */
export function equal(a: unknown, b: unknown): boolean {
  return compare(a, b, new WeakMap());
}
