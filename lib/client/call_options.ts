/** How a call or a request goes. */
export interface CallOptions {
  /** How long it may take in all, in ms. Default 30,000; more than 3,600,000 counts as that. */
  readonly timeout?: number;
  /** Aborting it cancels the call, also where it runs. */
  readonly signal?: AbortSignal;
}

/** What one call needs besides its arguments. */
export interface CommandOptions {
  /** Resources the provider must have, all of them. Default: none. */
  readonly resources?: readonly string[];
  /** Keyword arguments, for functions that take them. Default: none. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
}
