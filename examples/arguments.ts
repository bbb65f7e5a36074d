// deno-lint-ignore-file no-console
/**
 * What the programs of this folder share: flags with clear errors, and exit codes. 0 = well, 1 = it failed, 2 = it was
 * called wrongly.
 *
 * @module
 */
import { FarcallError } from "@farcall/farcall";

/** The program was called wrongly; the message is all that its user needs. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Runs a program and exits with its code.
 *
 * @param usage Printed for `--help`.
 * @param main Returns the exit code. What it throws becomes one sentence on stderr.
 */
export async function runProgram(usage: string, main: () => Promise<number>): Promise<never> {
  if (Deno.args.includes("--help")) {
    console.log(usage);
    Deno.exit(0);
  }
  try {
    Deno.exit(await main());
  } catch (error) {
    console.error(sentence(error));
    Deno.exit(isUsage(error) ? 2 : 1);
  }
}

/**
 * Flags read by `parseArgs` of `node:util`.
 *
 * @param parse Calls `parseArgs`, so that its types stay.
 * @throws {UsageError} In place of what `parseArgs` throws.
 */
export function readFlags<Flags>(parse: () => Flags): Flags {
  try {
    return parse();
  } catch (error) {
    const first = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new UsageError(`${first}`);
  }
}

/** A whole number out of a flag. */
export function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(`${flag} takes a whole number from ${min} to ${max}, not "${text}"`);
}

/** The URL of a node. */
export function nodeAddress(what: string, text: string): string {
  if (URL.canParse(text) && /^wss?:$/.test(new URL(text).protocol)) return text;
  throw new UsageError(`${what} takes a URL like ws://127.0.0.1:8001, not "${text}"`);
}

/** Names separated by commas; none for an empty text. */
export function commaList(text: string): string[] {
  return text.split(",").map((name) => name.trim()).filter((name) => name !== "");
}

/** farcall answers bad names and URLs with these two classes. */
function isUsage(error: unknown): boolean {
  return error instanceof UsageError || error instanceof TypeError || error instanceof RangeError;
}

function sentence(error: unknown): string {
  if (error instanceof FarcallError) return `${error.code}: ${error.message}`;
  const message = error instanceof Error ? error.message : String(error);
  return isUsage(error) ? `${message}; --help tells how to call this program` : message;
}
