/**
 * The examples as their users meet them: processes on real sockets, and what they print.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Ending, ExampleProcess } from "./example_process.ts";

/** One line of `node.ts --json`. */
interface NodeEvent {
  readonly event: string;
  readonly url?: string;
  readonly function?: string;
  readonly origin?: string;
  readonly distance?: number;
  readonly peer?: string;
}

const FUNCTIONS = ["add", "echo", "fail", "slow", "where"];

function isNodeEvent(value: unknown): value is NodeEvent {
  return typeof value === "object" && value !== null && "event" in value &&
    typeof value.event === "string";
}

function eventOf(line: string): NodeEvent {
  const value: unknown = JSON.parse(line);
  if (isNodeEvent(value)) return value;
  throw new Error(`Not an event: ${line}`);
}

/** A node with its URL. */
class ExampleNode extends ExampleProcess {
  #url: string | undefined;

  /** Starts one on a free port, or on the one that `flags` name. */
  static async start(...flags: string[]): Promise<ExampleNode> {
    const node = new ExampleNode("node.ts", "--json", "--port", "0", ...flags);
    try {
      const first = await node.until("its first line", (lines) => lines[0]);
      node.#url = eventOf(first).url;
      return node;
    } catch (error) {
      await node[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Where it listens. */
  get url(): string {
    if (this.#url === undefined) throw new Error("The node has not said where it listens");
    return this.#url;
  }

  /** What is listed now of an origin: functions and distances. */
  static listed(lines: readonly string[], origin: string): ReadonlyMap<string, number> {
    const listed = new Map<string, number>();
    for (const event of lines.map(eventOf)) {
      if (event.origin !== origin || event.function === undefined) continue;
      if (event.event === "offer_lost") listed.delete(event.function);
      else if (event.distance !== undefined) listed.set(event.function, event.distance);
    }
    return listed;
  }

  /** Waits until all functions of an origin are listed, at this distance. */
  async lists(origin: string, distance: number, withinMs?: number): Promise<void> {
    const what = `all functions of ${origin} at distance ${distance}`;
    await this.until(what, (lines) => {
      const listed = ExampleNode.listed(lines, origin);
      return FUNCTIONS.every((name) => listed.get(name) === distance) || undefined;
    }, withinMs);
  }

  /** Waits until nothing of an origin is listed any more, having been listed. */
  async loses(origin: string, withinMs?: number): Promise<void> {
    await this.until(`offer_lost for all functions of ${origin}`, (lines) => {
      const lost = lines.map(eventOf).filter(({ event }) => event === "offer_lost");
      const names = lost.filter((event) => event.origin === origin).map((event) => event.function);
      return FUNCTIONS.every((name) => names.includes(name)) || undefined;
    }, withinMs);
    assertEquals(ExampleNode.listed(this.lines, origin).size, 0);
  }

  /** Waits for an event. */
  async sees(wanted: (event: NodeEvent) => boolean): Promise<void> {
    await this.until(`an event with ${wanted}`, (lines) => lines.map(eventOf).find(wanted));
  }
}

/** Programs that end by themselves do so soon: nothing of a node outlives it. */
const OWN_END_MS = 10_000;

async function run(file: string, ...args: string[]): Promise<Ending> {
  await using program = new ExampleProcess(file, ...args);
  return await program.ending(OWN_END_MS);
}

async function call(...args: string[]): Promise<Ending> {
  return await run("call.ts", ...args);
}

/** What a call printed, read from JSON. */
async function answer(...args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await call(...args);
  assertEquals([code, stderr], [0, ""]);
  return JSON.parse(stdout);
}

/** A mistake costs its maker one sentence. */
function assertOneSentence({ code, stdout, stderr }: Ending, expectedCode: number): void {
  assertEquals([code, stdout], [expectedCode, ""]);
  assertEquals(stderr.trimEnd().split("\n").length, 1, `not one line: ${stderr}`);
  assert(!/^\s+at /m.test(stderr), `a stack trace: ${stderr}`);
}

Deno.test("three_clusters.ts shows the hops, a call over two of them, and the error after the loss", async () => {
  const { code, stdout, stderr } = await run("three_clusters.ts");
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /lab-a .*offers embed \[gpu\] itself/);
  assertMatch(stdout, /lab-b .*1 link away/);
  assertMatch(stdout, /lab-c .*2 links away/);
  assertStringIncludes(stdout, "[104,105]");
  assertEquals(stdout.match(/does not know embed/g)?.length, 2);
  assertMatch(stdout, /FUNCTION_NOT_FOUND: .+\n.*did it run\? no/);
});

Deno.test("cancel.ts stops a call, the one it made, and both again when time is up", async () => {
  const { code, stdout, stderr } = await run("cancel.ts");
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /the caller gets CANCELLED/);
  assertMatch(stdout, /the caller gets DEADLINE_EXCEEDED, did it run\? (yes|unknown)/);
  assertEquals(stdout.match(/outer stops: /g)?.length, 2);
  assertEquals(stdout.match(/deepest stops: /g)?.length, 2);
});

Deno.test("wait_for_provider.ts says what is missing, and is answered when it comes", async () => {
  const { code, stdout, stderr } = await run("wait_for_provider.ts");
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /NO_PROVIDER: .*it lacks gpu/);
  assertMatch(stdout, /FUNCTION_NOT_FOUND: .*did you mean embed/);
  assertMatch(stdout, /the offer of ws:\S+: it lacks gpu/);
  assertStringIncludes(stdout, "the answer is [5]");
});

Deno.test("rolling_restart.ts restarts five nodes three times over without a failed call", async () => {
  await using program = new ExampleProcess("rolling_restart.ts");
  const { code, stdout, stderr } = await program.ending(60_000);
  assertEquals([code, stderr], [0, ""]);
  const [, calls, failed] = /(\d+) calls, (\d+) failed/.exec(stdout) ?? [];
  assertEquals(failed, "0");
  assert(Number(calls) > 300, `${calls} calls are no load`);
});

Deno.test("dependent_calls.ts runs one request on three nodes", async () => {
  const { code, stdout, stderr } = await run("dependent_calls.ts");
  assertEquals([code, stderr], [0, ""]);
  const places = [...stdout.matchAll(/runs on (ws:\S+)/g)].map(([, url]) => url);
  assertEquals(new Set(places).size, 3);
  const expected = { page: "/cranes", count: 3, words: [5, 5, 5] };
  assertStringIncludes(stdout, JSON.stringify(expected));
});

Deno.test("browser_like_provider.ts offers a function without a port, as long as it is connected", async () => {
  const { code, stdout, stderr } = await run("browser_like_provider.ts");
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(
    stdout,
    "the page is asked: Start the run?\nthe office, 2 links away, hears: yes\n",
  );
  assertMatch(stdout, /the page is closed: (FUNCTION_NOT_FOUND|NO_PROVIDER), ran: no\n/);
});

Deno.test("streaming.ts reads as fast as it is read, and goes on at another node", async () => {
  const { code, stdout, stderr } = await run("streaming.ts");
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^1000 lines, 7890 letters\n2000 lines, .*\n3000 lines, .*\n/);
  assertStringIncludes(stdout, "no more lines are wanted after less than 10000\n");
  assertMatch(stdout, /^lab-[ab] begins at line 0\n/m);
  assertStringIncludes(stdout, "10 lines read, and no more than 1000 made\n");
  assertMatch(stdout, /goes away\n(.*\n)*lab-[ab] begins at line 2\d\d\d\n/);
  assertStringIncludes(stdout, "4001 lines in order, from two nodes\n");
});

