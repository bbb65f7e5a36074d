/**
 * Random federations of farcall nodes and nodes of the reference's kind.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  type SimulatedFlooder,
  type SimulatedNode,
  SimulatedWorld,
  type Violation,
} from "@farcall/farcall/testing";
import { Chance } from "../../lib/testing/seeded_chance.ts";

/** Longer than offers are refreshed and expire (120 s and 300 s), over two gateways. */
export const EXPIRED_MS = 2 * (300_000 + 120_000) + 60_000;

/** What a node does at its start: it offers these functions. */
export function offers(...names: string[]): (node: SimulatedNode) => void {
  return (node) => {
    for (const name of names) node.register(name, () => node.name);
  };
}

/** A random mixed federation with faults; throws with what was broken. */
export function liveMixed(seed: number, heard: { through: number; legacy: number }): void {
  const chance = new Chance(seed, 11);
  const world = new SimulatedWorld({ seed });
  const nodes: SimulatedNode[] = [];
  const flooders: SimulatedFlooder[] = [];
  const count = chance.between(3, 8);
  for (let number = 0; number < count; number += 1) {
    const cluster = `c${chance.below(3)}`;
    const before = nodes.filter(() => chance.isHit(0.4));
    nodes.push(
      world.addNode(`n${number}`, { cluster, peers: before, setup: offers("f", `g${number}`) }),
    );
  }
  for (let number = 0; number < chance.between(1, 4); number += 1) {
    const near = [...nodes, ...flooders].filter(() => chance.isHit(0.35));
    const functions = ["f", `legacy${number}`];
    const flooder = world.addFlooder(`o${number}`, {
      ...{ cluster: `c${chance.below(3)}`, functions, peers: near },
    });
    for (const node of nodes) if (chance.isHit(0.3)) node.join(flooder);
    flooders.push(flooder);
  }
  const all = [...nodes, ...flooders];
  for (let deed = 0; deed < 14; deed += 1) {
    world.pass(chance.below(15_000));
    const [one, other] = [chance.pick(all), chance.pick(all)];
    const deeds = [
      () => one !== other && world.cut(one, other, chance.isHit(0.7) ? "reset" : "silent"),
      () => one !== other && world.repair(one, other),
      () => one !== other && world.repair(one, other),
      () => one.kill(chance.isHit(0.3)),
      () => one.start(),
      () => one.start(),
    ];
    chance.pick(deeds)();
  }
  const check = (found: readonly Violation[]): void => assertEquals(found, [], `seed ${seed}`);
  // A path that is silent is noticed late where only the other side would speak.
  world.pass(120_000);
  check(world.settle().violations);
  for (const node of nodes) {
    for (const { origin } of node.listings()) {
      if (flooders.some(({ address }) => address === origin)) heard.legacy += 1;
    }
  }
  world.pass(EXPIRED_MS);
  check(world.settle(nodes, true).violations);
  for (const flooder of flooders) {
    for (const [origin] of flooder.heard()) {
      if (nodes.some(({ url }) => url === origin)) heard.through += 1;
    }
  }
}
