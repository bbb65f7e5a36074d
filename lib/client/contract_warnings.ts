import type { ContractDifference } from "../protocol/contract_facts.ts";

/** Differences that are remembered as told; beyond it the oldest may be told again. */
const TOLD_MAX = 256;

/** Tells of each difference between contracts once: every call meets the same one again. */
export class ContractWarnings {
  readonly #tell: (difference: ContractDifference) => void;
  readonly #told = new Set<string>();

  /** @param tell Hears of each. Default: the console. */
  constructor(tell: (difference: ContractDifference) => void = tellConsole) {
    this.#tell = tell;
  }

  /** A function ran under another contract than its caller's. */
  note(difference: ContractDifference): void {
    const { fun, asked, found } = difference;
    const key = `${fun}\n${asked}\n${found}`;
    if (this.#told.has(key)) return;
    for (const oldest of this.#told) {
      if (this.#told.size < TOLD_MAX) break;
      this.#told.delete(oldest);
    }
    this.#told.add(key);
    this.#tell(difference);
  }
}

function tellConsole({ fun, asked, found }: ContractDifference): void {
  const message = `farcall: ${fun} ran under another contract than the caller's: ` +
    `${found.slice(0, 12)}… instead of ${asked.slice(0, 12)}…`;
  // deno-lint-ignore no-console -- only where the author gave no `onMismatch`
  console.warn(message);
}
