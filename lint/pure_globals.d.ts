/**
 * The only names of the platform that the pure rooms (floors 0 to 2) may use: text encoding and
 * URL parsing, which give the same answer for the same input everywhere. `deno.core.json` checks
 * those rooms with the bare language and this file, so anything else of the outside world does not
 * exist there.
 */

/** Turns text into UTF-8 bytes. */
declare class TextEncoder {
  /** The UTF-8 bytes of `input`. */
  encode(input?: string): Uint8Array<ArrayBuffer>;
}

/** Turns UTF-8 bytes into text. */
declare class TextDecoder {
  /** @param options `fatal` makes {@link decode} throw on bytes that are not UTF-8. */
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  /** The text of `input`. */
  decode(input?: ArrayBuffer | ArrayBufferView): string;
}

/** A parsed address; what is read from it here, no more. */
declare class URL {
  /** @throws {TypeError} when `url` does not parse. */
  constructor(url: string, base?: string);
  /** Whether `url` parses. */
  static canParse(url: string, base?: string): boolean;
  readonly hash: string;
  readonly host: string;
  readonly hostname: string;
  readonly href: string;
  readonly origin: string;
  readonly password: string;
  readonly pathname: string;
  readonly port: string;
  readonly protocol: string;
  readonly search: string;
  readonly username: string;
  toString(): string;
}
