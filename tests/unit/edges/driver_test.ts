import { assert, assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import type { CallerEffects, EdgeEffects } from "../../../lib/core/effects.ts";
import type { EdgeEvent, Timed } from "../../../lib/core/events.ts";
import type { Machine } from "../../../lib/core/machine.ts";
import { Driver, type DriverEdges } from "../../../lib/edges/driver.ts";
import { MemoryNetwork } from "../../../lib/edges/memory_network.ts";
import { type Clock, systemClock } from "../../../lib/edges/system_clock.ts";
import type {
  Accept,
  Closing,
  Connection,
  ConnectionReader,
  Dialer,
  Frame,
} from "../../../lib/edges/transport.ts";
import { SEND_QUEUE_HARD_BYTES, SEND_QUEUE_SOFT_BYTES } from "../../../lib/protocol/limits.ts";
import { Payload } from "../../../lib/protocol/payload.ts";

interface Poke extends Timed {
  readonly type: "poke";
  readonly act: (edges: EdgeEffects, owner: CallerEffects) => void;
}

/** Writes down what it hears and does what it is told. */
class FakeMachine implements Machine<Poke, CallerEffects> {
  readonly heard: (EdgeEvent | Poke)[] = [];
  answer = (_event: EdgeEvent | Poke): number => Infinity;

  step(event: EdgeEvent | Poke, edges: EdgeEffects, owner: CallerEffects): number {
    this.heard.push(event);
    if (event.type === "poke") event.act(edges, owner);
    return this.answer(event);
  }

  get types(): string[] {
    return this.heard.map(({ type }) => type);
  }
}

/** A clock that stands still until it is told, and wakes one sleeper at most. */
class ManualClock implements Clock {
  time = 1_000;
  readonly sleepers = new Map<number, { at: number; callback: () => void }>();
  #last = 0;

  now(): number {
    return this.time;
  }

  wake(at: number, callback: () => void): () => void {
    if (at === Infinity) return () => {};
    this.#last += 1;
    const id = this.#last;
    this.sleepers.set(id, { at, callback });
    return () => void this.sleepers.delete(id);
  }

  async advance(ms: number): Promise<void> {
    this.time += ms;
    for (const [id, { at, callback }] of [...this.sleepers]) {
      if (at > this.time) continue;
      this.sleepers.delete(id);
      callback();
    }
    await settled();
  }
}

const silentOwner: CallerEffects = {
  items: () => {},
  wanted: () => {},
  settle: () => {},
  report: () => {},
};

/** Lets microtasks run until all is quiet. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

function noDialer(): Dialer {
  return {
    dial: () => Promise.reject(new Error("nobody there")),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A connection whose other side the test plays. */
class FakeConnection implements Connection {
  readonly remote = "fake";
  readonly frames: Frame[] = [];
  bufferedBytes = 0;
  closing: Closing | undefined;
  reader: ConnectionReader | undefined;

  readonly subprotocol: string;

  constructor(subprotocol: string) {
    this.subprotocol = subprotocol;
  }

  open(accept: Accept): this {
    this.reader = accept(this);
    return this;
  }

  send(frame: Frame): void {
    this.frames.push(frame);
  }

  close(code: number, reason: string): void {
    if (this.closing !== undefined) return;
    this.closing = { code, reason, clean: true };
    const closing = this.closing;
    queueMicrotask(() => this.reader?.closed(closing));
  }

  get texts(): string[] {
    return this.frames.map((frame) =>
      typeof frame === "string" ? frame : new TextDecoder().decode(frame)
    );
  }
}

function drive(machine: FakeMachine, edges: Partial<DriverEdges> = {}, owner = silentOwner) {
  const failures: unknown[] = [];
  const driver = new Driver<Poke, CallerEffects>(machine, owner, {
    dialer: noDialer(),
    clock: systemClock(),
    failed: (error) => failures.push(error),
    ...edges,
  });
  const poke = (act: Poke["act"]): void => driver.post((now) => ({ type: "poke", act, now }));
  return { driver, failures, poke };
}

Deno.test("Driver steps what was posted in one turn and sends it as one frame", async () => {
  const machine = new FakeMachine();
  const { driver, poke } = drive(machine);
  await using _driver = driver;
  const connection = new FakeConnection("farcall.v1").open(driver.accept);
  for (let call = 0; call < 3; call += 1) poke((edges) => edges.send(1, { type: "ping" }));
  await settled();
  assertEquals(machine.types, ["opened", "poke", "poke", "poke"]);
  assertEquals(connection.texts.length, 1);
  assertEquals(JSON.parse(connection.texts[0] ?? "").length, 3);
});

Deno.test("Driver sends one json message a frame", async () => {
  const machine = new FakeMachine();
  const { driver, poke } = drive(machine);
  await using _driver = driver;
  const connection = new FakeConnection("").open(driver.accept);
  poke((edges) => {
    edges.send(1, { type: "STATUS", u: "a" });
    edges.send(1, { type: "STATUS", u: "b" });
  });
  await settled();
  assertEquals(connection.texts.map((text) => JSON.parse(text).u), ["a", "b"]);
});

Deno.test("Driver starts another frame when one has enough text", async () => {
  const machine = new FakeMachine();
  const { driver, poke } = drive(machine);
  await using _driver = driver;
  const connection = new FakeConnection("farcall.v1").open(driver.accept);
  poke((edges) => {
    const value = Payload.fromValue("x".repeat(40_000));
    for (let id = 1; id <= 4; id += 1) edges.send(1, { type: "result", id, value });
  });
  await settled();
  assertEquals(connection.texts.map((text) => JSON.parse(text).length), [1, 1, 1, 1]);
});

Deno.test("Driver closes after what was sent before, and drops what comes later", async () => {
  const machine = new FakeMachine();
  const { driver, poke } = drive(machine);
  await using _driver = driver;
  const connection = new FakeConnection("farcall.v1").open(driver.accept);
  poke((edges) => {
    edges.send(1, { type: "goodbye", reason: "enough" });
    edges.close(1, 1000, "enough");
    edges.send(1, { type: "ping" });
  });
  connection.reader?.received('[{"type":"pong"}]');
  await settled();
  assertEquals(connection.frames.length, 1);
  assertStringIncludes(connection.texts[0] ?? "", "goodbye");
  assertEquals(connection.closing?.code, 1000);
  assertEquals(machine.types, ["opened", "poke", "closed"]);
});

Deno.test("Driver refuses broken and oversized frames as malformed", async () => {
  const machine = new FakeMachine();
  const { driver } = drive(machine);
  await using _driver = driver;
  const connection = new FakeConnection("farcall.v1").open(driver.accept);
  connection.reader?.received("{");
  connection.reader?.received("x".repeat(5 * 1024 * 1024));
  connection.reader?.received("é".repeat(2.5 * 1024 * 1024));
  await settled();
  const kinds = machine.heard.map((event) => event.type === "malformed" ? event.error.kind : "");
  assertEquals(kinds, ["", "not_json", "too_large", "too_large"]);
});

Deno.test("Driver reports a message of the other dialect, closes, and lives on", async () => {
  const machine = new FakeMachine();
  const { driver, failures, poke } = drive(machine);
  await using _driver = driver;
  const connection = new FakeConnection("").open(driver.accept);
  poke((edges) => edges.send(1, { type: "ping" }));
  await settled();
  assertEquals(connection.closing?.code, 4500);
  assertEquals(failures.length, 1);
  poke(() => {});
  await settled();
  assertEquals(machine.types, ["opened", "poke", "closed", "poke"]);
});

Deno.test("Driver lets others of a frame through when one message is too large", async () => {
  const machine = new FakeMachine();
  const { driver, failures, poke } = drive(machine);
  await using _driver = driver;
  const connection = new FakeConnection("farcall.v1").open(driver.accept);
  poke((edges) => {
    edges.send(1, { type: "ping" });
    edges.send(1, { type: "result", id: 1, value: Payload.fromValue("x".repeat(5_000_000)) });
    edges.send(1, { type: "pong" });
  });
  await settled();
  assertEquals(connection.frames.length, 2);
  assertEquals(connection.closing?.code, 4500);
  assertEquals(failures.length, 1);
});

Deno.test("Driver survives an owner and a machine that throw", async () => {
  const machine = new FakeMachine();
  const owner: CallerEffects = {
    items: () => {},
    wanted: () => {},
    settle: () => {
      throw new Error("owner");
    },
    report: () => {},
  };
  const { driver, failures, poke } = drive(machine, {}, owner);
  await using _driver = driver;
  let wentOn = false;
  poke((_edges, sink) => {
    sink.settle(1, { ok: true, value: Payload.fromValue(null) });
    wentOn = true;
  });
  poke(() => {
    throw new Error("machine");
  });
  poke(() => {});
  await settled();
  assert(wentOn);
  assertEquals(failures.map(String), ["Error: owner", "Error: machine"]);
  assertEquals(machine.types.length, 3);
});

Deno.test("Driver ticks once in the same turn when a step asks for it", async () => {
  const machine = new FakeMachine();
  machine.answer = (event) => event.type === "tick" ? Infinity : event.now;
  const { driver, poke } = drive(machine);
  await using _driver = driver;
  poke(() => {});
  poke(() => {});
  await settled();
  assertEquals(machine.types, ["poke", "poke", "tick"]);
});

Deno.test("Driver does not hang on a machine that always wants another tick", async () => {
  const machine = new FakeMachine();
  machine.answer = (event) => event.now;
  const clock = new ManualClock();
  const { driver, poke } = drive(machine, { clock });
  await using _driver = driver;
  poke(() => {});
  await settled();
  const ticks = machine.types.length;
  assert(ticks > 1 && ticks < 100, `${ticks}`);
  await clock.advance(1);
  assertGreater(machine.types.length, ticks);
});

Deno.test("Driver ticks when the machine asked for it and holds one timer", async () => {
  const machine = new FakeMachine();
  const clock = new ManualClock();
  let wish = clock.time + 100;
  machine.answer = (event) => {
    if (event.type === "tick") wish = Infinity;
    return wish;
  };
  const { driver, poke } = drive(machine, { clock });
  await using _driver = driver;
  for (let turn = 0; turn < 3; turn += 1) {
    poke(() => {});
    await settled();
    assertEquals(clock.sleepers.size, 1);
  }
  await clock.advance(99);
  assertEquals(machine.types, ["poke", "poke", "poke"]);
  await clock.advance(1);
  assertEquals(machine.types, ["poke", "poke", "poke", "tick"]);
});

Deno.test("Driver reports congestion and its end", async () => {
  const machine = new FakeMachine();
  const clock = new ManualClock();
  const { driver, poke } = drive(machine, { clock });
  await using _driver = driver;
  const connection = new FakeConnection("farcall.v1").open(driver.accept);
  connection.bufferedBytes = SEND_QUEUE_SOFT_BYTES + 1;
  poke((edges) => edges.send(1, { type: "ping" }));
  await settled();
  assertEquals(machine.types, ["opened", "poke", "congested"]);
  await clock.advance(50);
  connection.bufferedBytes = 10;
  await clock.advance(50);
  assertEquals(machine.types, ["opened", "poke", "congested", "drained"]);
  assertEquals(clock.sleepers.size, 0);
});

Deno.test("Driver closes a connection whose queue is stuck, not one that drains slowly", async () => {
  const machine = new FakeMachine();
  const clock = new ManualClock();
  const { driver, poke } = drive(machine, { clock });
  await using _driver = driver;
  const stuck = new FakeConnection("farcall.v1").open(driver.accept);
  const slow = new FakeConnection("farcall.v1").open(driver.accept);
  stuck.bufferedBytes = slow.bufferedBytes = 2 * SEND_QUEUE_SOFT_BYTES;
  const pings = (edges: EdgeEffects): void => {
    edges.send(1, { type: "ping" });
    edges.send(2, { type: "ping" });
  };
  poke(pings);
  await settled();
  for (let time = 0; time < 12_000; time += 50) {
    slow.bufferedBytes -= 1;
    await clock.advance(50);
    // What is added behind the stuck bytes is no progress.
    if (time % 5_000 === 0 && stuck.closing === undefined) {
      poke(pings);
      await settled();
      stuck.bufferedBytes += stuck.texts.at(-1)?.length ?? 0;
    }
  }
  assertEquals(stuck.closing?.code, 4408);
  assertEquals(slow.closing, undefined);
});

Deno.test("Driver closes a connection when more is sent above the hard limit", async () => {
  const machine = new FakeMachine();
  const clock = new ManualClock();
  const { driver, poke } = drive(machine, { clock });
  await using _driver = driver;
  const connection = new FakeConnection("farcall.v1").open(driver.accept);
  connection.bufferedBytes = SEND_QUEUE_HARD_BYTES + 1;
  poke((edges) => edges.send(1, { type: "ping" }));
  await settled();
  await clock.advance(50);
  assertEquals(connection.closing, undefined);
  assertEquals(machine.types, ["opened", "poke", "congested"]);
  poke((edges) => edges.send(1, { type: "ping" }));
  await settled();
  assertEquals(connection.closing?.code, 4408);
  assertEquals(machine.types, ["opened", "poke", "congested", "poke", "closed"]);
});

Deno.test("Driver dials with the dialects as subprotocols and tells which dial opened", async () => {
  const network = new MemoryNetwork();
  const there = new FakeMachine();
  const { driver: listening } = drive(there);
  await using _listening = listening;
  listening.adopt(network.listen("ws://there", listening.accept, ["farcall.v1"]));
  const here = new FakeMachine();
  const { driver, poke } = drive(here, { dialer: network.dialer("here") });
  await using _driver = driver;
  poke((edges) => {
    const both = ["farcall.v1", "json"] as const;
    edges.dial(7, { url: "ws://there", dialects: both, timeoutMs: 1_000 });
    edges.dial(8, { url: "ws://there", dialects: ["json"], timeoutMs: 1_000 });
    edges.dial(9, { url: "ws://nobody", dialects: ["json"], timeoutMs: 1_000 });
  });
  await settled();
  const opened = here.heard.flatMap((event) =>
    event.type === "opened" ? [[event.dial, event.dialect]] : []
  );
  assertEquals(opened, [[7, "farcall.v1"], [8, "json"]]);
  const failed = here.heard.flatMap((event) => event.type === "dial_failed" ? [event] : []);
  assertEquals(failed.map(({ dial }) => dial), [9]);
  assertStringIncludes(failed[0]?.message ?? "", "ws://nobody");
  assertEquals(there.types, ["opened", "opened"]);
});

Deno.test("Driver ends connections, dials, listeners and timer when it is disposed", async () => {
  const network = new MemoryNetwork();
  const machine = new FakeMachine();
  const clock = new ManualClock();
  machine.answer = () => clock.time + 1_000;
  const pending: AbortSignal[] = [];
  const dialer: Dialer = {
    dial: (_target, _accept, signal) => {
      pending.push(signal);
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const { driver, poke } = drive(machine, { clock, dialer });
  driver.adopt(network.listen("ws://here", driver.accept));
  const connection = new FakeConnection("farcall.v1").open(driver.accept);
  poke((edges) => edges.dial(1, { url: "ws://far", dialects: ["json"], timeoutMs: 1_000 }));
  await settled();
  poke((edges) => edges.send(1, { type: "goodbye", reason: "last words" }));
  await driver[Symbol.asyncDispose]();
  assertStringIncludes(connection.texts.join(), "last words");
  assertEquals(connection.closing?.code, 1001);
  assertEquals(pending.map(({ aborted }) => aborted), [true]);
  assertEquals(clock.sleepers.size, 0);
  const heard = machine.heard.length;
  poke(() => {});
  const late = new FakeConnection("farcall.v1").open(driver.accept);
  await settled();
  assertEquals(machine.heard.length, heard);
  assertEquals(late.closing?.code, 1001);
  network.listen("ws://here", driver.accept); // the address is free again
});
