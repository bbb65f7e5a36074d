/** The comparison in the README, short: its network, its truth and its rules tell the two rules apart. */
import { assert, assertEquals } from "@std/assert";
import { chartOf } from "../../bench/comparison/chart.ts";
import { floodingRule } from "../../bench/comparison/flooding_rule.ts";
import { routerRule } from "../../bench/comparison/router_rule.ts";
import { churnScenario, staticScenario } from "../../bench/comparison/scenario.ts";
import { tally } from "../../bench/comparison/tally.ts";

const RUNS = 60;

Deno.test("HopRouter misses nothing and lists no ghost where flooding does both (I1, I3)", () => {
  for (const draw of [staticScenario, churnScenario]) {
    const { missing, ghosts, misled, expected } = tally(routerRule(), draw, 1, RUNS);
    assertEquals({ missing, ghosts, misled }, { missing: 0, ghosts: 0, misled: 0 });
    assert(expected > RUNS);
  }
  const still = tally(floodingRule(false), staticScenario, 1, RUNS);
  assert(still.missing > 0 && still.ghosts === 0, JSON.stringify(still));
  const [plain, mended] = [false, true].map((isMended) =>
    tally(floodingRule(isMended), churnScenario, 1, RUNS)
  );
  assert(plain !== undefined && mended !== undefined);
  assert(plain.missing > mended.missing && mended.missing > 0 && mended.ghosts > 0);
  const chart = chartOf([still], [plain, mended]);
  assert(chart.includes(`${(100 * still.missed / RUNS).toFixed(1)} %`), chart);
});
