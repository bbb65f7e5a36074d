import type { EdgeEffects } from "./effects.ts";
import type { EdgeEvent } from "./events.ts";

/**
 * A machine only steps: one event in, effects out through the sinks, and the time of its next `tick` as the answer.
 *
 * @typeParam Command What its owner may tell it.
 * @typeParam Owner The sink for effects on its owner.
 */
export interface Machine<Command, Owner> {
  /**
   * Takes one event.
   *
   * @returns When to step a `tick` at the latest, in the clock of `now`; at or before `now` means: once the events that
   * wait at this moment have been taken. `Infinity` = no wish.
   */
  step(event: EdgeEvent | Command, edges: EdgeEffects, owner: Owner): number;
}
