import { delay } from "@std/async";
import type { Violation } from "../../lib/testing/violation.ts";
import { ChurnFederation } from "./churn_federation.ts";
import { churnEdges, nameOf, NODE_COUNT } from "./churn_plan.ts";
import { type ChurnFault, drawChurn, faultLine } from "./churn_story.ts";

/** Within this time after the last fault all tables must be right, in ms; a silent peer is dead after 15 s of it. */
export const CONVERGED_MS_MAX = 20_000;
/** Until the tables must be right at the beginning: processes that start at once hold each other up, in ms. */
const BEGIN_MS_MAX = 120_000;
/** Between two looks, in ms: far less than what is measured. */
const LOOK_MS = 250;
/** Tables that are right must be so again so much later, in ms. */
const AGAIN_MS = 1_000;

/** Violations that a report tells, at most: the first nodes' show what is wrong with the others, too. */
const VIOLATIONS_TOLD_MAX = 60;

/** How a run is made. */
export interface ChurnOptions {
  /** Chooses all faults and their times. */
  readonly seed: number;
  /** How long there are faults, in ms. */
  readonly churnMs: number;
  /** How long is waited for the tables to be right when the faults are over, in ms: longer than they may take. */
  readonly waitMs: number;
}

/** How a run ended. */
export interface ChurnResult {
  readonly seed: number;
  readonly faults: number;
  /** From the start of the processes until each table was right for the first time, in ms. */
  readonly beginMs: number;
  /** From the end of the faults that end until each table was right, and stayed so, in ms. */
  readonly healedMs: number;
  /** From the last fault, one of those that stay, until each table was right, and stayed so, in ms. */
  readonly convergedMs: number;
  /**
   * How long the process that had to wait most for the machine stood still until the tables were right, in ms: after the faults
   * that end, and after those that stay. A node does not hold its own standstills against its peers, so the tables may come
   * right that much later.
   */
  readonly stillMs: { readonly healed: number; readonly converged: number };
}

/**
 * Lives through one story of faults with twelve processes.
 *
 * @throws {Error} If a table is wrong when all has been quiet for long enough: who missed what, what happened, and what
 * the processes said last.
 */
export async function runChurn(options: ChurnOptions): Promise<ChurnResult> {
  const { seed, churnMs, waitMs } = options;
  const story = drawChurn(seed, NODE_COUNT, churnEdges(), churnMs);
  const began = performance.now();
  await using federation = await ChurnFederation.start();
  const fail = (when: string, violations: readonly Violation[]): never => {
    throw new Error(federation.named(report(when, violations, options, story, federation.tails)));
  };
  await settle(federation, BEGIN_MS_MAX, (wrong) => fail("before the first fault", wrong));
  const beginMs = performance.now() - began;
  const settleAfter = (faults: string): Promise<Settled> =>
    settle(federation, waitMs, (wrong) => fail(`${waitMs} ms after the ${faults}`, wrong));
  await play(federation, story.filter(({ atMs }) => atMs < churnMs));
  // Nodes without links would have none to lose.
  const healed = await settleAfter("faults that end");
  for (const fault of story.filter(({ atMs }) => atMs >= churnMs)) await federation.apply(fault);
  const converged = await settleAfter("faults that stay");
  return {
    ...{ seed, faults: story.length, beginMs },
    ...{ healedMs: healed.afterMs, convergedMs: converged.afterMs },
    stillMs: { healed: healed.stillMs, converged: converged.stillMs },
  };
}

/** How tables came right. */
interface Settled {
  /** When they began to be right and stay so, in ms. */
  readonly afterMs: number;
  /** How long the process that did so longest stood still meanwhile, in ms. */
  readonly stillMs: number;
}

/** Waits until the tables are right and stay so. */
async function settle(
  federation: ChurnFederation,
  withinMs: number,
  fail: (violations: readonly Violation[]) => never,
): Promise<Settled> {
  const began = performance.now();
  let right: number | undefined;
  let before: ReadonlyMap<string, number> | undefined;
  while (true) {
    const violations = await federation.violations();
    before ??= new Map(federation.stillMs);
    const now = performance.now() - began;
    if (violations.length > 0) {
      if (now > withinMs) fail(violations);
      right = undefined;
    } else if (right === undefined) right = now;
    else if (now - right >= AGAIN_MS) {
      const still = [...federation.stillMs].map(([name, ms]) => ms - (before?.get(name) ?? 0));
      return { afterMs: right, stillMs: Math.max(...still) };
    }
    await delay(LOOK_MS);
  }
}

/** Does each fault at its time, or later if the machine is slow, and in order. */
async function play(federation: ChurnFederation, story: readonly ChurnFault[]): Promise<void> {
  const began = performance.now();
  for (const fault of story) {
    await delay(Math.max(0, began + fault.atMs - performance.now()));
    await federation.apply(fault);
  }
  // What is measured begins with faults, not with a process that still starts.
  await federation.started();
}

function report(
  when: string,
  violations: readonly Violation[],
  { seed, churnMs }: ChurnOptions,
  story: readonly ChurnFault[],
  tails: string,
): string {
  const edges = churnEdges();
  const told = violations.slice(0, VIOLATIONS_TOLD_MAX);
  const link = (index: number): string => {
    const { from = 0, to = 0 } = edges[index] ?? {};
    return `${nameOf(from)}>${nameOf(to)}`;
  };
  return [
    `Tables are wrong ${when}; again with: deno task churn --seed ${seed} --churn-ms ${churnMs}`,
    ...told.map(({ invariant, text }) => `${invariant}: ${text}`),
    `${violations.length} in all. What happened:`,
    ...story.map((fault) => faultLine(fault, { node: nameOf, link })),
    "What the processes said last:",
    tails,
  ].join("\n");
}
