import type { Chance } from "./seeded_chance.ts";
import type { StreamPlan } from "./stream_plan.ts";

/** Characters of an item: tiny ones leave together, of long ones a dozen use up a window. */
const WEIGHTS: readonly number[] = [0, 0, 0, 300, 20_000];
const ITEMS_MAX = 25;

/** A call with streams, drawn by chance. */
export function drawPlan(chance: Chance): StreamPlan {
  const some = (): number => chance.below(ITEMS_MAX);
  const isGiven = chance.isHit(0.5);
  const asks = !isGiven || chance.isHit(0.5);
  return {
    gives: isGiven ? some() : undefined,
    asks,
    total: some(),
    stopsAfter: chance.isHit(0.2) ? some() : Infinity,
    failsAt: chance.isHit(0.1) ? some() : Infinity,
    readsUntil: chance.isHit(0.2) ? 1 + some() : Infinity,
    weight: chance.pick(WEIGHTS),
    // What a function is given can't be given again to another one.
    resumes: !isGiven && chance.isHit(0.5),
  };
}

/** Streams that nobody ends before their end: two that need more than a window, and some drawn by chance. */
export function calmPlans(chance: Chance): readonly StreamPlan[] {
  const whole = { stopsAfter: Infinity, failsAt: Infinity, readsUntil: Infinity };
  const long = { ...whole, total: ITEMS_MAX, weight: 20_000, resumes: false };
  return [
    { ...long, gives: undefined, asks: true },
    { ...long, gives: ITEMS_MAX, asks: false },
    ...Array.from({ length: 3 }, () => ({ ...drawPlan(chance), ...whole })),
  ];
}
