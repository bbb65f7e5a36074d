import { type JournalledCall, readJournals } from "./storm_journal.ts";

/** A call may end so much later than its deadline, or than its caller gave it up, in ms. */
const LATE_MS = 250;

/** What the journals of a storm say. */
export interface StormResult {
  readonly calls: number;
  /** What was broken; empty = nothing. */
  readonly broken: readonly string[];
  /** Calls by how they ended. */
  readonly ends: Readonly<Record<string, number>>;
  /** Runs beyond the first of calls that may run again. */
  readonly repeats: number;
  /** The latest end after a deadline, in ms, without what its caller stood still. */
  readonly latestMs: number;
}

/**
 * Joins what callers and functions wrote down.
 *
 * @param died Names of processes that ended while they called: nobody was left to hear how those calls end.
 */
export async function readBooks(
  directory: string,
  died: ReadonlySet<string>,
): Promise<StormResult> {
  const calls = [...(await readJournals(directory)).values()];
  const ends: Record<string, number> = {};
  for (const { ends: [end] } of calls) {
    const how = end?.how ?? "its caller died";
    ends[how] = (ends[how] ?? 0) + 1;
  }
  return {
    calls: calls.length,
    broken: calls.flatMap((call) => {
      const text = defect(call, died.has(call.id.slice(0, call.id.lastIndexOf("."))));
      return text === undefined ? [] : [`call ${call.id} of ${call.fun} ${text}`];
    }),
    ends,
    repeats: calls.reduce((sum, { runs }) => sum + Math.max(0, runs - 1), 0),
    latestMs: Math.max(...calls.flatMap(({ ends }) => ends.map(({ lateMs }) => lateMs))),
  };
}

/** What a call did not keep. */
function defect(call: JournalledCall, hasCallerDied: boolean): string | undefined {
  const { fun, mayRepeat, runs, ends } = call;
  if (fun === "") return "ran, and nobody called it";
  if (!mayRepeat && runs > 1) return `ran ${runs} times`;
  const [end] = ends;
  if (end === undefined) return hasCallerDied ? undefined : "never ended";
  if (ends.length > 1) return `ended ${ends.length} times`;
  const { how, lateMs } = end;
  if (lateMs > LATE_MS) return `ended ${lateMs} ms too late, as ${how}`;
  if (how.startsWith("wrong:")) return `got what it must not: ${how}`;
  if (runs === 0 && (how === "ok" || how.endsWith("/yes"))) {
    return `ended as ${how}, and did not run`;
  }
  if (runs > 0 && how.endsWith("/no")) return `ended as ${how}, and ran ${runs} times`;
  return undefined;
}
