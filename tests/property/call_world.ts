import { assert, assertEquals } from "@std/assert";
import { callError } from "../../lib/protocol/errors.ts";
import { functionName, nodeUrl } from "../../lib/protocol/names.ts";
import { Payload } from "../../lib/protocol/payload.ts";
import type { Outcome } from "../../lib/core/effects.ts";
import type { WireMessage } from "../../lib/core/events.ts";
import type { Reach } from "../../lib/protocol/reach.ts";
import { type CoreNode, CoreWorld, PENDING } from "../unit/core/core_world.ts";

/** How a function of the world behaves. */
export type Manner = "return" | "throw" | "wait" | "never";

/** What may happen in the world; whoever or whatever a number means is taken modulo how many there are. */
export type Deed =
  | {
    readonly kind: "register";
    readonly node: number;
    readonly fun: string;
    readonly manner: Manner;
    readonly concurrency: number;
    readonly queue: number;
    readonly maxHops: number;
  }
  | { readonly kind: "withdraw"; readonly node: number; readonly which: number }
  | {
    readonly kind: "call";
    readonly node: number;
    readonly fun: string;
    readonly ms: number;
    readonly manner: {
      readonly idempotent?: boolean;
      readonly waits?: boolean;
      readonly hedgeMs?: number;
    };
  }
  | {
    readonly kind: "request" | "type";
    readonly node: number;
    readonly funs: readonly string[];
    readonly ms: number;
    readonly chained: boolean;
  }
  | { readonly kind: "cancel"; readonly node: number; readonly which: number }
  | { readonly kind: "finish"; readonly which: number; readonly well: boolean }
  | { readonly kind: "hold" | "release"; readonly from: number; readonly to: number }
  | { readonly kind: "jam"; readonly node: number; readonly which: number; readonly off: boolean }
  | { readonly kind: "hide" | "show" | "kill"; readonly node: number }
  | { readonly kind: "cut"; readonly node: number; readonly which: number }
  | { readonly kind: "drain"; readonly node: number; readonly ms: number }
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "settle" };

interface Made {
  readonly node: CoreNode;
  readonly call: number;
  readonly tags: readonly string[];
  /** It may wait for a provider. */
  readonly isWaiting: boolean;
}

interface Run {
  readonly node: CoreNode;
  readonly invocation: number;
  readonly tag: string;
  readonly mayEnd: boolean;
}

/** Node cores with calls of which everything is known: who made them, what ran, and how they ended. */
export class CallWorld {
  readonly world = new CoreWorld();
  readonly nodes: CoreNode[] = [];
  readonly made: Made[] = [];
  readonly typed: { readonly heard: readonly WireMessage[]; readonly node: CoreNode }[] = [];
  /** Times that each call's function ran, by the call's tag. */
  readonly ran = new Map<string, number>();
  readonly #dead = new Set<CoreNode>();
  readonly #drained = new Set<CoreNode>();
  readonly #registrations = new Map<CoreNode, number[]>();
  readonly #typedTags = new Set<string>();
  /** Tags of calls that may run more than once. */
  readonly #repeatable = new Set<string>();
  readonly #holds = new Set<string>();
  readonly #unended: Run[] = [];
  #tags = 0;

  /** @param peers For each node, those before it that it dials, by number; may name a later one, which it then dials too. */
  constructor(nodes: readonly { readonly peers: readonly number[]; readonly reach: Reach }[]) {
    const urls = nodes.map((_, index) => `ws://n${index}`);
    nodes.forEach(({ peers, reach }, index) => {
      const others = new Set(
        peers.map((peer) => urls[peer % urls.length] ?? "").filter((url) => url !== urls[index]),
      );
      // Half of the nodes hand everything over that they may.
      const handing = index % 2 === 0 ? { handOverUnitsMin: 1 } : {};
      const options = { peers: [...others].map(nodeUrl), reach, ...handing };
      this.nodes.push(this.world.node(urls[index] ?? "", options));
    });
    this.world.settle();
  }

