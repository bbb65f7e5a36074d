/**
 * A stand-in for `@std/ulid`, used where the JSR registry cannot be reached: the same names and the
 * same behaviour for what this project calls. A release runs the same tests against the real one.
 *
 * A ULID is 26 characters of Crockford's base 32: ten for a time in milliseconds (48 bits), sixteen
 * for randomness (80 bits).
 *
 * @module
 */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_LENGTH = 10;
const RANDOM_LENGTH = 16;
const TIME_MAX = 2 ** 48 - 1;

function encodeTime(timeMs: number): string {
  if (!Number.isInteger(timeMs) || timeMs < 0 || timeMs > TIME_MAX) {
    throw new RangeError(`Time must be a whole number from 0 to ${TIME_MAX}, got ${timeMs}`);
  }
  let text = "";
  for (let rest = timeMs, i = 0; i < TIME_LENGTH; i++) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function randomPart(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_LENGTH));
  return Array.from(bytes, (byte) => ALPHABET.charAt(byte % 32)).join("");
}

/** The next value in base 32. */
function increment(text: string): string {
  const digits = [...text];
  for (let i = digits.length - 1; i >= 0; i--) {
    const next = ALPHABET.indexOf(digits[i] ?? "") + 1;
    if (next < ALPHABET.length) {
      digits[i] = ALPHABET.charAt(next);
      return digits.join("");
    }
    digits[i] = ALPHABET.charAt(0);
  }
  throw new Error(`Cannot increment the randomness ${text}: it is the largest`);
}

/** Makes ULIDs that only grow: within one millisecond, or when time steps back, the last one plus one. */
function monotonicFactory(): (seedTime?: number) => string {
  let lastTimeMs = -1;
  let lastRandom = "";
  return (seedTime = Date.now()) => {
    if (seedTime <= lastTimeMs) {
      lastRandom = increment(lastRandom);
    } else {
      lastTimeMs = seedTime;
      lastRandom = randomPart();
    }
    return encodeTime(lastTimeMs) + lastRandom;
  };
}

const monotonic = monotonicFactory();

/**
 * A new ULID for `seedTime`, in milliseconds since 1970. Default: now.
 *
 * @throws {RangeError} when `seedTime` does not fit in 48 bits.
 */
export function ulid(seedTime: number = Date.now()): string {
  return encodeTime(seedTime) + randomPart();
}

/** A new ULID that sorts after every one this function has returned in this process. */
export function monotonicUlid(seedTime: number = Date.now()): string {
  return monotonic(seedTime);
}

/**
 * The time in a ULID, in milliseconds since 1970.
 *
 * @throws {Error} when `ulid` has the wrong length, a foreign character or a time over 48 bits.
 */
export function decodeTime(ulid: string): number {
  if (ulid.length !== TIME_LENGTH + RANDOM_LENGTH) {
    throw new Error(`A ULID has ${TIME_LENGTH + RANDOM_LENGTH} characters, got ${ulid.length}`);
  }
  let timeMs = 0;
  for (const char of ulid.slice(0, TIME_LENGTH)) {
    const digit = ALPHABET.indexOf(char.toUpperCase());
    if (digit < 0) throw new Error(`Not a ULID character: ${char}`);
    timeMs = timeMs * 32 + digit;
  }
  if (timeMs > TIME_MAX) throw new Error(`The time of the ULID is over 48 bits: ${ulid}`);
  return timeMs;
}