Deno.test("typed_contracts.ts checks on both sides and shows what a function takes", async () => {
  const { code, stdout, stderr } = await run("typed_contracts.ts");
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, "Page of example.org: page 0, page 1\n");
  assertStringIncludes(stdout, "too_many, at most 10\n");
  assertEquals(stdout.match(/INVALID_ARGUMENT, ran: no/g)?.length, 2);
  assertStringIncludes(stdout, "another edition: CONTRACT_MISMATCH, ran: no\n");
  assertMatch(stdout, /fetch_page, version 1: .*"format":"uri"/);
  assertStringIncludes(stdout, "the same as mine: true\nin reach: 3 functions\n");
});

Deno.test("node.ts: five nodes in a chain of clusters hear of the first as far as three hops, and of its end", async () => {
  await using first = await ExampleNode.start("--cluster", "one", "--resources", "gpu,data");
  await using second = await ExampleNode.start("--cluster", "two", "--join", first.url);
  await using third = await ExampleNode.start("--cluster", "three", "--join", second.url);
  await using fourth = await ExampleNode.start("--cluster", "four", "--join", third.url);
  await using fifth = await ExampleNode.start("--cluster", "five", "--join", fourth.url);
  await Promise.all([
    second.lists(first.url, 1, 2_000),
    third.lists(first.url, 2, 2_000),
    fourth.lists(first.url, 3, 2_000),
    // The fifth has heard all that it will hear once it lists the second, at the same distance.
    fifth.lists(second.url, 3, 2_000),
  ]);
  assertEquals(ExampleNode.listed(fifth.lines, first.url).size, 0);
  assertEquals(await answer(fourth.url, "where", "--resources", "gpu"), first.url);

  await using pending = new ExampleProcess(
    "call.ts",
    fourth.url,
    "slow",
    "60000",
    "--resources",
    "gpu",
  );
  await first.sees((one) => one.event === "call_started" && one.function === "slow");
  first.kill("SIGKILL");
  const killedAt = performance.now();
  await Promise.all([second, third, fourth].map((node) => node.loses(first.url, 1_000)));
  const { code, stdout, stderr } = await pending.ending(5_000);
  assert(performance.now() - killedAt < 5_000);
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /^UNAVAILABLE: /);
  // Within its first 10 ms nobody was told that it began.
  assertMatch(stderr, /It may have run|It ran/);
});

