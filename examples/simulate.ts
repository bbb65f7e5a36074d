// deno-lint-ignore-file no-console
/**
 * Functions of your own in a simulated federation: the same cores and frames as on real sockets, with time, delays and
 * faults that follow from a seed. The whole story takes some milliseconds, and the same seed tells it again.
 *
 * @module
 */
import { SimulatedWorld } from "@farcall/farcall/testing";

/** A function under test; on a real node it would be registered in the same way. */
function total(prices: readonly unknown[]): number {
  return prices.reduce<number>((sum, price) => sum + Number(price), 0);
}

const world = new SimulatedWorld({ seed: 42 });

// Two shops offer the same function; the counter is linked to both through one relay.
const setup = {
  setup: (node: ReturnType<typeof world.addNode>) => void node.register("total", total),
};
const near = world.addNode("near", { cluster: "shops", ...setup });
const far = world.addNode("far", { cluster: "shops", peers: [near], ...setup });
const counter = world.addNode("counter", { cluster: "town", peers: [near] });

/** Lets the federation come to rest, checks its promises, and says what the counter sees. */
function look(when: string): void {
  const { violations, afterMs } = world.settle();
  const seen = counter.listings()
    .map(({ fun, origin, distance }) => `${fun} of ${new URL(origin).hostname} at ${distance}`)
    .toSorted();
  console.log(`${when}: at rest after ${Math.round(afterMs)} ms, ${violations.length} violations`);
  console.log(`  the counter lists ${seen.join(", ") || "nothing"}`);
  for (const { invariant, text } of violations) console.log(`  ${invariant}: ${text}`);
}

/** Calls from the counter, and says how that ended. */
function buy(): void {
  const call = counter.call("total", [3, 4, 5], { timeoutMs: 5_000 });
  world.settle();
  const outcome = call?.outcome;
  if (outcome === undefined) return console.log("  no answer yet");
  const took = Math.round((call?.endedAt ?? 0) - (call?.startedAt ?? 0));
  const what = outcome.ok
    ? `total = ${outcome.value.text}`
    : `${outcome.error.code}, ran: ${outcome.error.ran}`;
  console.log(`  ${what} after ${took} ms`);
}

look("At the start");
buy();

counter.join(far);
near.kill();
look("The near shop is dead");
buy();

world.cut(counter, far, "silent");
look("The way to the far shop is silent");
buy();

world.repair(counter, far);
near.start();
look("All is well again");
buy();

console.log(`Trace ${world.digest}: run me again, it is the same.`);
