/**
 * The same object, but no call of one of its methods throws: a machine in the middle of a step must not be left half way
 * because somebody who listens to it failed.
 *
 * @param target Its methods are called on it, as ever.
 * @param failed Hears what a method threw; the call then returns `undefined`, so only methods without a result fit.
 */
export function guarded<Target extends object>(
  target: Target,
  failed: (error: unknown) => void,
): Target {
  const guard: Target = Object.create(target);
  let level: object | null = target;
  while (level !== null && level !== Object.prototype) {
    for (const name of Reflect.ownKeys(level)) guardOne(guard, target, name, failed);
    level = Object.getPrototypeOf(level);
  }
  return guard;
}

function guardOne(
  guard: object,
  target: object,
  name: PropertyKey,
  failed: (error: unknown) => void,
): void {
  if (name === "constructor" || Object.hasOwn(guard, name)) return;
  const method: unknown = Reflect.get(target, name);
  if (typeof method !== "function") return;
  const value = (...args: unknown[]): unknown => {
    try {
      return Reflect.apply(method, target, args);
    } catch (error) {
      return failed(error);
    }
  };
  Object.defineProperty(guard, name, { value });
}
