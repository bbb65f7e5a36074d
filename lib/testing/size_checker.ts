/**
 * Memory is bounded: what waits is never more than what is known, and when everybody else is dead nothing is left (I7).
 *
 * @module
 */

import type { NodeCore } from "../core/node_core.ts";
import type { Violation } from "./violation.ts";

/** A node, as far as its size goes. */
export interface SizedNode {
  /** For people. */
  readonly name: string;
  /** Whom it keeps dialling. */
  readonly peers: { readonly size: number };
  /** When its core wants to be woken; `Infinity` = never. */
  readonly wakeAt: number;
  /** What its core holds; `undefined` = it is dead. */
  sizes(): ReturnType<NodeCore["sizes"]> | undefined;
}

/** Whether more groups wait to be told than there are groups and links. */
export function excessOf(node: SizedNode): Violation[] {
  const sizes = node.sizes();
  if (sizes === undefined || sizes.dirty <= sizes.groups * sizes.links) return [];
  const { dirty, groups, links } = sizes;
  const text = `${node.name} has ${dirty} groups in line, of ${groups} groups on ${links} links`;
  return [{ invariant: "I7", text }];
}

/** What a node still holds that offers nothing, is called by nobody, and is alone for longer than anything is remembered. */
export function leftoversOf(node: SizedNode): Violation[] {
  const sizes = node.sizes();
  if (sizes === undefined) return [];
  const left = Object.entries(sizes).filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`);
  if (node.peers.size === 0 && node.wakeAt !== Infinity) left.push("a timer");
  if (left.length === 0) return [];
  return [{ invariant: "I7", text: `${node.name} is alone and still has ${left.join(", ")}` }];
}
