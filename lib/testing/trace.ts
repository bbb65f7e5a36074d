/**
 * A digest of everything that happened, in order: two runs are alike if and only if their digests are (I9).
 *
 * Two lanes of FNV-1a with different primes, 64 bits in all: fit to tell runs apart, not to withstand an attacker.
 */
export class TraceDigest {
  #low = 0x811c9dc5;
  #high = 0x1b873593;

  /** Takes one happening in. */
  note(text: string): void {
    let low = this.#low;
    let high = this.#high;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      low = Math.imul(low ^ code, 0x01000193);
      high = Math.imul(high ^ code, 0x85ebca6b) ^ (low >>> 15);
    }
    this.#low = Math.imul(low ^ 10, 0x01000193);
    this.#high = Math.imul(high ^ 10, 0x85ebca6b);
  }

  /** The digest so far, 16 hexadecimal digits. */
  toString(): string {
    return hex(this.#low) + hex(this.#high);
  }
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