Deno.test("call.ts tells two nodes apart by their resources, and ends at once when nobody has one", async () => {
  await using gpu = await ExampleNode.start("--resources", "gpu");
  await using disk = await ExampleNode.start("--resources", "disk,data", "--join", gpu.url);
  await Promise.all([gpu.lists(disk.url, 1), disk.lists(gpu.url, 1)]);
  assertEquals(await answer(gpu.url, "where", "--resources", "data"), disk.url);
  assertEquals(await answer(disk.url, "where", "--resources", "gpu"), gpu.url);
  const missing = await call(gpu.url, "where", "--resources", "tpu", "--timeout", "60000");
  assertEquals([missing.code, missing.stdout], [1, ""]);
  assertMatch(missing.stderr, /^NO_PROVIDER: .*tpu/);
  assertStringIncludes(missing.stderr, "It did not run");
  const unknown = await call(gpu.url, "wher");
  assertEquals(unknown.code, 1);
  assertMatch(unknown.stderr, /^FUNCTION_NOT_FOUND: .*wher/);
});

Deno.test("call.ts reads arguments as JSON, else as strings, and prints what a function wants to be known", async () => {
  await using node = await ExampleNode.start();
  assertEquals(await answer(node.url, "add", "1", "2"), 3);
  assertEquals(await answer(node.url, "add", "--", "-1", "2"), 1);
  assertEquals(await answer(node.url, "echo", '{"a":[1,null]}'), { a: [1, null] });
  assertEquals(await answer(node.url, "echo", "not JSON"), "not JSON");
  assertEquals(await answer(node.url, "echo", '"JSON"'), "JSON");
  const failed = await call(node.url, "fail", "no paper left");
  assertEquals([failed.code, failed.stdout], [1, ""]);
  assertMatch(failed.stderr, /^HANDLER_ERROR: no paper left\n/);
  const late = await call(node.url, "slow", "60000", "--timeout", "300");
  assertEquals(late.code, 1);
  assertMatch(late.stderr, /^DEADLINE_EXCEEDED: /);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test({
    name: `node.ts says goodbye at ${signal} and exits with 0`,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      await using leaving = await ExampleNode.start();
      await using staying = await ExampleNode.start("--join", leaving.url);
      await staying.lists(leaving.url, 1);
      leaving.kill(signal);
      const { code, stderr } = await leaving.ending();
      assertEquals([code, stderr], [0, ""]);
      await staying.loses(leaving.url);
      await staying.sees((one) => one.event === "link_down" && one.peer === leaving.url);
    },
  });
}

