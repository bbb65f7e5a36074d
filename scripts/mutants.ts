// deno-lint-ignore-file no-console
/**
 * Plants bugs, one after the other, and tells which test catches each of them.
 *
 * ```sh
 * deno task mutants
 * ```
 *
 * Exit codes: 0 = every bug was caught, 1 = one survived or could not be planted, 2 = it was called wrongly.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { ALL_MUTANTS, SUITE } from "./mutants/all_mutants.ts";
import type { Mutant } from "./mutants/mutant.ts";
import { type Verdict, Workshop } from "./mutants/workshop.ts";

const USAGE = `deno task mutants [flags]

  --only TEXT   only bugs whose name holds the text
  --jobs 2      how many at a time, 1 to 16
  --output      print what the tests said about each
  --json        the last line is {"mutants":…,"caught":…,"wallMs":…}`;

const ROOT = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

interface Row extends Verdict {
  readonly mutant: Mutant;
  readonly wallMs: number;
}

/** Judges the mutants, some at a time; the rows are in the order of the list. */
async function judgeAll(mutants: readonly Mutant[], jobs: number): Promise<Row[]> {
  const rows = new Map<Mutant, Row>();
  const waiting = [...mutants];
  const work = async (): Promise<void> => {
    const workshop = await Workshop.open(ROOT);
    try {
      for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
        const began = performance.now();
        const verdict = await workshop.judge(mutant, SUITE);
        rows.set(mutant, { ...verdict, mutant, wallMs: performance.now() - began });
        console.error(`${rows.size} of ${mutants.length}: ${mutant.name}`);
      }
    } finally {
      await workshop.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, mutants.length) }, work));
  return mutants.flatMap((mutant) => rows.get(mutant) ?? []);
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ mutant: { name, breaks }, caughtBy, runs, wallMs }) => {
    const seconds = (wallMs / 1000).toFixed(1);
    return `| ${name} | ${breaks} | ${caughtBy ?? "**nothing**"} | ${runs || "–"} | ${seconds} |`;
  });
  return [
    "| planted bug | breaks | caught by | runs | s |",
    "| --- | --- | --- | ---: | ---: |",
    ...lines,
  ].join("\n");
}

/** Without a bug the suite must be green: else it catches nothing, it only fails. */
async function failsByItself(mutants: readonly Mutant[]): Promise<string | undefined> {
  const workshop = await Workshop.open(ROOT);
  try {
    const { caughtBy } = await workshop.test([
      ...new Set([...SUITE, ...mutants.flatMap(({ tests }) => tests)]),
    ]);
    return caughtBy;
  } finally {
    await workshop.close();
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: "" },
      jobs: { type: "string", default: "2" },
      output: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const jobs = Number(values.jobs);
  const mutants = ALL_MUTANTS.filter(({ name }) => name.includes(values.only));
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 16 || mutants.length === 0) {
    console.error("--jobs takes 1 to 16, --only a text of some bug's name; --help tells more");
    return 2;
  }
  const began = performance.now();
  const failing = await failsByItself(mutants);
  if (failing !== undefined) {
    console.error(`Without any planted bug this fails: ${failing}`);
    return 1;
  }
  const rows = await judgeAll(mutants, jobs);
  const wallMs = Math.round(performance.now() - began);
  const caught = rows.filter(({ caughtBy }) => caughtBy !== undefined).length;
  if (values.output) {
    for (const { mutant, output } of rows) console.log(`--- ${mutant.name}\n${output}`);
  }
  console.log(table(rows));
  console.log(`\n${caught} of ${rows.length} caught in ${Math.round(wallMs / 1000)} s`);
  if (values.json) console.log(JSON.stringify({ mutants: rows.length, caught, wallMs }));
  return caught === mutants.length ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
