import { STREAM_CREDIT } from "../protocol/limits.ts";
import { type StreamBudget, StreamWindow } from "./stream_credit.ts";

/** What came: to be used, too late to matter, or more than was allowed. */
export type Arrival = "taken" | "late" | "wrong";

/**
 * A streamed argument at one place, where its function runs or at a node on the way. It begins when its reader first asks:
 * until then nothing of it is under way, and its call may still go elsewhere.
 */
export class ArgumentFlow {
  readonly #keeps: boolean;
  readonly #budget: () => StreamBudget | undefined;
  readonly #window: StreamWindow;
  #isAsked = false;
  #hasBegun = false;
  #state: "open" | "sent" | "stopped" = "open";

  /**
   * A flow of which nothing has come.
   *
   * @param keeps Whether items stay here until they are read, as opposed to being passed on at once.
   * @param budget What it shares with others, from its first item on.
   */
  constructor(keeps: boolean, budget: () => StreamBudget | undefined) {
    this.#keeps = keeps;
    this.#budget = budget;
    this.#window = new StreamWindow(keeps, keeps ? STREAM_CREDIT : 0);
  }

  /** Whether its writer was asked for anything: what it gave since can't be given a second time. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** What came and was not read. */
  get held(): number {
    return this.#window.held;
  }

  /** Items come. */
  arrived(units: number): Arrival {
    if (this.#state === "stopped") return "late";
    return this.#state === "open" && this.#window.take(units) ? "taken" : "wrong";
  }

  /** All has come. */
  sent(): Arrival {
    if (this.#state === "stopped") return "late";
    if (this.#state === "sent" || !this.#hasBegun) return "wrong";
    this.#state = "sent";
    this.#leaveIfEmpty();
    return "taken";
  }

  /** Its reader asks for more: so much was read here, or is allowed further on. 0 = it begins to read. */
  ask(units: number): void {
    this.#isAsked = true;
    if (this.#keeps) this.#window.release(units);
    else this.#window.add(units);
    this.#leaveIfEmpty();
  }

  /** What its writer is told that it may send besides; 0 = nothing. */
  grant(): number {
    if (!this.#isAsked || this.#state !== "open") return 0;
    if (this.#hasBegun) return this.#window.grant();
    this.#hasBegun = true;
    return this.#window.begin(this.#budget());
  }

  /** Its reader wants no more. Returns whether its writer must be told. */
  stop(): boolean {
    const isNews = this.#state === "open";
    if (isNews) this.#state = "stopped";
    // Whoever gives it ends it, and has nothing to give to another provider.
    this.#hasBegun = true;
    this.#window.end();
    return isNews;
  }

  /** The call has ended: what it had is the others'. */
  end(): void {
    this.#window.end();
  }

  #leaveIfEmpty(): void {
    if (this.#state === "sent" && this.#window.held === 0) this.#window.end();
  }
}
