import { assert, assertEquals } from "@std/assert";
import { connect, type FarcallNode, startNode } from "../../mod.ts";
import { within } from "./raw_peer.ts";

/** Where test nodes listen. */
export const LISTEN = "ws://127.0.0.1:0";

/** A node to be attacked, and a healthy one beside it that must not notice. */
export interface Scene {
  /** The node that is attacked: offers `echo`, `count`, `slow`. */
  readonly node: FarcallNode;
  /** A node linked to it that offers `far` and `length`. */
  readonly neighbour: FarcallNode;
  /** How often `count` ran. */
  readonly runs: () => number;
  /** Lets `slow` return. */
  readonly release: () => void;
  /** A new URL that nobody listens at. */
  readonly nobody: () => string;
}

/**
 * Attacks a node, then holds that it still serves a new connection, that the link beside was never touched, and that
 * nothing inside the node threw.
 */
export async function attacked(attack: (scene: Scene) => Promise<void>): Promise<void> {
  const defects: unknown[] = [];
  const onError = (error: unknown): number => defects.push(error);
  await using node = await startNode({ listen: LISTEN, onError });
  await using neighbour = await startNode({ listen: LISTEN, onError, peers: [node.url] });
  const slow = Promise.withResolvers<string>();
  let runs = 0;
  let nobodies = 0;
  node.register("echo", (args) => args);
  node.register("count", () => runs += 1);
  node.register("slow", () => slow.promise);
  neighbour.register("far", () => "away");
  neighbour.register("length", (args) => JSON.stringify(args).length);
  await listed(node, "length");
  const falls: string[] = [];
  const listening = noteFalls(node, falls);

  await attack({
    node,
    neighbour,
    runs: () => runs,
    release: () => slow.resolve("done"),
    nobody: () => `ws://nobody-${nobodies += 1}.invalid:1`,
  });

  await assertServes(node);
  assert(node.listLinks().some(({ peer }) => peer === neighbour.url), "the healthy link is gone");
  assert(!falls.includes(neighbour.url), "the healthy link fell");
  assertEquals(defects.map(String), []);
  slow.resolve("done");
  await node.drain({ timeout: 1_000 });
  await listening;
}

/** A node answers a new client in both dialects, from itself and from behind its link. */
export async function assertServes(node: FarcallNode): Promise<void> {
  for (const dialects of [["farcall.v1"], ["json"]] as const) {
    await using client = await connect(node.url, { dialects });
    assertEquals(await client.call("echo", ["still here"]), ["still here"]);
    assertEquals(await client.call("far"), "away");
  }
}

/** Waits until a node lists a function. */
export async function listed(node: FarcallNode, name: string): Promise<void> {
  const wait = async (): Promise<void> => {
    for await (const { type } of node.offers({ function: name })) if (type === "added") return;
  };
  await within(`an offer of ${name}`, wait());
}

/** Notes the peers whose links fall, until the node ends. */
async function noteFalls(node: FarcallNode, falls: string[]): Promise<void> {
  for await (const event of node.links()) if (event.type === "link_down") falls.push(event.peer);
}
