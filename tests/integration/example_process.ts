/**
 * Programs of `examples/` as processes of their own, and conditions on what they print, awaited with a deadline.
 *
 * @module
 */
import { deadline } from "@std/async";

const ROOT = new URL("../../", import.meta.url);
/** For what must happen at some time, on a machine that has much else to do, in ms. */
export const PATIENCE_MS = 20_000;

/** How a program ended. */
export interface Ending {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One running program; killed at the end of its scope if it has not ended. */
export class ExampleProcess implements AsyncDisposable {
  readonly #name: string;
  readonly #child: Deno.ChildProcess;
  readonly #status: Promise<Deno.CommandStatus>;
  readonly #reading: Promise<unknown>;
  #stdout = "";
  #stderr = "";
  #changed = Promise.withResolvers<void>();
  #isOver = false;

  /**
   * Starts a program.
   *
   * @param file Its name in `examples/`, or with a slash its path from the root of the project.
   */
  constructor(file: string, ...args: string[]) {
    this.#name = [file, ...args].join(" ");
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", file.includes("/") ? file : `examples/${file}`, ...args],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const reading = Promise.all([
      this.#read(this.#child.stdout, (text) => this.#stdout += text),
      this.#read(this.#child.stderr, (text) => this.#stderr += text),
    ]);
    this.#reading = reading;
    this.#status = Promise.all([this.#child.status, reading]).then(([status]) => {
      this.#isOver = true;
      this.#stir();
      return status;
    });
  }

  /** Whole lines on stdout so far. */
  get lines(): string[] {
    return this.#stdout.split("\n").slice(0, -1);
  }

  /** What the program has said on stderr so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /**
   * Waits until the lines on stdout have what is looked for.
   *
   * @param what Named in the error.
   * @param find Anything but `undefined` ends the wait.
   */
  async until<Found>(
    what: string,
    find: (lines: readonly string[]) => Found | undefined,
    withinMs: number = PATIENCE_MS,
  ): Promise<Found> {
    const endAt = performance.now() + withinMs;
    while (true) {
      const changed = this.#changed.promise;
      const found = find(this.lines);
      if (found !== undefined) return found;
      const leftMs = endAt - performance.now();
      if (this.#isOver || leftMs <= 0) throw this.#failure(`${what} within ${withinMs} ms`);
      // Past the deadline the lines are looked at once more.
      await deadline(changed, leftMs).catch(() => undefined);
    }
  }

  /** Waits for the end. */
  async ending(withinMs: number = PATIENCE_MS): Promise<Ending> {
    const status = await deadline(this.#status, withinMs).catch((cause) => {
      throw this.#failure(`its end within ${withinMs} ms`, cause);
    });
    return { code: status.code, stdout: this.#stdout, stderr: this.#stderr };
  }

  /** Sends a signal. */
  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Kills what still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOver) {
      try {
        this.#child.kill("SIGKILL");
      } catch (error) {
        // It ended a moment ago.
        if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    await this.#status;
    await this.#reading;
    // A program may end when its input does, so it stayed open until now.
    await this.#child.stdin.close().catch(() => {});
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>, add: (text: string) => void) {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      add(text);
      this.#stir();
    }
  }

  #stir(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  #failure(missing: string, cause?: unknown): Error {
    const said = `it printed:\n${this.#stdout}\n${this.#stderr}`;
    return new Error(`${this.#name} did not show ${missing}; ${said}`, { cause });
  }
}