Deno.test("node.ts without --json begins with its URL and what to try", async () => {
  await using node = new ExampleProcess("node.ts", "--port", "0", "--cluster", "lab");
  const line = await node.until("its first line", (lines) => lines[0]);
  const [, url, program, ...args] = /(ws:\S+): try deno run -A examples\/(\S+) (.+)$/.exec(line) ??
    [];
  assertStringIncludes(line, "cluster lab");
  assertEquals([program, args.join()], ["call.ts", `${url} add 1 2`]);
  assertEquals(await answer(`${url}`, "add", "1", "2"), 3);
});

Deno.test("node.ts keeps trying a peer that is not there yet", async () => {
  // Holds the port, so that nobody else gets it, and hangs up on everybody.
  const holder = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const holding = (async () => {
    for await (const connection of holder) connection.close();
  })();
  const url = `ws://127.0.0.1:${holder.addr.port}`;
  await using node = await ExampleNode.start("--join", url);
  await node.sees((one) => one.event === "dial_failed" && one.url === url);
  holder.close();
  await holding;
  await using peer = await ExampleNode.start("--port", `${holder.addr.port}`);
  assertEquals(peer.url, url);
  await node.sees((one) => one.event === "link_up" && one.peer === url);
  await node.lists(url, 1);
});

Deno.test("node.ts answers a wrong flag, value or URL with one sentence and exit code 2", async () => {
  for (
    const [args, said] of [
      [["--frob"], "--frob"],
      [["--port"], "--port"],
      [["--port", "eighty"], "eighty"],
      [["--port", "65536"], "65536"],
      [["--max-hops", "17"], "17"],
      [["--join", "http://127.0.0.1"], "http://127.0.0.1"],
      [["--join", "nowhere"], "nowhere"],
      [["--host", "a b"], "a b"],
      [["--host", "0.0.0.0"], "0.0.0.0"],
      [["--cluster", ""], "luster"],
      [["stray"], "stray"],
    ] as const
  ) {
    const ending = await run("node.ts", ...args);
    assertOneSentence(ending, 2);
    assertStringIncludes(ending.stderr, said);
  }
});

Deno.test("node.ts answers a taken port with one sentence and exit code 1", async () => {
  await using node = await ExampleNode.start();
  const { port } = new URL(node.url);
  const ending = await run("node.ts", "--port", port);
  assertOneSentence(ending, 1);
  assertStringIncludes(ending.stderr, port);
});

Deno.test("call.ts answers wrong usage with one sentence and exit code 2", async () => {
  for (
    const args of [
      [],
      ["ws://127.0.0.1:1"],
      ["nowhere", "echo"],
      ["ws://127.0.0.1:1", "echo", "--timeout", "0"],
      ["ws://127.0.0.1:1", "echo", "--frob"],
    ]
  ) assertOneSentence(await call(...args), 2);
});

Deno.test("call.ts says that nobody answers at a URL", async () => {
  const ending = await call("ws://127.0.0.1:1", "echo", "--timeout", "500");
  assertEquals([ending.code, ending.stdout], [1, ""]);
  assertMatch(ending.stderr, /^UNAVAILABLE: .*127\.0\.0\.1:1/);
});

Deno.test("node.ts and call.ts print their flags", async () => {
  for (const file of ["node.ts", "call.ts"]) {
    const { code, stdout } = await run(file, "--help");
    assertEquals(code, 0);
    assertStringIncludes(stdout, `deno run -A examples/${file}`);
  }
});