  /** Does one thing. */
  do(deed: Deed): void {
    switch (deed.kind) {
      case "settle":
        return this.world.settle();
      case "pass":
        return this.world.pass(deed.ms, 50 + deed.ms / 20);
      case "finish":
        return this.#finish(deed.which, deed.well);
      case "hold":
      case "release": {
        const [from, to] = [this.#node(deed.from), this.#node(deed.to)];
        if (deed.kind === "release") this.world.release(from, to);
        else if (!this.#holds.has(`${from.url}>${to.url}`)) this.world.hold(from, to);
        if (deed.kind === "hold") this.#holds.add(`${from.url}>${to.url}`);
        else this.#holds.delete(`${from.url}>${to.url}`);
        return;
      }
      default:
        return this.#doAt(this.#node(deed.node), deed);
    }
  }

  #doAt(node: CoreNode, deed: Extract<Deed, { readonly node: number }>): void {
    if (this.#dead.has(node)) return;
    const ends = [...node.ends.keys()];
    switch (deed.kind) {
      case "register":
        if (!this.#drained.has(node)) this.#register(node, deed);
        return;
      case "withdraw": {
        const known = this.#registrations.get(node) ?? [];
        const registration = known[deed.which % known.length];
        if (registration !== undefined) node.step({ type: "withdraw", registration });
        return;
      }
      case "call": {
        const tag = this.#tag();
        if (deed.manner.idempotent) this.#repeatable.add(tag);
        const call = node.call(deed.fun, [tag], [], deed.ms, deed.manner);
        this.made.push({ node, call, tags: [tag], isWaiting: deed.manner.waits === true });
        return;
      }
      case "request":
      case "type":
        return this.#request(node, deed);
      case "cancel": {
        const mine = this.made.filter((one) => one.node === node);
        const call = mine[deed.which % mine.length]?.call;
        if (call !== undefined) node.step({ type: "cancel", call });
        return;
      }
      case "jam": {
        const connection = ends[deed.which % ends.length];
        const type = deed.off ? "drained" : "congested";
        if (connection !== undefined) node.step({ type, connection });
        return;
      }
      case "hide":
        return void this.world.undialable.add(node.url);
      case "show":
        return void this.world.undialable.delete(node.url);
      case "kill":
        this.#dead.add(node);
        return this.world.kill(node);
      case "cut": {
        const connection = ends[deed.which % ends.length];
        if (connection === undefined) return;
        this.world.close(node, connection, "cut");
        return this.world.fly(node, { type: "closed", connection, code: 1006, reason: "cut" });
      }
      case "drain":
        this.#drained.add(node);
        return node.step({ type: "drain", timeoutMs: deed.ms });
    }
  }

  /** Lets all time pass that any call has, and looks at what is left. */
  end(): void {
    for (const pair of this.#holds) {
      const [from, to] = pair.split(">").map((url) => this.nodes.find((one) => one.url === url));
      if (from !== undefined && to !== undefined) this.world.release(from, to);
    }
    this.world.settle();
    while (this.#unended.some((run) => run.mayEnd)) this.#finish(0, true);
    this.world.settle();
    // Who waits for a slot of a function that never ends may do so for a second, at three providers one after the other.
    for (let at = 0; at < 3; at += 1) {
      if (this.nodes.some((node) => node.core.sizes().slotQueue > 0)) this.world.pass(1_100);
    }
    this.#checkNobodyWaitsInVain();
    this.world.pass(45_000, 1_000);
    for (const { node, call, tags } of this.made) this.#checkEnd(node, call, tags);
    for (const [tag, times] of this.ran) {
      // Twice for two retries, and once more for each of the three that is hedged.
      const max = this.#repeatable.has(tag) ? 6 : 1;
      assert(times <= max, `${tag} ran ${times} times`);
    }
    for (const { node, heard } of this.typed) {
      if (this.#dead.has(node) || this.#drained.has(node)) continue;
      assertEquals(heard.filter(({ type }) => type === "response").length, 1);
    }
    for (const node of this.nodes) this.#checkRest(node);
  }

  /** All is delivered: calls wait only for functions that run, and only functions that somebody waits for run unwarned. */
  #checkNobodyWaitsInVain(): void {
    const wanted = new Set<string>();
    for (const { node, call, tags, isWaiting } of this.made) {
      if (this.#dead.has(node) || node.outcomes.has(call)) continue;
      const runs = this.#unended.filter((run) => tags.includes(run.tag));
      assert(
        isWaiting || runs.some((run) => !this.#dead.has(run.node)),
        `Call ${call} of ${node.url} waits for nothing`,
      );
      for (const tag of tags) wanted.add(tag);
    }
    for (const { node, invocation, tag } of this.#unended) {
      if (this.#dead.has(node) || wanted.has(tag) || this.#typedTags.has(tag)) continue;
      assert(node.aborted.includes(invocation), `${tag} runs on ${node.url} for nobody`);
    }
  }

  #checkEnd(node: CoreNode, call: number, tags: readonly string[]): void {
    if (this.#dead.has(node)) return;
    const outcome: Outcome | undefined = node.outcomes.get(call);
    assert(outcome !== undefined, `Call ${call} of ${node.url} never ended`);
    const count = tags.filter((tag) => this.ran.has(tag)).length;
    if (outcome.ok) return assertEquals(count, tags.length, "all ran");
    const { ran, code, message } = outcome.error;
    if (ran === "no") assertEquals(count, 0, `${code}/no, but it ran: ${message}`);
    if (ran === "yes") assert(count > 0, `${code}/yes, but nothing ran: ${message}`);
  }

  #checkRest(node: CoreNode): void {
    if (this.#dead.has(node)) return;
    if (this.#drained.has(node)) assert(node.isStopped, `${node.url} never stopped`);
    const { calls, requests, running: runs, own, inbound, queued, ...more } = node.core.sizes();
    const { parked, slotQueue, stuck } = more;
    const waiting = { own, inbound, queued, parked, slotQueue };
    const counts = { calls, requests, running: runs, stuck, ...waiting };
    const running = this.#unended.filter((run) => run.node === node).length;
    const none = { calls: 0, requests: 0, own: 0, inbound: 0, queued: 0, parked: 0, slotQueue: 0 };
    assertEquals(counts, { ...none, running, stuck: running }, node.url);
    assert(node.wakeAt > this.world.now, `${node.url} never rests`);
  }

  #register(node: CoreNode, deed: Extract<Deed, { kind: "register" }>): void {
    const { fun, manner, concurrency, queue, maxHops } = deed;
    const registration = node.register(fun, ([tag]) => {
      const name = String(tag);
      this.ran.set(name, (this.ran.get(name) ?? 0) + 1);
      if (manner === "return") return name;
      const invocation = node.invocations.at(-1)?.invocation ?? 0;
      if (manner === "throw") this.#throw(node, invocation);
      else this.#unended.push({ node, invocation, tag: name, mayEnd: manner === "wait" });
      return PENDING;
    }, { concurrency, queue, maxHops });
    const known = this.#registrations.get(node) ?? [];
    this.#registrations.set(node, [...known, registration]);
  }

  #request(node: CoreNode, deed: Extract<Deed, { kind: "request" | "type" }>): void {
    const prefix = this.#tag();
    const tags = deed.funs.map((_, index) => `${prefix}-${index}`);
    const commands = deed.funs.map((fun, index) => ({
      name: `c${index}`,
      fun: functionName(fun),
      args: deed.chained && index > 0 ? [tags[index] ?? "", `c${index - 1}`] : [tags[index] ?? ""],
      kwargs: {},
      resources: [],
    }));
    if (deed.kind === "request") {
      const call = node.request({ commands, wanted: undefined, timeoutMs: deed.ms });
      this.made.push({ node, call, tags, isWaiting: false });
    } else {
      const heard = this.world.wscat(node, {
        type: "rpc",
        u: prefix,
        commands,
        returnIntermediateResults: true,
        includeExecutionSummary: true,
      });
      this.typed.push({ heard, node });
      for (const tag of tags) this.#typedTags.add(tag);
    }
  }

  #finish(which: number, isWell: boolean): void {
    const able = this.#unended.filter((run) => run.mayEnd);
    const run = able[which % able.length];
    if (run === undefined) return;
    this.#unended.splice(this.#unended.indexOf(run), 1);
    const { node, invocation } = run;
    if (this.#dead.has(node)) return;
    if (!isWell) return this.#throw(node, invocation);
    const value = Payload.fromValue("late");
    this.world.fly(node, { type: "returned", invocation, value });
  }

  #throw(node: CoreNode, invocation: number): void {
    const error = callError("HANDLER_ERROR", "It failed", "yes");
    this.world.fly(node, { type: "threw", invocation, error });
  }

  #tag(): string {
    this.#tags += 1;
    return `t${this.#tags}`;
  }

  #node(index: number): CoreNode {
    const node = this.nodes[index % this.nodes.length];
    assert(node !== undefined);
    return node;
  }
}
