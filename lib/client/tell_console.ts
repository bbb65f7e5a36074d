/**
 * Where errors go that nobody else can be told: a defect that leaves no trace can't be repaired. Both faces of farcall take
 * an `onError` instead.
 */
export function tellConsole(error: unknown): void {
  // deno-lint-ignore no-console -- only where the author gave no `onError`
  console.error("farcall:", error);
}
