import { ulid } from "@std/ulid";
import { Calls } from "../client/calls.ts";
import { ContractWarnings } from "../client/contract_warnings.ts";
import { NODE_FUNCTIONS } from "../client/description.ts";
import { tellConsole } from "../client/tell_console.ts";
import type { NodeOwnerEffects } from "../core/effects.ts";
import type { NodeCommand } from "../core/events.ts";
import { NodeCore } from "../core/node_core.ts";
import { Driver } from "../edges/driver.ts";
import { systemEntropy } from "../edges/entropy.ts";
import { acceptPieces } from "../edges/piece_frames.ts";
import { systemPeerReader } from "../edges/peer_reader.ts";
import { systemClock } from "../edges/system_clock.ts";
import type { Accept, Connection, ConnectionReader, Listener } from "../edges/transport.ts";
import { webSocketDialer } from "../edges/websocket_dialer.ts";
import { seededRandom } from "../protocol/seeded_random.ts";
import { functionName, incarnation, type NodeUrl, nodeUrl } from "../protocol/names.ts";
import { ContractFetcher } from "./contract_fetcher.ts";
import { ContractShelf } from "./contract_shelf.ts";
import { introspection } from "./introspection.ts";
import type { ContractDigest } from "../protocol/contract_facts.ts";
import { isJsonObject, type JsonValue } from "../protocol/json_value.ts";
import { FunctionHost } from "../client/function_host.ts";
import { advertisedUrl, listenAt, NODE_SUBPROTOCOLS } from "./listening.ts";
import { PeerRefresh } from "./peer_refresh.ts";
import { FarcallNode } from "./node.ts";
import { NodeOwner } from "./node_owner.ts";
import { type CheckedNodeOptions, checkNodeOptions, type NodeOptions } from "./options.ts";

/**
 * Starts a node.
 *
 * @param options Where it listens or how others reach it, its cluster, its peers.
 * @returns The node, listening. Links to its peers come up by themselves: watch `links()` to know when.
 * @throws {TypeError | RangeError} If an option is not what it must be.
 * @throws {ListenError} If it can't listen there.
 *
 * @example Two nodes, one function
 * ```ts
 * import { startNode } from "@farcall/farcall";
 * import { assertEquals } from "@std/assert";
 *
 * await using hub = await startNode({ listen: "ws://127.0.0.1:0" });
 * await using worker = await startNode({ listen: "ws://127.0.0.1:0", peers: [hub.url] });
 * worker.register("add", ([a, b]) => Number(a) + Number(b));
 *
 * for await (const { offer } of hub.offers({ function: "add" })) {
 *   assertEquals([offer.origin, offer.distance], [worker.url, 1]);
 *   break;
 * }
 * assertEquals(await hub.call("add", [1, 2]), 3);
 * ```
 */
export async function startNode(options: NodeOptions = {}): Promise<FarcallNode> {
  const checked = checkNodeOptions(options);
  // The listener is open for a moment before the node is: the node's URL needs the real port.
  let accept: Accept = notReady;
  const listener = await listen(
    options,
    checked,
    acceptPieces((connection) => accept(connection)),
  );
  const url = checked.url ?? nodeUrl(advertisedUrl(options.listen ?? "", listener?.url ?? ""));
  const clock = options.edges?.clock ?? systemClock();
  const entropy = options.edges?.entropy ?? systemEntropy();
  const failed = options.onError ?? tellConsole;
  const { cluster, peers, peering, policy, reach, resources, maxHops } = checked;
  const identity = { url, cluster, incarnation: incarnation(ulid(Math.floor(clock.now()))) };
  const core = new NodeCore({
    ...{ ...identity, peers: peers.urls, reach, rules: policy },
    formsCluster: peering === "cluster",
  });
  const post = (stamp: (now: number) => NodeCommand): void => driver.post(stamp);
  const warnings = new ContractWarnings(options.onMismatch);
  const calls = new Calls({ post, entropy, clock, differs: warnings.note.bind(warnings) });
  const owner = new NodeOwner(
    calls,
    (observe) => new FunctionHost({ post, now: () => clock.now(), calls, failed, observe }),
  );
  const dialer = options.edges?.dialer ?? webSocketDialer();
  const driver = new Driver<NodeCommand, NodeOwnerEffects>(core, owner, { dialer, clock, failed });
  if (listener !== undefined) driver.adopt(listener);
  accept = driver.accept;
  const seed = new Uint32Array(entropy.seed());
  driver.post((now) => ({ type: "boot", seed, now }));
  const refresh = new PeerRefresh(peers.sources, {
    reader: options.edges?.peerReader ?? systemPeerReader(),
    ...{ clock, failed, random: seededRandom(new Uint32Array(entropy.seed())) },
    found: (source, urls) => driver.post((now) => ({ type: "peers", source, urls, now })),
  });
  owner.onReport = (report) => refresh.heard(report);
  refresh.start();
  const leaving = new AbortController();
  const shelf = new ContractShelf();
  const fetcher = new ContractFetcher(
    shelf,
    (node, digests) => askForContracts(calls, node, digests),
  );
  const own = introspection({
    ...{ self: url, shelf, fetcher },
    listings: () => core.listings(),
    offersOf: (fun) => core.offersOf(fun),
    askClients: (digest) => askClients(calls, url, digest),
    events: owner.offers,
    leaving: leaving.signal,
  });
  let registration = 0;
  for (const [name, run] of own) {
    // Registrations of the author count upwards from 1.
    registration -= 1;
    const served = { registration, fun: functionName(name) };
    owner.host.add(registration, { name: served.fun, run });
    driver.post((now) => ({ type: "serve", ...served, now }));
  }
  return new FarcallNode({
    shelf,
    core,
    owner,
    driver,
    calls,
    clock,
    refresh,
    leaving,
    identity,
    resources,
    maxHops,
  });
}

/** How long a node may take to show its contracts, in ms: whoever asks for a description waits for it. */
const ASK_TIMEOUT_MS = 5_000;

async function askForContracts(
  calls: Calls,
  node: NodeUrl,
  digests: readonly ContractDigest[],
): Promise<JsonValue | undefined> {
  try {
    return await calls.callAt(node, NODE_FUNCTIONS.contracts, [digests], ASK_TIMEOUT_MS);
  } catch {
    // Somebody else may have them; a description without them says so.
    return undefined;
  }
}

/** How long a client may take to show a contract, in ms: less than whoever asks waits for its node. */
const ASK_CLIENT_TIMEOUT_MS = 2_000;

async function askClients(
  calls: Calls,
  self: NodeUrl,
  digest: ContractDigest,
): Promise<JsonValue | undefined> {
  try {
    const answer = await calls.callHolder(self, digest, ASK_CLIENT_TIMEOUT_MS);
    return isJsonObject(answer) ? answer[digest] : undefined;
  } catch {
    return undefined;
  }
}

function notReady(connection: Connection): ConnectionReader {
  connection.close(1001, "not ready yet");
  return { received: () => {}, closed: () => {} };
}

async function listen(
  options: NodeOptions,
  { listen: url, tls }: CheckedNodeOptions,
  accept: Accept,
): Promise<Listener | undefined> {
  if (url === undefined || options.listen === undefined) return undefined;
  const own = options.edges?.listen;
  return await (own === undefined
    ? listenAt(url, tls, NODE_SUBPROTOCOLS, accept)
    : own(options.listen, NODE_SUBPROTOCOLS, accept));
}
