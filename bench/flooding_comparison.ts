/**
 * First-arrival flooding against our own rule, in the same random federations: how many nodes miss an offer that is in their
 * reach, and how many list one that is gone.
 *
 * Run: `deno task compare [--runs 10000] [--seed 1] [--svg docs/flooding_comparison.svg]`. Prints the table of the README;
 * with `--svg` it draws the chart, too. What the rules are stands in `bench/comparison/flooding_rule.ts` and
 * `bench/comparison/router_rule.ts`, what happens in `bench/comparison/scenario.ts`.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a program for people

import { parseArgs } from "node:util";
import { chartOf } from "./comparison/chart.ts";
import { floodingRule } from "./comparison/flooding_rule.ts";
import { routerRule } from "./comparison/router_rule.ts";
import { churnScenario, staticScenario } from "./comparison/scenario.ts";
import { type Tally, tally } from "./comparison/tally.ts";

function rows(title: string, some: readonly Tally[]): string[] {
  const count = (value: number): string => value.toLocaleString("en");
  return some.map((one) =>
    `| ${title}: ${one.rule} | ${count(one.missed)} | ${count(one.haunted)} | ${
      count(one.misled)
    } | ${count(one.missing)} / ${count(one.ghosts)} of ${count(one.expected)} |`
  );
}

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    svg: { type: "string" },
  },
});
const [runs, seed] = [Number(values.runs), Number(values.seed)];
if (!(Number.isInteger(runs) && runs > 0 && Number.isInteger(seed) && seed >= 0)) {
  throw new RangeError("--runs takes a whole number from 1, --seed one from 0");
}
const began = performance.now();
// Where nothing is withdrawn and nobody comes late, the mended rule is the plain one.
const still = [
  tally(floodingRule(false), staticScenario, seed, runs),
  tally(routerRule(), staticScenario, seed, runs),
];
const churned = [
  tally(floodingRule(false), churnScenario, seed, runs),
  tally(floodingRule(true), churnScenario, seed, runs),
  tally(routerRule(), churnScenario, seed, runs),
];
console.log(
  [
    `| of ${
      runs.toLocaleString("en")
    } federations each | a node misses an offer | lists one that is gone | has a wrong distance | missing / ghosts, of the listings due |`,
    "| --- | ---: | ---: | ---: | ---: |",
    ...rows("one offer, no failure", still),
    ...rows("churn", churned),
  ].join("\n"),
);
console.log(`\n${Math.round((performance.now() - began) / 1000)} s`);
if (values.svg !== undefined) await Deno.writeTextFile(values.svg, chartOf(still, churned));
