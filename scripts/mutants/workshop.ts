/**
 * A copy of the project in which bugs are planted and tests run, one bug at a time.
 *
 * @module
 */

import { type Mutant, planted } from "./mutant.ts";

/** Everything that tests need; the history and what was built from it stay away. */
const COPIED = [
  ...["lib", "links", "lint", "scripts", "tests", "bench", "examples"],
  ...["mod.ts", "deno.json", "deno.lock", "ARCHITECTURE.md"],
];
/** A bug that makes the tests go in circles counts as caught after this time. */
const PATIENCE_MS = 900_000;

/** How a bug fared. */
export interface Verdict {
  /** Test that failed, or why there is none; `undefined` = the bug survived. */
  readonly caughtBy: string | undefined;
  /** Random runs until it failed: 1 where a test has no runs. */
  readonly runs: number;
  /** What the tests said. */
  readonly output: string;
}

/** The copy. */
export class Workshop {
  readonly #source: string;
  readonly #bench: string;

  private constructor(source: string, bench: string) {
    this.#source = source;
    this.#bench = bench;
  }

  /** Copies the project. */
  static async open(source: string): Promise<Workshop> {
    const bench = await Deno.makeTempDir({ prefix: "farcall-mutants-" });
    for (const name of COPIED) await copy(`${source}/${name}`, `${bench}/${name}`);
    return new Workshop(source, bench);
  }

  /** Plants the bug, runs tests until one fails, and takes the bug out again. */
  async judge({ edits, tests }: Mutant, suite: readonly string[]): Promise<Verdict> {
    const files = new Set(edits.map(({ file }) => file));
    try {
      for (const edit of edits) {
        const path = `${this.#bench}/${edit.file}`;
        await Deno.writeTextFile(path, planted(await Deno.readTextFile(path), edit));
      }
      // One file after the other, so that the likeliest comes first.
      for (const test of tests) {
        const verdict = await this.test([test]);
        if (verdict.caughtBy !== undefined) return verdict;
      }
      return await this.test(suite);
    } finally {
      for (const file of files) {
        await Deno.copyFile(`${this.#source}/${file}`, `${this.#bench}/${file}`);
      }
    }
  }

  /** Runs tests until one fails. */
  async test(paths: readonly string[]): Promise<Verdict> {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["test", "--allow-all", "--no-check", "--fail-fast", ...paths],
      cwd: this.#bench,
      // Whoever looks at a mutant wants to know whether it fails, not the shortest way to fail.
      env: { NO_COLOR: "1", FARCALL_SHRINK: "no" },
      stdout: "piped",
      stderr: "piped",
    });
    const child = command.spawn();
    // Tests in an endless loop hear no gentler word.
    const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
    const { success, signal, stdout, stderr } = await child.output();
    clearTimeout(timer);
    const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    if (success) return { caughtBy: undefined, runs: 0, output };
    const ended = signal === null ? "the tests do not even begin" : "the tests do not end";
    return { caughtBy: failedTest(output) ?? ended, runs: runsUntilFailure(output), output };
  }

  /** Removes the copy. */
  async close(): Promise<void> {
    await Deno.remove(this.#bench, { recursive: true });
  }
}

/** Name of the first failed test in what `deno test` says. */
export function failedTest(output: string): string | undefined {
  const errors = output.slice(Math.max(0, output.indexOf(" ERRORS ")));
  return /^(.+?) => \.?\/?[^\s]+:\d+:\d+$/m.exec(errors)?.[1];
}

/** How many random runs a failed test took, by its own words. */
export function runsUntilFailure(output: string): number {
  const words = /failed after (\d+) (?:tests|runs)/.exec(output);
  return words === null ? 1 : Number(words[1]);
}

async function copy(from: string, to: string): Promise<void> {
  const { isDirectory } = await Deno.stat(from);
  if (!isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}
