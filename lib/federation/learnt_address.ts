/**
 * Which addresses may be dialled because a neighbour named them.
 *
 * Whoever can name an address that others dial could make them knock at doors inside their own host or network. So an
 * address of a closed kind is dialled only by a node whose own address is of that kind. What a host name stands for is not
 * known here.
 *
 * @module
 */

import type { NodeUrl } from "../protocol/names.ts";

type Kind = "open" | "loopback" | "link-local" | "private";

/** First bytes of closed IPv4 addresses: those of IANA's special-purpose registry (RFC 6890) that lead to somebody. */
const CLOSED_V4: readonly (readonly [pattern: RegExp, kind: Kind])[] = [
  [/^(127|0)\./, "loopback"],
  [/^169\.254\./, "link-local"],
  [
    /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/,
    "private",
  ],
];
const CLOSED_V6: readonly (readonly [pattern: RegExp, kind: Kind])[] = [
  [/^\[(::1?|::ffff:7f.*)\]$/, "loopback"],
  [/^\[fe[89ab].:/, "link-local"],
  [/^\[(f[cd]|::ffff:)/, "private"],
];

/** Whether a node may dial an address that it only heard of. */
export function mayDialLearnt(url: NodeUrl, self: NodeUrl): boolean {
  const kind = kindOf(url);
  return kind === "open" || kind === kindOf(self);
}

function kindOf(url: NodeUrl): Kind {
  // The parser has brought every way to write an IP address into one form.
  const host = new URL(url).hostname;
  if (/(^|\.)localhost\.?$/.test(host)) return "loopback";
  const closed = host.startsWith("[") ? CLOSED_V6 : /^[\d.]+$/.test(host) ? CLOSED_V4 : [];
  return closed.find(([pattern]) => pattern.test(host))?.[1] ?? "open";
}
