/**
 * What a node holds, as the first words of a session: a large table takes several messages, as no message may be longer
 * than a frame.
 *
 * @module
 */

import { DIGEST_TEXT_MAX, RESYNC_TEXT_MAX } from "../protocol/limits.ts";
import type { DigestMessage, GroupName, ResyncMessage } from "../protocol/v1_messages.ts";

/** A group and the version of its content. */
export interface Held {
  /** The group's name. */
  readonly group: GroupName;
  /** Version of its content. */
  readonly seq: number;
}

/** Key names, numbers and marks of one entry in a frame, in UTF-16 units. */
const ENTRY_TEXT_GUESS = 128;

/** All of it, in order; the last message says that it is the last, also of nothing. */
export function digestMessages(held: readonly Held[]): DigestMessage[] {
  const messages: DigestMessage[] = [];
  let from = 0;
  do {
    const to = endOf(held, from, DIGEST_TEXT_MAX);
    messages.push({ type: "digest", held: held.slice(from, to), last: to === held.length });
    from = to;
  } while (from < held.length);
  return messages;
}

/** As much of it as one message takes: what is left out is only sent again. */
export function resyncMessage(held: readonly Held[]): ResyncMessage {
  return { type: "resync", held: held.slice(0, endOf(held, 0, RESYNC_TEXT_MAX)) };
}

/** Where a message that begins at `from` ends: at least one entry further, if there is one. */
function endOf(held: readonly Held[], from: number, textMax: number): number {
  let text = 0;
  let to = from;
  for (; to < held.length; to++) {
    text += textOf(held[to]?.group);
    if (text > textMax && to > from) break;
  }
  return to;
}

function textOf(name: GroupName | undefined): number {
  if (name === undefined) return 0;
  const { origin, writer, cluster, scope, incarnation } = name;
  return ENTRY_TEXT_GUESS + origin.length + (writer?.length ?? 0) + cluster.length + scope.length +
    incarnation.length;
}
