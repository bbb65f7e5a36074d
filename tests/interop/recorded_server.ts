/** What a recorded node was before the recording began: its URL, cluster, functions, and whom it knew. */

import type { JsonObject, JsonValue } from "../../lib/protocol/json_value.ts";
import { type Conversation, fieldsOf, kindOf, listOf, objectOf } from "./conversations.ts";

/** One function at the start. */
export interface StartFunction {
  readonly name: string;
  readonly resources: readonly string[];
}

/** A recorded node at the start. */
export interface RecordedServer {
  readonly name: string;
  readonly url: string;
  readonly cluster: string;
  readonly functions: readonly StartFunction[];
}

function all(resources: readonly string[], ...names: string[]): StartFunction[] {
  return names.map((name) => ({ name, resources }));
}

/** The one node of the recordings that have only one. */
const STANDARD: readonly StartFunction[] = [
  ...all([], "echo", "echos", "add", "mul", "greet", "boom", "stats", "slow", "describe", "big"),
  ...all([], "weird"),
  ...all(["gpu"], "whoami_gpu"),
  ...all(["gpu", "dataset-v2"], "whoami_gpu_ds"),
];

/** Recordings that begin after the handshakes, and what nodes had registered then. */
const KNOWN: Readonly<Record<string, Readonly<Record<string, readonly StartFunction[]>>>> = {
  "abrupt-kill": {
    server1: all([], "echo", "echos", "f1"),
    server2: all([], "echo", "echos", "f2"),
    server3: all([], "echo", "echos", "f3"),
  },
  "fed-goodbye-gossip": {
    server1: [...all([], "echo", "echos"), ...all(["gpu"], "chainf")],
    server2: all([], "echo", "echos"),
    server3: all([], "echo", "echos"),
  },
  "goodbye": {
    server1: all([], "echo", "echos", "f1"),
    server2: all([], "echo", "echos", "f2"),
    server3: all([], "echo", "echos", "f3"),
  },
  "peers-announce-runtime": {
    server1: all([], "echo", "echos"),
    server2: all([], "echo", "echos"),
  },
  "routed-call": {
    server1: all([], "echo", "echos"),
    server3: all(["cpu", "gpu"], "echo", "echos", "add", "stats", "gpu_who"),
  },
  "routed-call-errors": {
    server1: all([], "echo", "echos"),
    server2: all([], "echo", "echos", "boom", "add"),
  },
};

/** Recorded nodes that another one knew by a handshake that was not recorded, and no frame shows. */
export const KNEW: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "abrupt-kill": { server1: ["server2"] },
  "fed-goodbye-gossip": { server3: ["server2"] },
  "routed-call": { server1: ["server3"] },
};

function strings(value: JsonValue | undefined): string[] {
  return listOf(value).map(String);
}

/** What a node was at the start. */
export function recordedServer({ name, lines }: Conversation, server: string): RecordedServer {
  const hellos = lines.filter((line) => line.from === server && kindOf(line.json) === "HELLO")
    .map((line) => fieldsOf(line.json));
  const gossip = lines.filter((line) => line.from === server && kindOf(line.json) === "gossip");
  const goodbye = lines.find((line) => line.from === server && kindOf(line.json) === "GOODBYE");
  const acks = lines.filter((line) => line.from === server && kindOf(line.json) === "HELLO_ACK");
  const self = gossip[0]?.json?.["peers"];
  const url = strings(hellos[0]?.["advertised_urls"])[0] ??
    fieldsOf(acks[0]?.json)["acknowledging_server"] ??
    fieldsOf(goodbye?.json)["departing_node_url"] ??
    objectOf(listOf(self)[0])["url"];
  const cluster = hellos[0]?.["cluster_id"] ?? gossip[0]?.json?.["cluster_id"] ??
    fieldsOf(goodbye?.json)["cluster_id"] ?? "demo-cluster";
  const own = String(url ?? `ws://127.0.0.1:${4_000 + Number(/\d+$/.exec(server)?.[0] ?? 0)}`);
  const late = new Set(
    hellos.filter((one) => one["original_source"] === own).flatMap((one) => strings(one["funs"])),
  );
  const shake = hellos.find((one) => one["original_source"] === "");
  const isAlone = !lines.some(({ from, to }) =>
    [from, to].some((one) => one.startsWith("server") && one !== server)
  );
  const known = KNOWN[name]?.[server];
  const told = all(strings(shake?.["locs"]).sort(), ...strings(shake?.["funs"]));
  const start = known ??
    (shake === undefined && !isAlone
      ? all([], "echo", "echos")
      : isStandard(shake)
      ? STANDARD
      : told);
  return {
    name: server,
    url: own,
    cluster: String(cluster),
    functions: start.filter((one) => !late.has(one.name)),
  };
}

/** Whether a node told of the standard functions, or of nothing at all. */
function isStandard(shake: JsonObject | undefined): boolean {
  return shake === undefined || strings(shake["funs"]).includes("whoami_gpu");
}
