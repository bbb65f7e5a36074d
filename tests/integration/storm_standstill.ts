/** How often it is looked whether the process stands still, in ms. */
const LOOK_MS = 20;

/**
 * How long this process stood still: stopped, or without the machine. A caller can end nothing meanwhile, so such time counts
 * for nobody's deadline.
 */
export class Standstill {
  readonly #timer: ReturnType<typeof setInterval>;
  #stillMs = 0;
  #nextAt = performance.now() + LOOK_MS;

  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#stillMs += Math.max(0, now - this.#nextAt);
      this.#nextAt = now + LOOK_MS;
    }, LOOK_MS);
  }

  /** All of it so far, in ms, with what goes on. */
  get ms(): number {
    return this.#stillMs + Math.max(0, performance.now() - this.#nextAt);
  }

  /** Looks no more. */
  end(): void {
    clearInterval(this.#timer);
  }
}
