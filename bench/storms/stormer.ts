// deno-lint-ignore-file no-console
/**
 * Makes a storm, as a process. It writes frames of `farcall.v1` by hand and so costs next to nothing: what is measured is the
 * server, and not a client that shares the machine with it. Prints what became of its calls as one line of JSON.
 *
 * @module
 */
import { delay } from "@std/async";
import type { CallerReport } from "./caller.ts";
import { openUndelayed } from "../undelayed_socket.ts";
import { Tally } from "./tally.ts";

/** What a storm is. */
export interface StormPlan {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** Calls a second. */
  readonly rate: number;
  /** Calls `wait` and gives each up at once, in place of calling `work`. */
  readonly cancels: boolean;
}

/** How often calls are made, in ms. */
const BEAT_MS = 5;
/** Calls are given up so many beats after they were sent. */
const GIVEN_UP_AFTER = 2;
const TIMEOUT_MS = 10_000;
/** How long the last answers may take, in ms. */
const LAST_MS_MAX = 15_000;

/** One connection. */
class RawClient {
  readonly #socket: WebSocket;
  readonly #tally: Tally;
  readonly #fun: string;
  /** When each call was made, and for how long this process had got no processor until then. */
  readonly #began = new Map<number, { readonly at: number; readonly stillMs: number }>();
  /** Numbers of calls, by the beat in which they were sent. */
  readonly #beats: number[][] = [];
  #last = 0;

  private constructor(socket: WebSocket, tally: Tally, fun: string) {
    this.#socket = socket;
    this.#tally = tally;
    this.#fun = fun;
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(String(data)));
  }

  static async open(url: string, tally: Tally, fun: string): Promise<RawClient> {
    // A plain one would hold frames back until those before are acknowledged, and the server would look slow.
    const socket = await openUndelayed(url, ["farcall.v1"]);
    socket.send('[{"type":"hello","role":"client"}]');
    return new RawClient(socket, tally, fun);
  }

  /** Calls that have not ended. */
  get open(): number {
    return this.#began.size;
  }

  /** Makes so many calls in one frame. */
  call(count: number): void {
    const began = { at: performance.now(), stillMs: this.#tally.stillMs };
    const ids: number[] = [];
    const calls: string[] = [];
    for (let left = count; left > 0; left -= 1) {
      const id = this.#last += 1;
      ids.push(id);
      this.#began.set(id, began);
      calls.push(
        `{"type":"call","id":${id},"fun":"${this.#fun}","args":[],"timeout_ms":${TIMEOUT_MS}}`,
      );
    }
    this.#beats.push(ids);
    if (calls.length > 0) this.#socket.send(`[${calls.join(",")}]`);
  }

  /** Gives up what was sent a few beats ago. */
  giveUp(all = false): void {
    while (this.#beats.length > (all ? 0 : GIVEN_UP_AFTER)) {
      const ids = (this.#beats.shift() ?? []).filter((id) => this.#began.has(id));
      const cancels = ids.map((id) => `{"type":"cancel","id":${id}}`);
      if (cancels.length > 0) this.#socket.send(`[${cancels.join(",")}]`);
    }
  }

  #hear(messages: readonly { type: string; id: number; error?: { code: string; ran: string } }[]) {
    const now = performance.now();
    for (const { type, id, error } of messages) {
      if (type === "ping") this.#socket.send('[{"type":"pong"}]');
      if (type !== "result" && type !== "error") continue;
      const began = this.#began.get(id);
      if (began === undefined) continue;
      this.#began.delete(id);
      const how = error === undefined ? "ok" : `${error.code}/${error.ran}`;
      this.#tally.ended(how, began.at, now, this.#tally.stillMs - began.stillMs);
    }
  }
}

const plan: StormPlan = JSON.parse(Deno.args[0] ?? "");
const tally = new Tally();
const fun = plan.cancels ? "wait" : "work";
const clients = await Promise.all(
  Array.from({ length: plan.connections }, () => RawClient.open(plan.url, tally, fun)),
);
const beganAt = performance.now();
let made = 0;
for (let now = beganAt; now - beganAt < plan.seconds * 1_000; now = performance.now()) {
  const due = Math.floor((now - beganAt) / 1_000 * plan.rate) - made;
  made += due;
  for (const [index, client] of clients.entries()) {
    client.call(Math.floor((due + index) / clients.length));
    if (plan.cancels) client.giveUp();
  }
  await delay(BEAT_MS);
}
if (plan.cancels) { for (const client of clients) client.giveUp(true); }
const endAt = performance.now() + LAST_MS_MAX;
while (clients.some(({ open }) => open > 0) && performance.now() < endAt) await delay(BEAT_MS);
const unanswered = clients.reduce((sum, { open }) => sum + open, 0);
if (unanswered > 0) tally.ended("never", performance.now(), performance.now());
const report: CallerReport = { ...tally.report(plan.seconds), made };
console.log(JSON.stringify(report));
Deno.exit();
