import { DEAD_AFTER_MS } from "../protocol/limits.ts";
import { type Faults, type OperationKind, withDefaults } from "./fault_options.ts";
import type { FaultOptions } from "./fault_options.ts";
import type { SimulatedClient } from "./simulated_client.ts";
import type { SimulatedFunction } from "./simulated_function.ts";
import type { Dialable, SimulatedFlooder } from "./simulated_flooder.ts";
import { SimulatedNode } from "./simulated_node.ts";
import type { SimulatedOfferOptions } from "./simulated_offer.ts";
import type { Rest, SimulatedWorld } from "./simulated_world.ts";
import type { Operation } from "./operation.ts";
import { type Fate, type Story, STORY_CLUSTERS_MAX } from "./story.ts";
import { changedPolicy, storyPolicy } from "./story_policy.ts";
import type { Violation } from "./violation.ts";

/** Functions that a story's nodes offer, by name. */
export type StoryFunctions = Readonly<Record<string, SimulatedFunction>>;

const RESOURCES: readonly (readonly string[])[] = [[], ["gpu"], ["gpu", "data"], ["data"]];
const SCOPES: readonly (readonly string[])[] = [[], [], ["c0"], ["c1", "c2"]];
/** As slow as a path may be that can still open connections: two ways and back within a handshake's time, in ms. */
const SLOWEST_MS = 1_200;
/** How far a clock is set back before a restart, in ms: more than any story lasts. */
const BEHIND_MS = 86_400_000;
/** A clock jumps back a small part of what it jumps ahead: it stands still for so long. */
const BACK_PART = 300;
const CALL_TIMEOUTS_MS = [200, 2_000, 10_000, 30_000];
/** It takes longer than most calls wait. */
const SLOW_FUNCTION = "crawl";
const CALLS_MS = 60_000;
/** Within this time a silent connection counts as dead, in ms. */
const SILENCE_NOTICED_MS = 2 * DEAD_AFTER_MS;

/** A story that is being lived: a world and its inhabitants. */
export class StoryLife {
  /** The world it happens in. */
  readonly world: SimulatedWorld;
  /** The story's nodes by their numbers. */
  readonly nodes: readonly SimulatedNode[];
  readonly #flooders: readonly SimulatedFlooder[];
  readonly #client: SimulatedClient;
  readonly #story: Story;
  readonly #faults: Faults;
  readonly #functions: StoryFunctions;
  readonly #names: readonly string[];

  /** Begins a story: nodes are started, nothing has happened. */
  constructor(
    world: SimulatedWorld,
    story: Story,
    functions: StoryFunctions,
    faults: FaultOptions | undefined,
  ) {
    this.world = world;
    this.#story = story;
    this.#faults = withDefaults(faults);
    this.#functions = functions;
    this.#names = Object.keys(functions);
    const nodes: SimulatedNode[] = [];
    const originals = new Map(story.twins);
    for (let number = 0; number < story.nodes; number += 1) {
      const original = nodes[originals.get(number) ?? number];
      nodes.push(world.addNode(`n${number}`, {
        cluster: `c${number % story.clusters}`,
        policy: storyPolicy(story.refused[number] ?? 0, story.imports[number] ?? 0),
        setup: (node) => this.#register(node, number * 7, 0),
        isLate: true,
        ...(original === undefined ? {} : { url: original.url }),
      }));
    }
    this.nodes = nodes;
    for (const [one, other] of story.edges) this.#pair(one, other, (a, b) => a.join(b));
    for (const node of nodes.slice(0, story.lateFrom)) node.start();
    this.#flooders = this.#addFlooders();
    this.#client = world.addClient("client", nodes);
  }

  /** Lives through one operation; its pause is over. */
  live({ kind, node: number, other: second, value }: Operation): void {
    const [node, other] = [this.#someone(number), this.#someone(second)];
    if (node === undefined || other === undefined) return;
    const path = this.#pathDeeds[kind];
    if (path !== undefined) return path(node, other, value);
    if (!(node instanceof SimulatedNode)) return this.#flooderDeed(kind, node, value);
    if (kind === "join") node.join(other);
    else if (other instanceof SimulatedNode) this.#deeds[kind]?.(node, other, value);
  }

  /**
   * Lives through one operation that meets a federation at rest. One that would be a loss and a growth at once does nothing.
   */
  liveAtRest(operation: Operation): Rest {
    const isAlive = this.nodes[operation.node]?.isAlive ?? false;
    const isDouble = operation.kind === "restart" && isAlive;
    return this.world.settleAfter(() => isDouble ? undefined : this.live(operation));
  }

  /** Ends the story: all die but one node, if there is one that works. Returns what is wrong. */
  end(): Violation[] {
    const working = this.nodes.filter((node) => node.isRunning);
    const last = working[this.#story.seed % Math.max(1, working.length)];
    return last === undefined ? [] : this.world.outlive(last);
  }

  /** The faults are over. In liveness the core heals, and the rest is as broken as its fates say. */
  endFaults(): readonly SimulatedNode[] {
    const { mode, core, fates } = this.#story;
    if (mode === "safety") {
      for (const node of this.nodes) node.goOn();
      return this.nodes;
    }
    const healed = this.nodes.filter((_, number) => core.includes(number));
    this.nodes.forEach((node, number) => {
      if (!healed.includes(node)) return this.#doom(node, healed, fates[number] ?? "dead");
      if (node.isLeaving) node.kill();
      node.start();
      node.goOn();
      for (const peer of healed) if (node.peers.has(peer)) this.world.repair(node, peer);
    });
    this.#flooders.forEach((flooder, at) => {
      this.#healOrDoom(flooder, healed, fates[this.nodes.length + at] ?? "dead");
    });
    return healed;
  }

