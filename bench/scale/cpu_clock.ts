/**
 * The time that the program's main thread has run, where the system tells it.
 *
 * @module
 */

/** Linux counts in hundredths of a second for everybody, whatever the kernel's own tick. */
const TICK_MS = 10;
/** Fields of `stat` behind the command's name, which is in brackets. */
const USER_FIELD = 11;
const SYSTEM_FIELD = 12;

/** Milliseconds of processor time of the main thread; `NaN` where the system does not tell. */
export function cpuNow(): number {
  try {
    const text = Deno.readTextFileSync(`/proc/self/task/${Deno.pid}/stat`);
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[USER_FIELD]) + Number(fields[SYSTEM_FIELD])) * TICK_MS;
  } catch {
    return NaN;
  }
}
