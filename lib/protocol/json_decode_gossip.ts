import {
  ADVERTISED_URLS,
  CLUSTER,
  FUNCTION,
  ID,
  INTEGER,
  NUMBER,
  OBJECT,
  RESOURCES,
  TEXT,
} from "./field_shapes.ts";
import { defaulted, listOf, required, type Shape } from "./json_fields.ts";
import type { GossipMessage, PeerInfo } from "./json_messages.ts";
import type { JsonObject, JsonValue } from "./json_value.ts";
import { PEERS_PER_GOSSIP_MAX } from "./limits.ts";
import { tryNodeUrl } from "./names.ts";

const CLOCK: Shape<Readonly<Record<string, number>>> = {
  expected: `an object of at most ${PEERS_PER_GOSSIP_MAX} whole numbers`,
  parse(value) {
    const clock = OBJECT.parse(value);
    if (clock === undefined) return undefined;
    const entries: [string, number][] = [];
    for (const [url, ticks] of Object.entries(clock)) {
      const count = INTEGER.parse(ticks);
      if (count === undefined || entries.length === PEERS_PER_GOSSIP_MAX) return undefined;
      entries.push([url, count]);
    }
    // fromEntries defines own properties, where an assignment to __proto__ would change the object instead.
    return Object.fromEntries(entries);
  },
};

function peer(value: JsonValue): PeerInfo | "undialable" | undefined {
  const info = OBJECT.parse(value);
  if (info === undefined) return undefined;
  const url = tryNodeUrl(required(info, "url", TEXT));
  if (url === undefined) return "undialable";
  return {
    url,
    functions: required(info, "funs", listOf(FUNCTION, PEERS_PER_GOSSIP_MAX)),
    resources: required(info, "locs", RESOURCES),
    lastSeen: required(info, "last_seen", NUMBER),
    clusterId: required(info, "cluster_id", CLUSTER),
    advertisedUrls: defaulted(info, "advertised_urls", ADVERTISED_URLS, []),
    logicalClock: defaulted(info, "logical_clock", CLOCK, {}),
  };
}

/** A message with `role: "gossip"`; nodes with a URL that nobody can dial are left out. */
export function decodeGossip(value: JsonObject): GossipMessage {
  const shape = listOf({ expected: "a node", parse: peer }, PEERS_PER_GOSSIP_MAX);
  return {
    type: "gossip",
    u: required(value, "u", ID),
    clusterId: required(value, "cluster_id", CLUSTER),
    peers: required(value, "peers", shape).filter((one) => one !== "undialable"),
  };
}