  /**
   * When silence has been noticed everywhere, also where only calls went, every node of the core calls each function
   * once. What it lists must answer, what it does not list must say so.
   *
   * @returns What went wrong, in sentences.
   */
  callEverything(core: readonly SimulatedNode[]): string[] {
    this.world.pass(SILENCE_NOTICED_MS);
    const calls = core.flatMap((node) => {
      const listed = new Set(node.listings().map(({ fun }) => fun as string));
      return this.#names.map((fun) => ({
        call: node.call(fun, [1, 2], { timeoutMs: CALLS_MS }),
        isListed: listed.has(fun),
        isKeptOut: !listed.has(fun) && node.policy.imports?.length !== 0,
      }));
    });
    const isPlain = this.#flooders.length === 0 && this.#story.twins.length === 0;
    const began = this.world.now;
    const isOpen = (): boolean => calls.some(({ call }) => call?.outcome === undefined);
    while (isOpen() && this.world.now - began < 2 * CALLS_MS) this.world.pass(500);
    return calls.flatMap(({ call, isListed, isKeptOut }) => {
      const outcome = call?.outcome;
      const got = outcome === undefined ? "no end" : outcome.ok ? "a result" : outcome.error.code;
      const hasThrown = call?.threw !== undefined;
      const wanted = !isListed ? "FUNCTION_NOT_FOUND" : hasThrown ? "HANDLER_ERROR" : "a result";
      // A node of whose URL there are two may not be the one that is listed, and what was flooded may be a ghost.
      if (isKeptOut && got === "NO_PROVIDER") return [];
      if (got === wanted || (!isPlain && got !== "no end")) return [];
      const why = outcome?.ok === false ? `: ${outcome.error.message}` : "";
      return [`${call?.caller} called ${call?.fun} and got ${got}, not ${wanted}${why}`];
    });
  }

  readonly #deeds: Readonly<
    Partial<
      Record<OperationKind, (node: SimulatedNode, other: SimulatedNode, value: number) => void>
    >
  > = {
    register: (node, _, value) => this.#register(node, value),
    withdraw: (node, _, value) => void this.#withdraw(node, value),
    reregister: (node, _, value) => {
      if (this.#withdraw(node, value)) this.#register(node, value);
    },
    call: (node, _, value) => this.#call(node, value),
    clientCall: (_node, _other, value) => this.#call(this.#client, value),
    request: (node, _, value) => this.#request(node, value),
    clientRequest: (_node, _other, value) => this.#request(this.#client, value),
    resync: (node) => node.resync(),
    policy: (node, _, value) => node.setPolicy(changedPolicy(value)),
    crash: (node) => node.kill(),
    powerLoss: (node) => node.kill(true),
    restart: (node) => {
      node.kill();
      node.start();
    },
    restartBehind: (node) => {
      node.kill();
      node.start(BEHIND_MS);
    },
    leave: (node, _, value) => node.leave(value % 3_000),
    stop: (node) => node.stop(),
    continue: (node) => node.goOn(),
    clockJump: (node, _, value) => {
      const far = Math.ceil(this.#faults.clockJumpMsMax ** ((value % 1_000) / 1_000));
      node.jumpClock(value % 3 > 0 ? far : -Math.ceil(far / BACK_PART));
    },
  };

  readonly #pathDeeds: Readonly<
    Partial<Record<OperationKind, (node: Dialable, other: Dialable, value: number) => void>>
  > = {
    cut: (node, other) => this.world.cut(node, other),
    silence: (node, other) => this.world.cut(node, other, "silent"),
    silenceOneWay: (node, other) => this.world.silence(node, other),
    partition: (_node, _other, value) => this.#partition(value),
    heal: () => this.#everyPair((one, other) => this.world.repair(one, other)),
    repair: (node, other) => this.world.repair(node, other),
    slow: (node, other, value) => {
      this.world.setLatency(node, other, value % 2 === 0 ? SLOWEST_MS : 1);
    },
    narrow: (node, other, value) => {
      this.world.setWindow(node, other, value % 3 === 0 ? Infinity : value % 3);
    },
  };

  #addFlooders(): SimulatedFlooder[] {
    const { flooders, nodes, edges } = this.#story;
    const made: SimulatedFlooder[] = [];
    for (let at = 0; at < flooders; at += 1) {
      const dialled = edges.flatMap(([one, other]) => one === nodes + at ? [other] : []);
      const peers = dialled.flatMap((number) => this.nodes[number] ?? made[number - nodes] ?? []);
      const flooder = this.world.addFlooder(`o${at}`, {
        ...{ cluster: `c${at % STORY_CLUSTERS_MAX}`, functions: [`legacy${at}`], peers },
      });
      made.push(flooder);
      for (const [one, other] of edges) if (other === nodes + at) this.nodes[one]?.join(flooder);
    }
    return made;
  }

  #someone(number: number): SimulatedNode | SimulatedFlooder | undefined {
    return this.nodes[number] ?? this.#flooders[number - this.nodes.length];
  }

  #flooderDeed(kind: OperationKind, flooder: SimulatedFlooder, value: number): void {
    if (kind === "register") flooder.offer(this.#names[value % this.#names.length] ?? "nothing");
    if (kind === "crash" || kind === "powerLoss") flooder.kill(kind === "powerLoss");
    if (kind !== "restart") return;
    flooder.kill();
    flooder.start();
  }

  #register(node: SimulatedNode, value: number, resource = (value >> 6) & 3): void {
    const name = this.#names[value % this.#names.length];
    const run = name === undefined ? undefined : this.#functions[name];
    if (name === undefined || run === undefined) return;
    const options: SimulatedOfferOptions = {
      resources: RESOURCES[resource] ?? [],
      maxHops: (value >> 8) % (this.#story.maxHops + 1),
      clusters: SCOPES[(value >> 12) & 3] ?? [],
      // Calls of some functions end by their deadlines now and then, those of one mostly.
      runMsMax: name === SLOW_FUNCTION ? 40_000 : value % 5 === 0 ? 5_000 : 200,
    };
    node.register(name, run, options);
  }

  #withdraw(node: SimulatedNode, value: number): boolean {
    const ids = [...node.offers.keys()];
    const id = ids[value % Math.max(1, ids.length)];
    if (id !== undefined) node.withdraw(id);
    return id !== undefined;
  }

  #call(caller: SimulatedNode | SimulatedClient, value: number): void {
    const fun = this.#someFunction(caller, value, value % 4 > 0);
    const resources = value % 3 === 0 ? (RESOURCES[(value >> 6) & 3] ?? []) : [];
    const timeoutMs = CALL_TIMEOUTS_MS[(value >> 8) & 3] ?? 1_000;
    caller.call(fun, [value % 100, 1], { resources, timeoutMs });
  }

  /** Any function, or one that is in the caller's reach: else most calls would find nobody. */
  #someFunction(
    caller: SimulatedNode | SimulatedClient,
    value: number,
    isKnown: boolean,
  ): string {
    const known = isKnown ? caller.functions() : [];
    const names = known.length > 0 ? known : this.#names;
    return names[value % names.length] ?? "nothing";
  }

  #request(caller: SimulatedNode | SimulatedClient, value: number): void {
    const fun = (shift: number): string =>
      this.#someFunction(caller, value >> shift, value % 8 > 0);
    const commands = [
      { name: "one", fun: fun(0), args: [value % 10, 1] },
      { name: "two", fun: fun(4), args: ["one", 2] },
      { name: "three", fun: fun(8), args: value % 2 === 0 ? ["one", "two"] : [3] },
    ];
    const timeoutMs = CALL_TIMEOUTS_MS[(value >> 8) & 3] ?? 1_000;
    caller.request(commands.slice(0, 2 + value % 2), { timeoutMs });
  }

  #partition(value: number): void {
    this.#everyPair((one, other, a, b) => {
      if (((value >> (a % 20)) & 1) === ((value >> (b % 20)) & 1)) return;
      const how = value % 3;
      if (how === 2) this.world.silence(one, other);
      else this.world.cut(one, other, how === 1 ? "silent" : "reset");
    });
  }

  #doom(node: SimulatedNode, healed: readonly SimulatedNode[], fate: string): void {
    if (fate === "dead" || fate === "dark") return node.kill(fate === "dark");
    if (fate === "still") return node.stop();
    for (const one of healed) {
      this.world.silence(one, node);
      if (fate === "silent") this.world.silence(node, one);
    }
  }

  /** A flooding node by its fate: half of them heal with the core. */
  #healOrDoom(flooder: SimulatedFlooder, healed: readonly SimulatedNode[], fate: Fate): void {
    if (fate === "dead" || fate === "dark") return flooder.kill(fate === "dark");
    if (fate !== "still") {
      for (const node of healed) {
        this.world.silence(node, flooder);
        if (fate === "silent") this.world.silence(flooder, node);
      }
      return;
    }
    flooder.start();
    for (const node of healed) this.world.repair(node, flooder);
  }

  #pair(one: number, other: number, act: (a: SimulatedNode, b: SimulatedNode) => void): void {
    const [a, b] = [this.nodes[one], this.nodes[other]];
    if (a !== undefined && b !== undefined) act(a, b);
  }

  #everyPair(act: (one: Dialable, other: Dialable, a: number, b: number) => void): void {
    const all = [...this.nodes, ...this.#flooders];
    all.forEach((other, b) => all.slice(0, b).forEach((one, a) => act(one, other, a, b)));
  }
}
