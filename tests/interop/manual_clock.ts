import type { Clock } from "../../lib/edges/system_clock.ts";

interface Alarm {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  readonly #alarms = new Set<Alarm>();
  #now: number;

  constructor(now = 1_795_508_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  wake(at: number, callback: () => void): () => void {
    const alarm = { at: Math.max(at, this.#now), callback };
    if (at !== Infinity) this.#alarms.add(alarm);
    return () => void this.#alarms.delete(alarm);
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let round = 0; round < 1_000; round += 1) {
      // Everything in microtasks has happened when a macrotask gets its turn.
      await new Promise((resolve) => setTimeout(resolve, 0));
      const due = [...this.#alarms].filter((alarm) => alarm.at <= this.#now);
      if (due.length === 0) return;
      for (const alarm of due) if (this.#alarms.delete(alarm)) alarm.callback();
    }
    throw new Error("The clock does not come to rest");
  }

  /** Moves on by so many ms, stopping wherever something is due. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.settle();
    for (let round = 0; round < 100_000; round += 1) {
      const next = Math.min(...[...this.#alarms].map((alarm) => alarm.at), until);
      if (next >= until && this.#now >= until) return;
      this.#now = next;
      await this.settle();
    }
  }
}
