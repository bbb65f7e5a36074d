// deno-lint-ignore-file no-console
import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { churnEdges, NODE_COUNT } from "./churn_plan.ts";
import { CONVERGED_MS_MAX, runChurn } from "./churn_run.ts";
import { drawChurn } from "./churn_story.ts";

const SEED = 1;
const CHURN_MS = 8_000;
/** A machine with much else to do may take longer than the figure that is printed. */
const WAIT_MS = 5 * CONVERGED_MS_MAX;

Deno.test("a story of faults follows from its seed and ends with faults that stay", () => {
  const draw = (seed: number) => drawChurn(seed, NODE_COUNT, churnEdges(), CHURN_MS);
  assertEquals(draw(3), draw(3));
  const story = draw(SEED);
  assertEquals(story.slice(-3).map(({ kind, atMs }) => [kind, atMs]), [
    ["kill", CHURN_MS],
    ["stop", CHURN_MS],
    ["cut", CHURN_MS],
  ]);
  assertGreaterOrEqual(new Set(story.map(({ kind }) => kind)).size, 8);
});

Deno.test("twelve processes know exactly what is in reach after kills, stops and cuts", async () => {
  const { faults, healedMs, convergedMs } = await runChurn({
    seed: SEED,
    churnMs: CHURN_MS,
    waitMs: WAIT_MS,
  });
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  console.log(
    `seed ${SEED}: ${faults} faults, right ${seconds(healedMs)} after those that end, ` +
      `${seconds(convergedMs)} after those that stay`,
  );
});
