import type { JsonObject } from "./json_value.ts";
import type { GroupName, OffersMessage, PropagationMessage } from "./v1_messages.ts";

function group(name: GroupName): JsonObject {
  const { origin, incarnation, maxHops, scope, cluster, writer, base } = name;
  return {
    origin,
    incarnation,
    max_hops: maxHops,
    scope,
    cluster,
    ...(writer === undefined ? {} : { writer }),
    base,
  };
}

function held(
  list: readonly { readonly group: GroupName; readonly seq: number }[],
): readonly JsonObject[] {
  return list.map((one) => ({ group: group(one.group), seq: one.seq }));
}

function offers(message: OffersMessage): string {
  const { type, handle, from, to, final, floor } = message;
  const add = message.add.map(({ offer, at }) => ({
    id: offer.id,
    fun: offer.fun,
    resources: offer.resources,
    at,
  }));
  const del = message.del.map(({ id, at }) => ({ id, at }));
  return JSON.stringify({ type, handle, from, to, final, add, del, floor });
}

/** The JSON text of one message by which offers travel. */
export function encodePropagation(message: PropagationMessage): string {
  switch (message.type) {
    case "name":
      return JSON.stringify({
        type: "name",
        handle: message.handle,
        group: group(message.group),
      });
    case "digest":
      return JSON.stringify({ type: "digest", held: held(message.held), last: message.last });
    case "reach":
      return `{"type":"reach","handle":${message.handle},` +
        `"hop_count":${message.hopCount ?? null},"seq":${message.seq}}`;
    case "offers":
      return offers(message);
    case "want":
      return `{"type":"want","handle":${message.handle},"have":${message.have}}`;
    case "resync":
      return JSON.stringify({ type: "resync", held: held(message.held) });
    case "fresh":
      return '{"type":"fresh"}';
  }
}
