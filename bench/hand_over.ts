// deno-lint-ignore-file no-console
/**
 * What two calls that feed each other carry over which connection: as separate calls of a client, and as one request whose
 * result in between goes from node to node. Bytes are counted on the sockets, by a counting proxy before each node.
 *
 * `deno run -A bench/hand_over.ts [--kib 1024] [--rounds 20]`
 *
 * @module
 */
import { parseArgs } from "node:util";
import { connect, type FarcallNode, startNode } from "../mod.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    kib: { type: "string", default: "1024" },
    rounds: { type: "string", default: "20" },
  },
});
const KIB = Number(values.kib);
const ROUNDS = Number(values.rounds);

/** Bytes through one port, in both directions. */
class CountingProxy implements Disposable {
  bytes = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0, transport: "tcp" });

  /** Where others connect to. */
  get url(): string {
    return `ws://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Passes all on to a port. */
  async run(port: number): Promise<void> {
    for await (const near of this.#listener) {
      const far = await Deno.connect({ hostname: "127.0.0.1", port });
      near.setNoDelay();
      far.setNoDelay();
      const count = (): TransformStream<Uint8Array, Uint8Array> =>
        new TransformStream({
          transform: (chunk, controller) => {
            this.bytes += chunk.length;
            controller.enqueue(chunk);
          },
        });
      near.readable.pipeThrough(count()).pipeTo(far.writable).catch(() => {});
      far.readable.pipeThrough(count()).pipeTo(near.writable).catch(() => {});
    }
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

async function knows(node: FarcallNode, ...functions: readonly string[]): Promise<void> {
  const missing = new Set(functions);
  for await (const { type, offer } of node.offers({ signal: AbortSignal.timeout(5_000) })) {
    if (type === "added") missing.delete(offer.fun);
    if (missing.size === 0) return;
  }
}

using hubDoor = new CountingProxy();
using clientDoor = new CountingProxy();
using makerDoor = new CountingProxy();
using userDoor = new CountingProxy();

/** A node that is known by the address of its proxy, so that all that reaches it is counted. */
async function behind(
  door: CountingProxy,
  cluster: string,
  peers: readonly string[],
): Promise<FarcallNode> {
  const hold = Deno.listen({ hostname: "127.0.0.1", port: 0, transport: "tcp" });
  const { port } = hold.addr;
  hold.close();
  const node = await startNode({ listen: `ws://127.0.0.1:${port}`, url: door.url, cluster, peers });
  door.run(port).catch(() => {});
  if (cluster === "hub") clientDoor.run(port).catch(() => {});
  return node;
}

await using hub = await behind(hubDoor, "hub", []);
await using maker = await behind(makerDoor, "maker", [hub.url]);
await using user = await behind(userDoor, "user", [hub.url]);
const told = knows(hub, "make", "use");
const body = "x".repeat(KIB * 1024);
maker.register("make", () => ({ title: "made", body }));
user.register("use", ([text]) => String(text).length);
await told;
await using client = await connect(clientDoor.url);

const WAYS: readonly (readonly [string, () => Promise<unknown>])[] = [
  ["two calls", async () => {
    const made = await client.call("make");
    return await client.call("use", [Reflect.get(Object(made), "body")]);
  }],
  ["one request, through the hub", () =>
    // What is told of a request comes to the node that runs it.
    client.follow((r) => r.call("use", [r.call("make").body])).result],
  ["one request, handed over", () => client.request((r) => r.call("use", [r.call("make").body]))],
];

console.log(`a result of ${KIB} KiB that another function needs, ${ROUNDS} rounds, KiB per round`);
console.log("| way | client's link | hub's other links | straight | ms |");
console.log("| --- | ---: | ---: | ---: | ---: |");
for (const [name, run] of WAYS) {
  await run();
  const doors = [clientDoor, hubDoor, makerDoor];
  const before = doors.map(({ bytes }) => bytes);
  const began = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) {
    if (await run() !== body.length) throw new Error(`${name} gave something else`);
  }
  const ms = (performance.now() - began) / ROUNDS;
  const kib = doors.map(({ bytes }, at) =>
    ((bytes - (before[at] ?? 0)) / ROUNDS / 1024).toFixed(1)
  );
  console.log(`| ${name} | ${kib.join(" | ")} | ${ms.toFixed(1)} |`);
}
